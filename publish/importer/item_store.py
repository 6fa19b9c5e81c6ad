"""The export's items in a database, for both steps: by id, with what links need to find them."""

from __future__ import annotations

import json
import os
import pickle
import sqlite3
import zlib
from pathlib import Path
from typing import Any

from publish.importer.model import Item

INCLUDED = {"block": ("wp_block",), "module": ("wp_block", "et_pb_layout", "elementor_library")}
"""Types of items that others include."""
SCHEMA = """
create table item (
    number integer primary key, id integer, type text, guid text, body blob
);
create index item_id on item (id);
create table attachment (
    id integer primary key, url text, alt text, caption text, parent integer, page text
);
create index attachment_parent on attachment (parent);
create index attachment_page on attachment (page);
create index attachment_url on attachment (url);
create table plan (number integer primary key, data text);
"""


class Store:
    """A scratch database. It is made at the beginning of a run and removed at its end."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.glob(f"{path.stem}.*"):
            old.unlink()
        self._path = path
        self._opened: dict[int, sqlite3.Connection] = {}
        self._db.executescript(SCHEMA)

    @property
    def _db(self) -> sqlite3.Connection:
        """This process's own connection: one opened before a fork is the parent's."""
        process = os.getpid()
        if process not in self._opened:
            self._opened[process] = sqlite3.connect(self._path)
            for pragma in ("journal_mode=off", "synchronous=off", "cache_size=-2000"):
                self._opened[process].execute(f"pragma {pragma}")
        return self._opened[process]

    def _row(self, sql: str, *values: object) -> Any:
        return self._db.execute(sql, values).fetchone()

    def close(self) -> None:
        """Close the connection; the data stays until the next run."""
        self._db.close()

    def commit(self) -> None:
        """Commit, so that other processes see the items."""
        self._db.commit()

    def put(self, item: Item) -> None:
        """Store an item; the same one in another file of the export replaces it, unless that is
        older. A different one with the same id, as in exports merged by hand, gets a new id."""
        sql, guid = "select number, guid from item where id = ?", item.guid or item.link
        old = self._row(sql, item.id)
        if old and old[1] != guid:
            item.id = -1 - zlib.crc32(f"{item.id} {item.link} {item.title}".encode())
            old = self._row(sql, item.id)
        if old and self.item(old[0]).modified_gmt > item.modified_gmt:
            return
        values = (old[0] if old else None, item.id, item.type, guid, pickle.dumps(item, 5))
        self._db.execute("insert or replace into item values (?, ?, ?, ?, ?)", values)

    def put_attachment(self, item: Item, url: str, page: str) -> None:
        """Store an attachment's plain address and its page's path, for pictures."""
        values = (
            item.id,
            url,
            item.meta.get("_wp_attachment_image_alt", ""),
            item.excerpt,
            item.parent,
            page,
        )
        self._db.execute("insert or replace into attachment values (?, ?, ?, ?, ?, ?)", values)

    def attachment(self, number: int) -> tuple[str, str, str]:
        """Address, alt text and caption of an attachment, empty where there is none."""
        sql = "select url, alt, caption from attachment where id = ?"
        found: tuple[str, str, str] = self._row(sql, number) or ("", "", "")
        return found

    def attached(self, url: str) -> bool:
        """Whether an attachment has exactly this address."""
        sql = "select 1 from attachment where url = ? limit 1"
        return self._row(sql, url) is not None

    def attachment_page(self, path: str) -> str:
        """The address of the file whose page has this path; ``""`` if there is none."""
        sql = "select url from attachment where page = ? order by id limit 1"
        found = self._row(sql, path)
        return str(found[0]) if found else ""

    def children(self, parent: int) -> list[int]:
        """The attachments of a post."""
        sql = "select id from attachment where parent = ? order by id"
        return [row[0] for row in self._db.execute(sql, (parent,))]

    def body(self, id: int, kind: str) -> str | None:
        """The body of an item that others include, a reusable ``block`` or a global ``module``;
        None if there is none that is public."""
        found = self._row("select number from item where id = ?", id)
        item = self.item(found[0]) if found else None
        public = item and item.status == "publish" and not item.password
        return item.body if item and public and item.type in INCLUDED[kind] else None

    def item(self, number: int) -> Item:
        """The ``number``-th stored item."""
        (data,) = self._row("select body from item where number = ?", number)
        found: Item = pickle.loads(data)  # noqa: S301 - this run wrote it
        return found

    def numbers(self) -> list[int]:
        """The numbers of all posts and pages, as the export has them."""
        sql = "select number from item where type in ('post', 'page') order by number"
        return [row[0] for row in self._db.execute(sql)]

    def put_plan(self, number: int, data: dict[str, Any]) -> None:
        """Store the header fields of an item."""
        text = json.dumps(data, ensure_ascii=False)
        self._db.execute("insert or replace into plan values (?, ?)", (number, text))

    def plan(self, number: int) -> dict[str, Any]:
        """The header fields of an item."""
        (data,) = self._row("select data from plan where number = ?", number)
        found: dict[str, Any] = json.loads(data)
        return found


class Spool:
    """Bytes on disk by number: written once by one process, read by any that it forks later."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w+b")
        self._places: dict[int, int] = {}
        self._end = 0

    def put(self, number: int, data: bytes) -> None:
        """Keep some."""
        self._file.write(data)
        self._places[number] = self._end << 32 | len(data)
        self._end += len(data)

    def flush(self) -> None:
        """Flush, so that processes forked from now on can read all texts."""
        self._file.flush()

    def get(self, number: int) -> bytes:
        """The stored value; ``b""`` for an unknown number."""
        place = self._places.get(number, 0)
        start, size = place >> 32, place & 0xFFFFFFFF
        # ``pread``, as forked processes share the file's position.
        return os.pread(self._file.fileno(), size, start)

    def close(self) -> None:
        """Give the file back."""
        self._file.close()
