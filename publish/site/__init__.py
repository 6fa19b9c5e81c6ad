"""The built site: rendered aside, compared, committed; and the preview server."""
