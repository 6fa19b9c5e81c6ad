"""A post's permanent identity, and the ledger of addresses with the identity behind each."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from publish.post.urls import normal

URLS = "ledger/urls.json"
"""Below the content folder: every address that was ever published, with its Uid."""
RETIRED = "ledger/retired.json"
"""The target of each address that was taken off the site."""
SINCE = "ledger/since.json"
"""The day on which each Uid's first address became public."""


def uid_of(given: object, source: str) -> str:
    """The permanent identity: the ``Uid`` line, else 16 hex digits of the file's place.

    ``source`` is the file's path below the content folder, with slashes. The fallback changes when
    the file is moved. Of several ``Uid`` lines the first counts.
    """
    first = given[0] if isinstance(given, list | tuple) and given else given or ""
    uid = str(first).strip()
    place = f"source:{source}".encode("utf-8", "surrogateescape")  # file names may hold any bytes
    return uid or hashlib.sha256(place).hexdigest()[:16]


def was_of(given: object) -> tuple[str, ...]:
    """The earlier identities of a ``Was`` line: parted by commas or blanks."""
    text = ",".join(map(str, given)) if isinstance(given, list | tuple) else str(given or "")
    return tuple(part for part in re.split(r"[\s,]+", text) if part)


@dataclass(frozen=True)
class Recorded:
    """The addresses that were ever published, normalized, each with its identity. ``retired`` are
    addresses that were taken off the site, which another post may take, and ``leads`` says where
    each leads, as it is written. ``written`` has each as it was published."""

    uids: Mapping[str, str] = field(default_factory=dict)
    retired: frozenset[str] = frozenset()
    written: Mapping[str, str] = field(default_factory=dict)
    leads: Mapping[str, str] = field(default_factory=dict)

    def uid_at(self, address: str) -> str:
        """The identity at an address; ``""`` for a retired or unknown one."""
        place = normal(address)
        return "" if place in self.retired else self.uids.get(place, "")

    def contradicts(self, address: str, uid: str, was: tuple[str, ...] = ()) -> str:
        """The recorded identity if it is neither ``uid`` nor one of ``was``, else ``""``."""
        known = self.uid_at(address)
        return known if known and known != uid and known not in was else ""


class Damaged(ValueError):
    """A table of the ledger that must not count as empty; the message ends a sentence about it.
    ``name`` is its path below the content folder."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name = name


def read_recorded(content: Path) -> Recorded:
    """The published addresses in the ledger below the folder ``content``.

    Raises:
        Damaged: a table cannot be read, or has an address with two identities.
    """
    known, gone = read_table(content, URLS), read_table(content, RETIRED)
    return Recorded(
        {normal(address): uid for address, uid in known.items()},
        frozenset(map(normal, gone)),
        {normal(address): address for address in known},
        gone,
    )


def read_table(content: Path, name: str) -> dict[str, str]:
    """The texts of a table of the ledger; empty where there is no such file.

    Raises:
        Damaged: it cannot be read.
    """
    try:
        data = (content / name).read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Damaged(name, f"cannot be read: {error.strerror or error}") from None
    return table_of(name, data)


def table_of(name: str, data: bytes) -> dict[str, str]:
    """The table of the ledger in the file ``name`` with the bytes ``data``.

    Raises:
        Damaged: it is none.
    """
    try:
        found = texts(data)
    except ValueError as error:
        raise Damaged(name, str(error)) from None
    for day in found.values() if name == SINCE else ():
        try:
            date.fromisoformat(day)
        except ValueError:
            raise Damaged(name, f"has {day!r} in the place of a day") from None
    return found


def table_bytes(table: Mapping[str, object]) -> bytes:
    """A file of the ledger that is one table, as it is written: a line a key, in order."""
    return (json.dumps(table, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


CONFLICT = "holds a conflict that a git merge has left"


def remedy_of(fault: str) -> str:
    """How to repair a table of the ledger with that ``fault``."""
    if fault == CONFLICT:
        return "keep the lines of both sides, a comma between two, and take git's marks out"
    return "restore it from version control"


def texts(data: bytes) -> dict[str, str]:
    """The JSON object of texts that a table of the ledger is.

    Raises:
        ValueError: it is none, or a merge has left a key in it twice with two values; the
            message ends a sentence about the file.
    """
    try:
        found = json.loads(data, object_pairs_hook=_pairs)
    except _Twice as twice:
        raise ValueError(f"has {twice} twice, with two values") from None
    except ValueError:
        found = None
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise ValueError(CONFLICT if b"\n<<<<<<< " in data else "is damaged")
    try:
        "".join((*found, *found.values())).encode()
    except UnicodeEncodeError:  # by a lone surrogate in an escape
        raise ValueError("is damaged") from None
    return found


class _Twice(ValueError):
    pass


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        # The JSON parser would silently take the last.
        if found.setdefault(key, value) != value:
            raise _Twice(key)
    return found


def complaint(known: str, uid: str) -> tuple[str, str]:
    """The message and the remedy for a post at whose address the identity ``known`` was
    published."""
    message = "its published address belongs to another Uid" if uid else "its Uid is gone"
    return (
        message,
        f"write `Uid: {known}` again; if the change is meant, add `Was: {known}`: it is not mailed "
        "again, and feed readers show it once more",
    )
