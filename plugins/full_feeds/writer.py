"""Pelican's writer with our feeds; everything else is inherited."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from pelican import signals
from pelican.utils import sanitised_join
from pelican.writers import Writer

from publish.post import cache
from publish.post.installed import release

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

        Arguments are those of Pelican's own method. Returns feedgen's ``FeedGenerator``, or a proxy
        that makes one on first use; the signals ``feed_generated`` and ``feed_written`` carry it.
        """
        items = self.items.newest(elements, context)
        facts = channel(context, items, path or url or "", url, feed_title or "")
        kind = "rss" if feed_type == "rss" else "atom"
        only = kind == "rss" and bool(context.get("RSS_FEED_SUMMARY_ONLY"))

        def make() -> Any:
            from .xmlfeed import generator

            return generator(facts, kind, only)

        def render(feed: Any) -> str:
            from .xmlfeed import text

            return text(feed, kind)

        return write(
            self, path, (kind, only, facts.fingerprint), context, make, render, override_output
        )


class Later:
    """A lazy feed, composed when its first attribute is read; few plugins read one."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make

    @cached_property
    def made(self) -> Any:
        """The feed itself."""
        return self._make()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.made, name)

    def __getitem__(self, key: str) -> Any:
        return self.made[key]


def write(
    writer: Any,
    path: str | None,
    facts: object,
    context: Any,
    make: Callable[[], Any],
    render: Callable[[Any], str],
    override: bool = False,
) -> Any:
    """Send the two signals of a feed and write it by ``writer``, which may be Pelican's own.

    ``facts`` is everything that ``make`` and ``render`` depend on; two that differ must differ in
    their ``repr``. Where it is equal to the last build's, the file in the output stays. Receivers
    of ``feed_generated`` may change the feed, so where there are any it is made each time.
    """
    listened = bool(signals.feed_generated.receivers)
    feed = make() if listened or not path else Later(make)
    if listened:
        signals.feed_generated.send(context, feed=feed)
    if not path:
        return feed
    complete = sanitised_join(writer.output_path, path)
    engine = None if listened or override else context.get("ENGINE")
    if engine and _first(writer, complete):
        writer._written_files.add(complete)
        held, opened = engine.holds(complete, _made_from(facts)), partial(open, complete, "w")
    else:
        held, opened = False, partial(writer._open_w, complete, override=override)
    if not held:
        if listened:
            text = render(feed)
        else:
            folder = Path(context["CACHE_PATH"]) / "feeds"
            text = cached(folder, path, facts, lambda: render(feed.made))
        Path(complete).parent.mkdir(parents=True, exist_ok=True)
        with opened(encoding="utf-8") as stream:
            stream.write(text)
    signals.feed_written.send(complete, context=context, feed=feed)
    return feed


def _first(writer: Any, file: str) -> bool:
    """Whether the file is written for the first time in this run, by Pelican's rules for two files
    of one name."""
    files = writer._written_files, writer._overridden_files
    return type(writer)._open_w is Writer._open_w and not any(file in each for each in files)


def _made_from(facts: object) -> str:
    libraries = [release(name) for name in ("feedgen", "lxml")]
    return f"{cache.code_digest(Path(__file__).parent)} {libraries} {facts!r}"


def cached(folder: Path, path: str, facts: object, make: Callable[[], str]) -> str:
    """The feed at ``path`` from the cache in ``folder``, else from ``make``, and cached.

    ``facts`` is everything that ``make`` depends on; two that differ must differ in their ``repr``.
    """
    made_from = _made_from(facts)
    file = folder / hashlib.sha256(path.encode()).hexdigest()[:20]
    known = cache.read(file, made_from)
    if known is None:
        known = make().encode()
        cache.keep(file, made_from, known)
    return known.decode()
