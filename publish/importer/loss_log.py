"""The losses of a run, in a temporary database, as a large export has too many for memory."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator

from publish.importer.losses import Loss

COLUMNS = "code, id, detail, excerpt, file, line"
ORDER = "order by file, line, code, id, detail, excerpt"


class LossLog:
    """Losses, each once per place, in the order of the report; and old addresses with their new
    ones. The database file is temporary, and deleted when it is closed."""

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
