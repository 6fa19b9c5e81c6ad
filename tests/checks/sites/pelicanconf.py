"""The settings of every case that brings none of its own."""

from pathlib import Path

import publish

SITEURL = "https://site.example"
TIMEZONE = "America/New_York"
PATH = "content"
ARTICLE_PATHS = ["posts"]
PAGE_PATHS = ["pages"]
THEME = "theme" if Path(__file__).with_name("theme").is_dir() else "simple"
USE_FOLDER_AS_CATEGORY = False
WITH_FUTURE_DATES = False
ARTICLE_URL = PAGE_URL = "{slug}/"
ARTICLE_SAVE_AS = PAGE_SAVE_AS = "{slug}/index.html"
CATEGORY_URL, CATEGORY_SAVE_AS = "category/{slug}/", "category/{slug}/index.html"
TAG_URL, TAG_SAVE_AS = "tag/{slug}/", "tag/{slug}/index.html"
ARCHIVES_SAVE_AS = "archives/index.html"
PLUGIN_PATHS = [str(Path(publish.__file__).parents[1] / "plugins")]
PLUGINS = ["only_blocks", "post_identity", "multi_category", "alias_redirects", "mail_issues"]
MARKDOWN = {"extension_configs": {
    "markdown.extensions.extra": {}, "markdown.extensions.meta": {},
    "markdown.extensions.toc": {}, "markdown.extensions.sane_lists": {},
}}  # fmt: skip
