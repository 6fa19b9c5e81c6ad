"""What each page was made of, for the next build: its templates, its steps and what they found.

Pages of a kind take the same steps, so the steps are kept once for all of them.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable
from pathlib import Path

from publish.files import write_whole
from publish.site import sealed
from publish.site.engine.reads import Step

VERSION = 1


class Record:
    """Pages by the name of their file. A record made under another ``key`` is an empty one."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._ways: list[tuple[tuple[str, ...], tuple[Step, ...]]] = []
        self._numbers: dict[tuple[tuple[str, ...], tuple[Step, ...]], int] = {}
        self._pages: dict[str, tuple[int, str]] = {}

    def get(self, page: str) -> tuple[tuple[str, ...], tuple[Step, ...], str] | None:
        """The page's templates, its steps and the digest of what they found; None if unknown."""
        known = self._pages.get(page)
        return None if known is None else (*self._ways[known[0]], known[1])

    def put(
        self, page: str, templates: tuple[str, ...], steps: tuple[Step, ...], found: str
    ) -> None:
        """Keep what ``page`` is made of."""
        way = (templates, steps)
        number = self._numbers.get(way)
        if number is None:
            number = self._numbers[way] = len(self._ways)
            self._ways.append(way)
        self._pages[page] = (number, found)

    def drop(self, page: str) -> None:
        """Forget ``page``."""
        self._pages.pop(page, None)

    def __len__(self) -> int:
        return len(self._pages)

    def unfit(self, same: Callable[[tuple[str, ...]], bool]) -> int:
        """How many pages have templates that are not as they were."""
        bad = {number for number, (templates, _) in enumerate(self._ways) if not same(templates)}
        return sum(number in bad for number, _ in self._pages.values())

    def merge(self, other: Record) -> None:
        """Take over the pages of ``other``."""
        for page in other._pages:
            known = other.get(page)
            if known:
                self.put(page, *known)

    def save(self, file: Path) -> None:
        """Write the record.

        Raises:
            OSError: it cannot be written.
        """
        document = (VERSION, self._key, self._ways, self._pages)
        write_whole(file, sealed.seal(marshal.dumps(document)))

    @classmethod
    def load(cls, file: Path | None, key: str) -> Record:
        """The record in ``file``; an empty one if there is none of this ``key``, or a damaged."""
        record = cls(key)
        if file is None:
            return record
        try:
            version, made, ways, pages = marshal.loads(sealed.opened(file.read_bytes()))  # noqa: S302 - ours
        except (OSError, ValueError, EOFError, TypeError):
            return record
        if (version, made) == (VERSION, key):
            record._ways, record._pages = ways, pages
        return record
