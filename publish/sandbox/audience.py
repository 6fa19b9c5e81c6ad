"""Audiences, their members and their segments, in the state."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from publish.sandbox.problem import invalid, missing
from publish.sandbox.state import put, read

STATUSES = ("subscribed", "unsubscribed", "cleaned", "pending", "transactional", "archived")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LABEL}")


def is_address(text: object) -> bool:
    """Whether a mail could be addressed to ``text``."""
    return isinstance(text, str) and len(text) <= 254 and bool(_ADDRESS.fullmatch(text))


def subscriber_hash(email: str) -> str:
    """Mailchimp's id of a member: the MD5 of the lower-cased address."""
    return hashlib.md5(email.lower().encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Member:
    """A reader of one audience. Times are epoch seconds.

    ``token`` is the secret in the reader's links; ``own_hand``: the reader unsubscribed in person;
    then only the reader may subscribe again.
    """

    list_id: str
    email: str
    status: str
    merge_fields: Mapping[str, str] = field(default_factory=dict)
    interests: Mapping[str, bool] = field(default_factory=dict)
    token: str = field(default_factory=lambda: secrets.token_hex(10))
    source: str = "API - Generic"
    own_hand: bool = False
    signed_up: int | None = None
    opted_in: int | None = None
    changed: int = 0

    @property
    def id(self) -> str:
        """The subscriber hash."""
        return subscriber_hash(self.email)


def audiences(db: sqlite3.Connection) -> list[dict[str, Any]]:
    """Every audience: its ``id`` and what ``GET /lists/{id}`` returns beyond the counts."""
    return [_audience(found) for found in db.execute("SELECT * FROM audiences ORDER BY id")]


def row(db: sqlite3.Connection, what: str, query: str, values: Sequence[object]) -> sqlite3.Row:
    """The one row of a query; ``what`` names it.

    Raises:
        Problem: 404.
    """
    found: sqlite3.Row | None = db.execute(query, values).fetchone()
    if found is None:
        raise missing(what)
    return found


def audience(db: sqlite3.Connection, list_id: str) -> dict[str, Any]:
    """One audience.

    Raises:
        Problem: 404.
    """
    return _audience(row(db, "list", "SELECT * FROM audiences WHERE id = ?", (list_id,)))


def id_of(name: str) -> str:
    """The subscriber hash that an address of the API means: itself, or the address as it allows."""
    return subscriber_hash(name) if "@" in name else name.lower()


def find(db: sqlite3.Connection, list_id: str, member_id: str) -> Member | None:
    """A member by subscriber hash or address."""
    query = "SELECT * FROM members WHERE list_id = ? AND id = ?"
    row = db.execute(query, (list_id, id_of(member_id))).fetchone()
    return read(Member, row) if row else None


def by_token(db: sqlite3.Connection, token: str) -> Member | None:
    """The member whose links hold ``token``."""
    row = db.execute("SELECT * FROM members WHERE token = ?", (token,)).fetchone()
    return read(Member, row) if row else None


def members(db: sqlite3.Connection, list_id: str, status: str = "") -> list[Member]:
    """The members of an audience, of one status if given, in the order they joined."""
    rows = db.execute(
        "SELECT * FROM members WHERE list_id = ? AND (? IN ('', status)) ORDER BY rowid",
        (list_id, status),
    )
    return [read(Member, row) for row in rows]


def counts(db: sqlite3.Connection, list_id: str) -> Counter[str]:
    """How many members an audience has of each status."""
    rows = db.execute(
        "SELECT status, COUNT(*) FROM members WHERE list_id = ? GROUP BY status", (list_id,)
    )
    return Counter({row[0]: row[1] for row in rows})


def save(db: sqlite3.Connection, member: Member) -> None:
    """Insert or replace a member."""
    put(db, "members", "list_id, id", {**vars(member), "id": member.id})


def erase(db: sqlite3.Connection, member: Member) -> None:
    """Delete all data of a member, except mails already delivered."""
    key = (member.list_id, member.id)
    db.execute("DELETE FROM members WHERE list_id = ? AND id = ?", key)
    db.execute(
        "DELETE FROM segment_members WHERE segment_id IN"
        " (SELECT id FROM segments WHERE list_id = ?) AND member_id = ?",
        key,
    )


def check_segment(db: sqlite3.Connection, list_id: str, opts: Mapping[str, Any]) -> None:
    """Refuse a segment that does not exist here.

    Raises:
        Problem: 400.
    """
    field = "recipients.segment_opts"
    known = [r["id"] for r in db.execute("SELECT id FROM segments WHERE list_id = ?", (list_id,))]
    saved, conditions = opts.get("saved_segment_id"), opts.get("conditions") or []
    if saved and saved not in known:
        raise invalid((field, "There is no such segment in this list."))
    if opts.get("match", "any") not in ("any", "all"):
        raise invalid((field, "match must be any or all."))
    if not isinstance(conditions, list):
        raise invalid((field, "conditions must be a list."))
    for condition in conditions:
        if not (isinstance(condition, dict) and _evaluable(condition, known)):
            raise invalid((field, f"The sandbox cannot evaluate the condition {condition}."))


def recipients(db: sqlite3.Connection, list_id: str, opts: Mapping[str, Any]) -> list[Member]:
    """The subscribed members that a campaign would go to now."""
    found = members(db, list_id, "subscribed")
    if saved := opts.get("saved_segment_id"):
        inside = _inside(db, int(saved))
        return [member for member in found if member.id in inside]
    conditions = opts.get("conditions") or ()
    if not conditions:
        return found
    verdict = any if opts.get("match", "any") == "any" else all
    return [m for m in found if verdict(_meets(db, m, condition) for condition in conditions)]


def _evaluable(condition: Mapping[str, Any], segments: Sequence[int]) -> bool:
    value = condition.get("value")
    if condition.get("condition_type") == "StaticSegment":
        return value in segments
    return condition.get("condition_type") == "Interests" and isinstance(value, list)


def _meets(db: sqlite3.Connection, member: Member, condition: Mapping[str, Any]) -> bool:
    op, value = str(condition.get("op")), condition.get("value")
    if condition.get("condition_type") == "StaticSegment":
        return (member.id in _inside(db, int(str(value)))) == (op != "static_not")
    chosen = [bool(member.interests.get(str(name))) for name in value or ()]
    if op == "interestcontainsall":
        return all(chosen)
    return any(chosen) == (op != "interestnotcontains")


def _inside(db: sqlite3.Connection, segment: int) -> set[str]:
    rows = db.execute("SELECT member_id FROM segment_members WHERE segment_id = ?", (segment,))
    return {row["member_id"] for row in rows}


def _audience(row: sqlite3.Row) -> dict[str, Any]:
    return {"id": row["id"], **json.loads(row["doc"])}
