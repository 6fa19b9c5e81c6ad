"""Markdown read in a fraction of the time, with the same bytes.

Pelican's ``Markdown`` tries every pattern on every piece of text. Here a pattern is not tried where
a character it cannot do without is missing.
"""

from __future__ import annotations

from typing import Any

from pelican import signals

INCREMENTAL = True


def install(readers: Any) -> None:
    """Read with the quick reader where Pelican's own would; a reader of the site's stays."""
    from pelican.readers import MarkdownReader as Stock

    from .known import is_known

    if not is_known():
        return
    from .reader import MarkdownReader

    for suffix, reader in readers.reader_classes.items():
        if reader is Stock:
            readers.reader_classes[suffix] = MarkdownReader


def register() -> None:
    """Called by Pelican."""
    signals.readers_init.connect(install)
