"""The built site: rendered into a stage, compared and committed; and the preview server."""
