ARTICLE_PATHS = ["posts"]
