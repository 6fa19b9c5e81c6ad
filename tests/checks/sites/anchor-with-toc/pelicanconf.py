ARTICLE_PATHS = ["posts"]
MARKDOWN = {"extension_configs": {"markdown.extensions.toc": {}}}
