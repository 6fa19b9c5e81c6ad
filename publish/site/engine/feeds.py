"""Pelican's own feeds: not written again while what they tell is what it was.

Only for sites whose code is plain: elsewhere a plugin may have a say in a feed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from pelican.generators import ArticlesGenerator
from pelican.utils import sanitised_join

from publish.site.engine.settled import Settled
from publish.site.engine.values import digest

TOLD = ("SITENAME", "SITESUBTITLE", "SITEURL", "FEED_DOMAIN")
"""What a feed takes from the variables that all pages share."""

ASKED = {"title", "url", "content", "summary", "date", "modified", "author", "category", "tags"}
"""What a feed takes from a post."""


class Feeds:
    """Feeds by the name of their file; ``old`` are those of the last build.

    ``kept`` takes the names of those that are not made again.
    """

    def __init__(self, old: Mapping[str, str], intact: Collection[str], kept: list[str]) -> None:
        self.old, self.new = old, dict[str, str]()
        self._intact: Collection[str] = intact
        self._kept = kept

    def begin(self, settled: Settled, most: int | None) -> None:
        """Take hold of the writing of the articles' feeds; ``most`` items stand in one."""
        generate = ArticlesGenerator.generate_feeds

        def generate_feeds(generator: Any, writer: Any) -> None:
            def write_feed(elements: Any, *args: Any, **named: Any) -> Any:
                path = str((args[1] if len(args) > 1 else named.get("path")) or "")
                told = self._told(settled, elements[:most], args, named) if path else ""
                if told and self._stands(path, told, writer):
                    return None
                found = stock(elements, *args, **named)
                if told:
                    self.new[path] = told
                return found

            stock = writer.write_feed
            writer.write_feed = write_feed
            try:
                generate(generator, writer)
            finally:
                vars(writer).pop("write_feed", None)

        ArticlesGenerator.generate_feeds = generate_feeds

    def outdo(self) -> None:
        """Somebody may change the feeds: none may be kept."""
        self._intact = ()

    def _stands(self, path: str, told: str, writer: Any) -> bool:
        if self.old.get(path) != told or path not in self._intact:
            return False
        place = sanitised_join(writer.output_path, path)
        if place in writer._written_files or place in writer._overridden_files:
            return False
        writer._written_files.add(place)
        self.new[path] = told
        self._kept.append(path)
        return True

    def _told(self, settled: Settled, posts: list[Any], args: Any, named: Mapping[str, Any]) -> str:
        """Stands for all that the feed tells; ``""`` if nobody can say.

        A feed without posts tells the time.
        """
        versions = [settled.whole(post, ASKED) for post in posts]
        context = args[0] if args else named.get("context")
        if not versions or not all(versions) or not isinstance(context, dict):
            return ""
        rest = {name: value for name, value in named.items() if name != "context"}
        words = [repr(context.get(name)) for name in TOLD]
        return digest("\0".join((*versions, *words, repr(args[1:]), repr(sorted(rest.items())))))
