ARTICLE_PATHS = ["posts"]
ARTICLE_URL = "{slug}/"
WITH_FUTURE_DATES = False
