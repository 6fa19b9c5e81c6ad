"""Converts HTML to this blog's Markdown, and verifies the result."""
