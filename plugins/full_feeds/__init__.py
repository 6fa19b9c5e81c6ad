"""Feeds by feedgen through Pelican's writer, and JSON Feed.

Ids come from each article's identity and from nothing else, every address is absolute, and the
same content gives the same bytes.
"""

from __future__ import annotations

from typing import Any

from pelican import signals

INCREMENTAL = True


def writer(pelican: Any) -> type:
    """The writer class whose feeds are ours; everything else it does is Pelican's."""
    from .writer import FeedWriter

    return FeedWriter


def write_json(generator: Any, writer: Any) -> None:
    """Write the JSON feeds named in the settings; Pelican itself has no JSON feeds."""
    from .jsonfeed import write_all

    write_all(generator, writer)


def register() -> None:
    """Called by Pelican."""
    signals.get_writer.connect(writer)
    signals.article_writer_finalized.connect(write_json)
