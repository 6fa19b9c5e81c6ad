"""Pictures: every local one gets its width and height, so that nothing shifts while it loads."""

from __future__ import annotations

from typing import Any

from pelican import signals


def measure(content: Any) -> None:
    """Set the attributes in the body, for every surface that shows it."""
    from pelican.contents import Article, Page

    if isinstance(content, Article | Page) and "<img" in (content._content or ""):
        from .sizes import with_sizes

        content._content = with_sizes(
            content._content, content.settings["PATH"], content.relative_dir
        )


def register() -> None:
    """Called by Pelican."""
    signals.content_object_init.connect(measure)
