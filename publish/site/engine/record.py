"""What each page was made of, for the next build: its templates, its steps, and facts of the site.

Pages of a kind take the same steps, and most look at the same few things, so both are kept once
for all of them.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from publish.post.files import write_whole
from publish.site import sealed
from publish.site.engine.copies import Copy
from publish.site.engine.facts import Fact
from publish.site.engine.groups import Group
from publish.site.engine.look import ATTRIBUTE
from publish.site.engine.replay import Step

VERSION = 3
WASTE = 2
"""How many times its use a table may grow to before it is laid out anew."""

Way = tuple[tuple[str, ...], tuple[Step, ...]]
Bundle = tuple[int, ...]
"""Numbers of facts about one thing."""


def root(number: int, known: Sequence[Fact]) -> tuple[str, str]:
    """The post that a fact is about in the end, ``""`` for none, and which attribute of it."""
    what, owner, key = known[number][:3]
    while isinstance(owner, int):
        what, owner, key = known[owner][:3]
    return (owner, key) if what == ATTRIBUTE else ("", "")


class Entry(NamedTuple):
    """A page: the number of its way, what its steps found, and the numbers of its bundles."""

    way: int
    found: str
    bundles: tuple[int, ...]


class Record:
    """Pages by the name of their file, with ``facts`` and their ``tokens``.

    ``calls`` are the writer's, ``posts`` the versions of those that no plugin laid hands on;
    ``feeds`` and ``copies`` are other files of the output. ``world`` stands for what every page may
    depend on besides the key, as it was when the pages were made.
    """

    def __init__(self, key: str) -> None:
        self._key = key
        self.ways: list[Way] = []
        self.bundles: list[Bundle] = []
        self.pages: dict[str, Entry] = {}
        self.facts: list[Fact] = []
        self.tokens: list[str] = []
        self.calls: dict[str, Group] = {}
        self.posts: dict[str, str] = {}
        self.feeds: dict[str, str] = {}
        self.world = ""
        self.copies: dict[str, Copy] = {}
        self._ways: dict[Way, int] = {}
        self._bundles: dict[Bundle, int] = {}

    def next(self) -> Record:
        """An empty record whose ways and bundles go on from this one's, with the same numbers."""
        new = Record(self._key)
        new.ways, new.bundles = list(self.ways), list(self.bundles)
        return new

    def put(
        self, page: str, templates: tuple[str, ...], steps: tuple[Step, ...], found: str,
        facts: Iterable[int], known: list[Fact],
    ) -> None:  # fmt: skip
        """Keep what ``page`` is made of; ``known`` tells what the numbers of ``facts`` mean."""
        about: dict[str, list[int]] = {}
        for number in sorted(facts):
            about.setdefault(root(number, known)[0], []).append(number)
        bundles = tuple(self._bundle(tuple(numbers)) for numbers in about.values())
        self.pages[page] = Entry(self._way((templates, steps)), found, bundles)

    def take(self, other: Record, number: Callable[[int], int]) -> None:
        """Take over the pages of ``other``, whose facts have a ``number`` here."""
        for page, entry in other.pages.items():
            bundles = tuple(
                self._bundle(tuple(sorted(map(number, other.bundles[bundle]))))
                for bundle in entry.bundles
            )
            self.pages[page] = Entry(self._way(other.ways[entry.way]), entry.found, bundles)

    def drop(self, page: str) -> None:
        """Forget ``page``."""
        self.pages.pop(page, None)

    def drop_with(self, facts: set[int]) -> None:
        """Forget every page that one of these facts was shown to."""
        if not facts:
            return
        bad = {n for n, bundle in enumerate(self.bundles) if not facts.isdisjoint(bundle)}
        for page in [p for p, entry in self.pages.items() if not bad.isdisjoint(entry.bundles)]:
            del self.pages[page]

    def save(self, file: Path) -> None:
        """Write the record.

        Raises:
            OSError: it cannot be written.
        """
        self._tidy()
        pages = {page: tuple(entry) for page, entry in self.pages.items()}
        document = (VERSION, self._key, self.ways, self.bundles, pages, self.facts, self.tokens,
                    self.calls, self.posts, self.feeds, self.copies, self.world)  # fmt: skip
        write_whole(file, sealed.seal(marshal.dumps(document)))

    @classmethod
    def load(cls, file: Path | None, key: str) -> Record:
        """The record in ``file``; an empty one if there is none of this ``key``, or a damaged."""
        record = cls(key)
        if file is None:
            return record
        try:
            version, made, *tables = marshal.loads(sealed.opened(file.read_bytes()))  # noqa: S302 - ours
            if (version, made) == (VERSION, key):
                record.ways, record.bundles, pages, record.facts, record.tokens = tables[:5]
                record.calls, record.posts, record.feeds, record.copies, record.world = tables[5:]
                record.pages = {page: Entry(*entry) for page, entry in pages.items()}
        except (OSError, ValueError, EOFError, TypeError):
            return cls(key)
        return record

    def _way(self, way: Way) -> int:
        if not self._ways:
            self._ways = {known: number for number, known in enumerate(self.ways)}
        number = self._ways.setdefault(way, len(self.ways))
        if number == len(self.ways):
            self.ways.append(way)
        return number

    def _bundle(self, bundle: Bundle) -> int:
        if not self._bundles:
            self._bundles = {known: number for number, known in enumerate(self.bundles)}
        number = self._bundles.setdefault(bundle, len(self.bundles))
        if number == len(self.bundles):
            self.bundles.append(bundle)
        return number

    def _tidy(self) -> None:
        """Leave out what no page needs any more, once it is the larger part."""
        bundles = {bundle for entry in self.pages.values() for bundle in entry.bundles}
        ways = {entry.way for entry in self.pages.values()}
        if len(self.bundles) <= WASTE * len(bundles) and len(self.ways) <= WASTE * len(ways):
            return
        old, numbers = (self.ways, self.bundles, self.facts, self.tokens), {}

        def number(fact: int) -> int:
            if fact not in numbers:
                what, owner, *rest = old[2][fact]
                if isinstance(owner, int):
                    owner = number(owner)
                numbers[fact] = len(self.facts)
                self.facts.append((what, owner, *rest))
                self.tokens.append(old[3][fact])
            return numbers[fact]

        self.ways, self.bundles, self.facts, self.tokens = [], [], [], []
        self._ways, self._bundles = {}, {}
        for page, entry in self.pages.items():
            kept = (tuple(sorted(map(number, old[1][bundle]))) for bundle in entry.bundles)
            self.pages[page] = Entry(
                self._way(old[0][entry.way]), entry.found, tuple(map(self._bundle, kept))
            )
