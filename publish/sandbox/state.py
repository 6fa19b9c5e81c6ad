"""The shared state: one SQLite file, one transaction a request.

The file may be deleted at any time, even under a running server: each transaction opens it
again and makes what is missing.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from publish.errors import PublishError
from publish.sandbox import SANDBOX_AUDIENCE, folder

Kept = TypeVar("Kept")
VERSION = 2
WAIT = 30.0
"""Seconds a transaction waits for another process's to end."""

SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE audiences (id TEXT PRIMARY KEY, doc TEXT NOT NULL);
CREATE TABLE members (
    list_id TEXT NOT NULL, id TEXT NOT NULL, email TEXT NOT NULL, status TEXT NOT NULL,
    merge_fields TEXT NOT NULL, interests TEXT NOT NULL, token TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL, own_hand INTEGER NOT NULL, signed_up INTEGER, opted_in INTEGER,
    changed INTEGER NOT NULL, PRIMARY KEY (list_id, id));
CREATE TABLE segments (
    id INTEGER PRIMARY KEY AUTOINCREMENT, list_id TEXT NOT NULL, name TEXT NOT NULL,
    created INTEGER NOT NULL, updated INTEGER NOT NULL);
CREATE TABLE segment_members (
    segment_id INTEGER NOT NULL REFERENCES segments ON DELETE CASCADE, member_id TEXT NOT NULL,
    PRIMARY KEY (segment_id, member_id));
CREATE TABLE interest_categories (
    id TEXT PRIMARY KEY, list_id TEXT NOT NULL, title TEXT NOT NULL, type TEXT NOT NULL,
    display_order INTEGER NOT NULL);
CREATE TABLE interests (
    id TEXT PRIMARY KEY, category_id TEXT NOT NULL, list_id TEXT NOT NULL, name TEXT NOT NULL,
    display_order INTEGER NOT NULL);
CREATE TABLE campaigns (
    web_id INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL,
    status TEXT NOT NULL, list_id TEXT NOT NULL, segment TEXT NOT NULL, settings TEXT NOT NULL,
    tracking TEXT NOT NULL, created INTEGER NOT NULL, counted REAL NOT NULL,
    listed REAL NOT NULL, due REAL, sent INTEGER, emails_sent INTEGER NOT NULL,
    stale TEXT NOT NULL, stale_until REAL NOT NULL,
    -- The long columns come last: SQLite then reads a row's others without them.
    html TEXT NOT NULL, plain_text TEXT NOT NULL);
CREATE INDEX campaigns_due ON campaigns (due) WHERE due IS NOT NULL;
CREATE TABLE mails (
    id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, campaign_id TEXT NOT NULL,
    member_id TEXT NOT NULL, recipient TEXT NOT NULL, subject TEXT NOT NULL,
    at INTEGER NOT NULL, base TEXT NOT NULL, name TEXT NOT NULL, raw BLOB NOT NULL,
    written INTEGER NOT NULL DEFAULT 0);
CREATE UNIQUE INDEX one_issue_a_reader ON mails (campaign_id, member_id) WHERE kind = 'issue';
CREATE INDEX outbox ON mails (id) WHERE written = 0;
CREATE TABLE unsubscribes (
    campaign_id TEXT NOT NULL, member_id TEXT NOT NULL, PRIMARY KEY (campaign_id, member_id));
CREATE TABLE rules (
    id INTEGER PRIMARY KEY AUTOINCREMENT, doc TEXT NOT NULL, seen INTEGER NOT NULL DEFAULT 0);
CREATE TABLE deferred (
    id INTEGER PRIMARY KEY AUTOINCREMENT, due REAL NOT NULL, method TEXT NOT NULL,
    target TEXT NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, method TEXT NOT NULL,
    target TEXT NOT NULL, status INTEGER, fault TEXT);
