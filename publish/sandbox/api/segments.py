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
    audience.audience(call.db, list_id)
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
    audience.audience(call.db, list_id)
    body = call.request.json()
    name = words(body, "name")
    if "static_segment" not in body:
        raise invalid(("static_segment", "The sandbox keeps static segments only."))
    emails = body["static_segment"] or []
    if not isinstance(emails, list):
        raise invalid(("static_segment", "This must be a list of e-mail addresses."))
    cursor = call.db.execute(
        "INSERT INTO segments (list_id, name, created, updated) VALUES (?,?,?,?)",
        (list_id, name, int(call.now), int(call.now)),
    )
    for email in emails:
        _join(call, list_id, int(cursor.lastrowid or 0), email)
    return show(call, list_id, str(cursor.lastrowid))


@routes("POST", "/{}/members")
def join(call: Call, list_id: str, segment: str) -> dict[str, Any]:
    """Add the member of ``email_address``."""
    row = _load(call, list_id, segment)
    email = call.request.json().get("email_address")
    member = _join(call, list_id, row["id"], email)
    if member is None:
        raise Problem(400, f"{email} is not a member of this list.")
    return members.document(member)


def _load(call: Call, list_id: str, segment: str) -> sqlite3.Row:
    audience.audience(call.db, list_id)
    query = "SELECT * FROM segments WHERE list_id = ? AND CAST(id AS TEXT) = ?"
    return audience.row(call.db, "segment", query, (list_id, segment))


def _join(call: Call, list_id: str, segment: int, email: object) -> audience.Member | None:
    """Addresses that are not in the audience are ignored, as the API documents."""
    member = audience.find(call.db, list_id, str(email))
    if member:
        call.db.execute("INSERT OR IGNORE INTO segment_members VALUES (?, ?)", (segment, member.id))
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
