"""The losses and changes of a run, each of a kind with a stable code."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

Weight = Literal["needs", "left", "changed"]
"""``needs`` a look from the author; stayed behind (``left``); was ``changed`` and is fine."""


class Code(NamedTuple):
    """The description and remedy of a code."""

    weight: Weight
    what: str
    remedy: str


KINDS: Mapping[str, Weight] = {"needs a look": "needs", "stays behind": "left"}


def _codes() -> Iterator[tuple[str, Code]]:
    """The rows of ``losses.md``, which docs/moving-in.md holds as they are; a test compares."""
    _, _, *rows = Path(__file__).with_suffix(".md").read_text(encoding="utf-8").splitlines()
    for row in rows:
        code, kind, what, remedy = (cell.strip() for cell in row.strip("|").split("|"))
        yield code.strip("`"), Code(KINDS.get(kind, "changed"), what, remedy)


CODES: Mapping[str, Code] = dict(_codes())
"""Every code, in the order of the report."""


class Loss(NamedTuple):
    """One thing that was lost or changed.

    ``id`` is the post's in WordPress, 0 for the whole export; ``detail`` names the thing (a
    shortcode, an address), ``excerpt`` its first words, at most 80 characters. ``file`` and
    ``line`` are where the author finds it, filled in when the file is written.
    """

    code: str
    id: int = 0
    detail: str = ""
    excerpt: str = ""
    file: str = ""
    line: int = 0


BEYOND = ("reference-missing", "dead-link", "anchor-missing")
"""What an export refers to and does not hold."""
COLUMNS = "code, id, detail, excerpt, file, line"
ORDER = "order by file, line, code, id, detail, excerpt"


class LossLog:
    """Losses, each once per place, in the order of the report; and old addresses with their new
    ones. A large export has too many for memory; the database file is temporary, and deleted when
    it is closed."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.execute("pragma cache_size=-2000")
        self._db.execute(
            "create table loss (code text, id integer, detail text, excerpt text, file text, "
            "line integer, unique (code, id, detail, excerpt, file, line))"
        )
        self._db.execute("create table address (old text, new text)")
        self._db.execute("begin")

    def add(self, losses: Iterable[Loss]) -> None:
        """Add losses."""
        self._db.executemany("insert or ignore into loss values (?, ?, ?, ?, ?, ?)", losses)

    def forget(self, file: str, codes: Iterable[str]) -> None:
        """Take the losses of some codes in a file away."""
        sql = "delete from loss where file = ? and code = ?"
        self._db.executemany(sql, ((file, code) for code in codes))

    def __iter__(self) -> Iterator[Loss]:
        sql = f"select {COLUMNS} from loss {ORDER}"  # noqa: S608 - no value in it
        return (Loss(*row) for row in self._db.execute(sql))

    def of(self, code: str, most: int = -1) -> list[Loss]:
        """The losses of one code, at most ``most``."""
        sql = f"select {COLUMNS} from loss where code = ? {ORDER} limit ?"  # noqa: S608
        return [Loss(*row) for row in self._db.execute(sql, (code, most))]

    def kinds(self, code: str, most: int) -> list[tuple[str, int, str, str]]:
        """The details in the losses of one code, with count, excerpt and a place; the most frequent
        first."""
        sql = (
            "select substr(detail, 1, instr(detail || '?', '?') - 1) as kind, count(*) as many, "
            "max(excerpt), min(case when file <> '' then file || ':' || line else null end) "
            "from loss where code = ? group by kind order by many desc, kind limit ?"
        )
        return [(k, n, w or "", p or "") for k, n, w, p in self._db.execute(sql, (code, most))]

    @property
    def counts(self) -> Counter[str]:
        """The number of losses by code."""
        return Counter(dict(self._db.execute("select code, count(*) from loss group by code")))

    def add_redirects(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Add old addresses with their targets."""
        self._db.executemany("insert into address values (?, ?)", pairs)

    def addresses(self) -> Iterator[tuple[str, str]]:
        """Old addresses with their new ones, in the order of the export."""
        return self._db.execute("select old, new from address order by rowid")

    def close(self) -> None:
        """Close and delete the database."""
        self._db.close()