"""
TABLES = tuple(line.split()[2] for line in SCHEMA.splitlines() if line.startswith("CREATE TABLE"))

AUDIENCE = {
    "name": "Creating Happy Pharmacists",
    "contact": {
        "company": "Creating Happy Pharmacists",
        "address1": "1 Example Street",
        "address2": "",
        "city": "Springfield",
        "state": "NY",
        "zip": "10001",
        "country": "US",
        "phone": "",
    },
    "permission_reminder": "You signed up on our site.",
    "campaign_defaults": {
        "from_name": "Creating Happy Pharmacists",
        "from_email": "hello@happypharmacists.example",
        "subject": "",
        "language": "en",
    },
    "date_created": "2024-01-01T00:00:00+00:00",
}


class Damaged(PublishError):
    """The state file is no database, or one of another version."""


class Store:
    """The sandbox's folder: ``state.sqlite3`` and ``mail/``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "state.sqlite3"
        self.mail = folder / "mail"

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection inside ``BEGIN IMMEDIATE``; committed at the end, rolled back on error.

        Raises:
            Damaged: the state file is not one of ours.
            PublishError: it cannot be opened, read or written.
        """
        try:
            with closing(self._open()) as db:
                db.execute("BEGIN IMMEDIATE")
                try:
                    _make(db)
                    yield db
                except BaseException:
                    db.execute("ROLLBACK")
                    raise
                db.execute("COMMIT")
        except sqlite3.IntegrityError:
            raise
        except (sqlite3.OperationalError, OSError) as error:
            raise PublishError(
                f"{self.file}: the sandbox cannot use its state ({error})",
                "check the folder's permissions and the disk's free space",
            ) from None
        except sqlite3.DatabaseError as error:
            raise Damaged(
                f"{self.file}: the sandbox's state is damaged ({error})",
                "run `publish sandbox reset`",
            ) from None

    def _open(self) -> sqlite3.Connection:
        self.folder.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.file, timeout=WAIT, isolation_level=None)
        try:
            db.row_factory = sqlite3.Row
            db.execute("PRAGMA foreign_keys = ON")
            # Safe against a crash of the process. After a power cut it may be damaged, which is
            # reported with a remedy; waiting for the disk would take half of each request's time.
            db.execute("PRAGMA synchronous = OFF")
            _write_ahead(db)
        except BaseException:
            db.close()
            raise
        return db


def _write_ahead(db: sqlite3.Connection) -> None:
    # SQLite raises "locked" at once, without its busy timeout, if two processes change a new file's
    # journal mode together; so wait here.
    deadline = time.monotonic() + WAIT
    while True:
        try:
            if db.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def set_value(db: sqlite3.Connection, name: str, value: str) -> None:
    """Store a small value by name."""
    db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


def get_value(db: sqlite3.Connection, name: str) -> str:
    """A value stored by ``set_value``, else ``""``."""
    row = db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return str(row["value"]) if row else ""


def put(db: sqlite3.Connection, table: str, key: str, row: Mapping[str, Any]) -> None:
    """Insert ``row``, a value by column, or replace the one with the same ``key`` (column names,
    comma-separated). Mappings are stored as JSON."""
    values = {
        name: json.dumps(dict(value)) if isinstance(value, Mapping) else value
        for name, value in row.items()
    }
    taken = ", ".join(f"{name} = excluded.{name}" for name in values)
    db.execute(
        f"INSERT INTO {table} ({', '.join(values)})"  # noqa: S608 - our own names
        f" VALUES ({', '.join(f':{name}' for name in values)})"
        f" ON CONFLICT ({key}) DO UPDATE SET {taken}",
        values,
    )


def read(kind: Callable[..., Kept], row: sqlite3.Row) -> Kept:
    """A dataclass object from a row that ``put`` wrote; other columns are ignored."""
    known = _columns(kind)
    given = {name: value for name, value in zip(row.keys(), row, strict=True) if name in known}
    return kind(**{n: json.loads(value) if known[n] else value for n, value in given.items()})


@cache
def _columns(kind: Any) -> dict[str, bool]:
    """The names of a dataclass's fields, each with whether it is kept as JSON."""
    return {each.name: each.default_factory is dict for each in fields(kind)}


def reset(root: Path) -> None:
    """Reset the state: no campaign, no mail, no ledger, the initial audience and reader. A running
    server goes on with the new state."""
    store = Store(folder(root))
    try:
        with store.transaction() as db:
            port = get_value(db, "port")
            for table in TABLES:
                db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names
            _seed(db)
            if port:
                set_value(db, "port", port)
    except Damaged:
        for file in store.folder.glob("state.sqlite3*"):
            file.unlink()
        with store.transaction():
            pass
    for name in ("mail", "ledger"):
        shutil.rmtree(store.folder / name, ignore_errors=True)


def _make(db: sqlite3.Connection) -> None:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version == VERSION:
        return
    if version:
        raise sqlite3.DatabaseError(f"written by another version: {version}")
    for statement in SCHEMA.split(";"):
        db.execute(statement)
    _seed(db)
    db.execute(f"PRAGMA user_version = {VERSION}")


def _seed(db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO audiences VALUES (?, ?)", (SANDBOX_AUDIENCE, json.dumps(AUDIENCE)))
    from publish.sandbox import audience

    audience.save(
        db,
        audience.Member(
            list_id=SANDBOX_AUDIENCE,
            email="demo.reader@example.com",
            status="subscribed",
            merge_fields={"FNAME": "Demo", "LNAME": "Reader"},
            source="Admin Add",
            signed_up=1704067200,
            opted_in=1704067200,
            changed=1704067200,
        ),
    )
