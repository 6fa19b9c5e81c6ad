"""Settings of the site. Pelican's names keep Pelican's meaning; ours are in docs/reference.md.

No secret belongs here: Pelican hands every name in capitals to every template.
"""

from publish.post.ignore import patterns

SITENAME = "Creating Happy Pharmacists"
SITESUBTITLE = "Careers, wellbeing and good work, from one pharmacist to another"
SITEURL = "https://happypharmacists.example"
TIMEZONE = "America/New_York"
DEFAULT_LANG = "en"
DEFAULT_DATE_FORMAT = "%b %-d, %Y"

PATH = "content"
ARTICLE_PATHS = ["posts"]
PAGE_PATHS = ["pages"]
STATIC_PATHS = ["images", "files"]
# Hidden files, and what editors and systems leave, are never content.
IGNORE_FILES = patterns(STATIC_PATHS)
OUTPUT_PATH = "output"
CACHE_PATH = ".publish/cache"
THEME = "theme"
USE_FOLDER_AS_CATEGORY = False
DEFAULT_CATEGORY = "Notes"
# What is not public is not written: no draft and no future post has an address in output/.
WITH_FUTURE_DATES = False
DRAFT_SAVE_AS = DRAFT_LANG_SAVE_AS = ""
DRAFT_PAGE_SAVE_AS = DRAFT_PAGE_LANG_SAVE_AS = ""

ARTICLE_URL = "{slug}/"
ARTICLE_SAVE_AS = "{slug}/index.html"
PAGE_URL = "{slug}/"
PAGE_SAVE_AS = "{slug}/index.html"
# A text with a `Lang` other than DEFAULT_LANG.
ARTICLE_LANG_URL = PAGE_LANG_URL = "{slug}-{lang}/"
ARTICLE_LANG_SAVE_AS = PAGE_LANG_SAVE_AS = "{slug}-{lang}/index.html"
CATEGORY_URL = "category/{slug}/"
CATEGORY_SAVE_AS = "category/{slug}/index.html"
TAG_URL = "tag/{slug}/"
TAG_SAVE_AS = "tag/{slug}/index.html"
AUTHOR_URL = "author/{slug}/"
AUTHOR_SAVE_AS = "author/{slug}/index.html"
ARCHIVES_SAVE_AS = "archives/index.html"
CATEGORIES_SAVE_AS = "categories/index.html"
TAGS_SAVE_AS = "tags/index.html"
AUTHORS_SAVE_AS = "authors/index.html"
DIRECT_TEMPLATES = ["index", "tags", "categories", "authors", "archives", "404"]
DEFAULT_PAGINATION = 10
PAGINATION_PATTERNS = (
    (1, "{url}", "{save_as}"),
    (2, "{base_name}/page/{number}/", "{base_name}/page/{number}/index.html"),
)

FEED_DOMAIN = SITEURL
FEED_ALL_ATOM = "feeds/all.atom.xml"
FEED_ALL_RSS = "feeds/all.rss.xml"
FEED_ALL_JSON = "feeds/all.json"
CATEGORY_FEED_ATOM = "feeds/{slug}.atom.xml"
CATEGORY_FEED_RSS = "feeds/{slug}.rss.xml"
CATEGORY_FEED_JSON = "feeds/{slug}.json"
FEED_IDENTITY = "creating-happy-pharmacists"
AUTHOR_FEED_ATOM = None
AUTHOR_FEED_RSS = None
TRANSLATION_FEED_ATOM = None
FEED_MAX_ITEMS = 20
RSS_FEED_SUMMARY_ONLY = False

PLUGIN_PATHS = ["plugins"]
PLUGINS = [
    "quick_markdown",
    "text_filters",
    "post_files",
    "picture_sizes",
    "only_blocks",
    "post_identity",
    "multi_category",
    "neighbours",
    "share_links",
    "post_cards",
    "read_next",
    "static_search",
    "stable_pagination",
    "inline_style",
    "full_feeds",
    "structured_data",
    "site_files",
    "alias_redirects",
    "mail_issues",
]

# A picture of the publisher for search engines, at least 112 pixels on each side.
STRUCTURED_DATA_LOGO = "theme/img/icon-512.png"

MARKDOWN = {
    "extension_configs": {
        "markdown.extensions.codehilite": {"css_class": "highlight"},
        "markdown.extensions.extra": {},
        "markdown.extensions.meta": {},
        "markdown.extensions.sane_lists": {},
        "markdown.extensions.smarty": {},
        "markdown.extensions.toc": {},
    },
    "output_format": "html5",
}
# How wide the theme shows a picture: its column, or a narrow window without the margins.
IMAGES_SIZES = "(min-width: 40rem) 36rem, calc(100vw - 2.4rem)"
SUMMARY_MAX_LENGTH = 40

NEWSLETTER_AUDIENCE = None
NEWSLETTER_FROM_NAME = "Creating Happy Pharmacists"
NEWSLETTER_REPLY_TO = "hello@happypharmacists.example"
NEWSLETTER_MAX_AGE_DAYS = 7
NEWSLETTER_UNDO_MINUTES = 15
NEWSLETTER_TIMEOUT = 30
NEWSLETTER_SETTLE = 180
NEWSLETTER_BARRIER = 2
NEWSLETTER_TOPICS: dict[str, str] = {}
# Mailchimp's form address of the audience; `publish preview` puts the sandbox's in its place.
NEWSLETTER_SIGNUP_ACTION = "https://happypharmacists.us1.list-manage.com/subscribe/post?u=0f1e2d3c4b5a69788796a5b4c&id=1a2b3c4d5e"

SHARE_LINKS = [
    "linkedin",
    "email",
    "copy",
    "facebook",
    "bluesky",
    "mastodon",
    "x",
    "whatsapp",
]
