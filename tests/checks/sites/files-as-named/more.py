PLUGINS = ["only_blocks", "post_identity", "multi_category", "alias_redirects", "post_files"]
STATIC_PATHS = ["images", "files"]
