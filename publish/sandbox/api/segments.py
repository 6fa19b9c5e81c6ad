"""Static segments: ``/lists/{id}/segments``."""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import Any

from publish.sandbox import audience
from publish.sandbox.api import members
from publish.sandbox.api.paging import collection, one_of
from publish.sandbox.problem import Problem, invalid, words
from publish.sandbox.request import Call, Routes, iso

routes = Routes("/3.0/lists/{}/segments")


@routes("GET", "")
def index(call: Call, list_id: str) -> dict[str, Any]:
    """The segments of an audience."""
    kind = one_of(call.request, "type", ("saved", "static", "fuzzy"))
    rows = call.db.execute(
        "SELECT * FROM segments WHERE list_id = ? AND ? IN ('', 'static') ORDER BY id",
        (list_id, kind),
    ).fetchall()
    return collection(call.request, "segments", rows, partial(_shown, call), list_id=list_id)


@routes("GET", "/{}")
def show(call: Call, list_id: str, segment: str) -> dict[str, Any]:
    """One segment."""
    return _shown(call, _load(call, list_id, segment))


@routes("POST", "")
def create(call: Call, list_id: str) -> dict[str, Any]:
    """Add a segment with ``name`` and ``static_segment`` (addresses)."""
    body = call.request.json()
    name = words(body, "name")
    if "static_segment" not in body:
        raise invalid(("static_segment", "The sandbox keeps static segments only."))
    emails = _emails(body, "static_segment")
    cursor = call.db.execute(
        "INSERT INTO segments (list_id, name, created, updated) VALUES (?,?,?,?)",
        (list_id, name, int(call.now), int(call.now)),
    )
    for email in emails:
        _join(call, list_id, int(cursor.lastrowid or 0), email)
    return show(call, list_id, str(cursor.lastrowid))


@routes("POST", "/{}")
def change(call: Call, list_id: str, segment: str) -> dict[str, Any]:
    """Add and remove several members at once."""
    number, body = _load(call, list_id, segment)["id"], call.request.json()
    added = [_join(call, list_id, number, email) for email in _emails(body, "members_to_add")]
    gone = [_leave(call, list_id, number, email) for email in _emails(body, "members_to_remove")]
    done = {
        "members_added": [members.document(member) for member in added if member],
        "members_removed": [members.document(member) for member in gone if member],
    }
    return {
        **done,
        "errors": [],
        "total_added": len(done["members_added"]),
        "total_removed": len(done["members_removed"]),
        "error_count": 0,
    }


@routes("DELETE", "/{}")
def delete(call: Call, list_id: str, segment: str) -> None:
    """Remove a segment; its members stay in the audience."""
    row = _load(call, list_id, segment)
    call.db.execute("DELETE FROM segments WHERE id = ?", (row["id"],))


@routes("GET", "/{}/members")
def readers(call: Call, list_id: str, segment: str) -> dict[str, Any]:
    """The subscribed members of a segment."""
    opts = {"saved_segment_id": _load(call, list_id, segment)["id"]}
    found = audience.recipients(call.db, list_id, opts)
    return collection(call.request, "members", found, members.document)


@routes("POST", "/{}/members")
def join(call: Call, list_id: str, segment: str) -> dict[str, Any]:
    """Add the member of ``email_address``."""
    row = _load(call, list_id, segment)
    email = call.request.json().get("email_address")
    member = _join(call, list_id, row["id"], email)
    if member is None:
        raise Problem(400, f"{email} is not a member of this list.")
    return members.document(member)


@routes("DELETE", "/{}/members/{}")
def leave(call: Call, list_id: str, segment: str, member_id: str) -> None:
    """Remove one member."""
    row = _load(call, list_id, segment)
    _leave(call, list_id, row["id"], members.load(call, list_id, member_id).id)


def _load(call: Call, list_id: str, segment: str) -> sqlite3.Row:
    query = "SELECT * FROM segments WHERE list_id = ? AND CAST(id AS TEXT) = ?"
    return audience.row(call.db, "segment", query, (list_id, segment))


def _emails(body: dict[str, Any], field: str) -> list[Any]:
    found = body.get(field) or []
    if not isinstance(found, list):
        raise invalid((field, "This must be a list of e-mail addresses."))
    return found


def _join(call: Call, list_id: str, segment: int, email: object) -> audience.Member | None:
    """Addresses that are not in the audience are ignored, as the API documents."""
    member = audience.find(call.db, list_id, str(email))
    if member:
        call.db.execute("INSERT OR IGNORE INTO segment_members VALUES (?, ?)", (segment, member.id))
    return member


def _leave(call: Call, list_id: str, segment: int, who: object) -> audience.Member | None:
    member = audience.find(call.db, list_id, str(who))
    if member:
        query = "DELETE FROM segment_members WHERE segment_id = ? AND member_id = ?"
        call.db.execute(query, (segment, member.id))
    return member


def _shown(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    inside = audience.recipients(call.db, row["list_id"], {"saved_segment_id": row["id"]})
    return {
        "id": row["id"],
        "name": row["name"],
        "member_count": len(inside),
        "type": "static",
        "created_at": iso(row["created"]),
        "updated_at": iso(row["updated"]),
        "options": {"match": "any", "conditions": []},
        "list_id": row["list_id"],
    }
