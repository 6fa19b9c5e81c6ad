ARTICLE_PATHS = ["posts"]
ARTICLE_URL = "{slug}/"
WITH_FUTURE_DATES = False
ARTICLE_SAVE_AS = "{slug}/index.html"
