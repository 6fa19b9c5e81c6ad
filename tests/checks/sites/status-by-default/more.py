DEFAULT_METADATA = {"status": "draft"}
