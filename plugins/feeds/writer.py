"""Pelican's writer with other feeds; whatever else it writes is left to Pelican."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pelican import signals
from pelican.utils import sanitised_join
from pelican.writers import Writer

from .channel import channel
from .item import Items


class FeedWriter(Writer):  # type: ignore[misc]
    """Takes Pelican's place through the ``get_writer`` signal."""

    def __init__(self, output_path: str, settings: Any = None) -> None:
        super().__init__(output_path, settings)
        self.items = Items()

    def write_feed(
        self,
        elements: Iterable[Any],
        context: Any,
        path: str | None = None,
        url: str | None = None,
        feed_type: str = "atom",
        override_output: bool = False,
        feed_title: str | None = None,
    ) -> Any:
        """Write one feed, or only make it where ``path`` is None.

        Arguments are those of Pelican's own method. Returns feedgen's ``FeedGenerator``, which
        the signals ``feed_generated`` and ``feed_written`` carry too.
        """
        from .xmlfeed import generator, text

        items = self.items.newest(elements, context)
        facts = channel(context, items, path or url or "", url, feed_title or "")
        kind = "rss" if feed_type == "rss" else "atom"
        only = kind == "rss" and bool(context.get("RSS_FEED_SUMMARY_ONLY"))
        feed = generator(facts, kind, only)
        write(self, path, feed, context, lambda: text(feed, kind), override_output)
        return feed


def write(
    writer: Any,
    path: str | None,
    feed: Any,
    context: Any,
    render: Callable[[], str],
    override: bool = False,
) -> None:
    """Send the two signals of a feed and write it by ``writer``, which may be Pelican's own.

    ``render`` is called after ``feed_generated``, whose receivers may still change ``feed``.
    """
    signals.feed_generated.send(context, feed=feed)
    if not path:
        return
    complete = sanitised_join(writer.output_path, path)
    Path(complete).parent.mkdir(parents=True, exist_ok=True)
    with writer._open_w(complete, "utf-8", override) as stream:
        stream.write(render())
    signals.feed_written.send(complete, context=context, feed=feed)
