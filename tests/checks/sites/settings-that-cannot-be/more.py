SITEURL = "site.example"
NEWSLETTER_SIGNUP_ACTION = "//x.us1.list-manage.com/subscribe/post?u=1&amp;id=2"
NEWSLETTER_TOPICS = {"career": "a", "Carer": "b"}
TAG_URL = "tag/"
DEFAULT_PAGINATION = "ten"
STATIC_PATHS = "images"
AUTHOR_URL = "author/{slug"
