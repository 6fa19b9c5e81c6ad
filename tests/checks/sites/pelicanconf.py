"""The settings of every case that brings none of its own."""

SITEURL = "https://site.example"
TIMEZONE = "America/New_York"
PATH = "content"
ARTICLE_PATHS = ["posts"]
PAGE_PATHS = ["pages"]
THEME = "theme"
USE_FOLDER_AS_CATEGORY = False
WITH_FUTURE_DATES = False
ARTICLE_URL = PAGE_URL = "{slug}/"
ARTICLE_SAVE_AS = PAGE_SAVE_AS = "{slug}/index.html"
CATEGORY_URL = "category/{slug}/"
TAG_URL = "tag/{slug}/"
ARCHIVES_SAVE_AS = "archives/index.html"
PLUGINS = ["only_blocks", "post_identity", "multi_category"]
MARKDOWN = {"extension_configs": {"markdown.extensions.sane_lists": {}}}
