"""Static segments: ``/lists/{id}/segments``."""

from __future__ import annotations

import sqlite3
from functools import partial
from typing import Any

from publish.sandbox import audience
from publish.sandbox.api import members
from publish.sandbox.api.paging import answer, collection, one_of
from publish.sandbox.problem import Problem, invalid
from publish.sandbox.request import NOTHING, Call, Response, Route, iso


def index(call: Call, list_id: str) -> Response:
    """``GET /lists/{id}/segments``."""
    audience.audience(call.db, list_id)
    kind = one_of(call.request, "type", ("saved", "static", "fuzzy"))
    rows = call.db.execute(
        "SELECT * FROM segments WHERE list_id = ? AND ? IN ('', 'static') ORDER BY id",
        (list_id, kind),
    ).fetchall()
    return collection(call.request, "segments", rows, partial(_document, call), list_id=list_id)


def show(call: Call, list_id: str, segment: str) -> Response:
    """``GET /lists/{id}/segments/{segment}``."""
    return answer(call.request, _document(call, _load(call, list_id, segment)))


def create(call: Call, list_id: str) -> Response:
    """``POST /lists/{id}/segments`` with ``name`` and ``static_segment`` (addresses)."""
    audience.audience(call.db, list_id)
    body = call.request.json()
    name = body.get("name")
    if not isinstance(name, str) or not name.strip():
        raise invalid(("name", "This must not be blank."))
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


def change(call: Call, list_id: str, segment: str) -> Response:
    """``POST /lists/{id}/segments/{segment}``: add and remove several at once."""
    row = _load(call, list_id, segment)
    body = call.request.json()
    done: dict[str, list[dict[str, Any]]] = {"members_added": [], "members_removed": []}
    for email in _emails(body, "members_to_add"):
        if member := _join(call, list_id, row["id"], email):
            done["members_added"].append(members.document(member))
    for email in _emails(body, "members_to_remove"):
        if member := audience.find(call.db, list_id, str(email)):
            _leave(call, row["id"], member.id)
            done["members_removed"].append(members.document(member))
    totals = {"total_added": len(done["members_added"])}
    totals["total_removed"] = len(done["members_removed"])
    return answer(call.request, {**done, "errors": [], **totals, "error_count": 0})


def delete(call: Call, list_id: str, segment: str) -> Response:
    """``DELETE /lists/{id}/segments/{segment}``."""
    row = _load(call, list_id, segment)
    call.db.execute("DELETE FROM segments WHERE id = ?", (row["id"],))
    return NOTHING


def readers(call: Call, list_id: str, segment: str) -> Response:
    """``GET /lists/{id}/segments/{segment}/members``."""
    row = _load(call, list_id, segment)
    found = audience.recipients(call.db, list_id, {"saved_segment_id": row["id"]})
    return collection(call.request, "members", found, members.document)


def join(call: Call, list_id: str, segment: str) -> Response:
    """``POST /lists/{id}/segments/{segment}/members`` with ``email_address``."""
    row = _load(call, list_id, segment)
    email = call.request.json().get("email_address")
    member = _join(call, list_id, row["id"], email)
    if member is None:
        raise Problem(400, f"{email} is not a member of this list.")
    return answer(call.request, members.document(member))


def leave(call: Call, list_id: str, segment: str, member_id: str) -> Response:
    """``DELETE /lists/{id}/segments/{segment}/members/{hash}``."""
    row = _load(call, list_id, segment)
    _leave(call, row["id"], members.load(call, list_id, member_id).id)
    return NOTHING


def _load(call: Call, list_id: str, segment: str) -> sqlite3.Row:
    audience.audience(call.db, list_id)
    query = "SELECT * FROM segments WHERE list_id = ? AND CAST(id AS TEXT) = ?"
    return audience.row(call.db, "segment", query, (list_id, segment))


def _emails(body: dict[str, Any], field: str) -> list[Any]:
    found = body.get(field) or []
    if not isinstance(found, list):
        raise invalid((field, "This must be a list of e-mail addresses."))
    return found


def _join(call: Call, list_id: str, segment: int, email: object) -> audience.Member | None:
    """Addresses that are not in the list are ignored, as the API documents."""
    member = audience.find(call.db, list_id, str(email))
    if member:
        call.db.execute("INSERT OR IGNORE INTO segment_members VALUES (?, ?)", (segment, member.id))
    return member


def _leave(call: Call, segment: int, member_id: str) -> None:
    call.db.execute(
        "DELETE FROM segment_members WHERE segment_id = ? AND member_id = ?", (segment, member_id)
    )


def _document(call: Call, row: sqlite3.Row) -> dict[str, Any]:
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


ROUTES = [
    Route("GET", "/lists/{}/segments", index),
    Route("POST", "/lists/{}/segments", create),
    Route("GET", "/lists/{}/segments/{}", show),
    Route("POST", "/lists/{}/segments/{}", change),
    Route("DELETE", "/lists/{}/segments/{}", delete),
    Route("GET", "/lists/{}/segments/{}/members", readers),
    Route("POST", "/lists/{}/segments/{}/members", join),
    Route("DELETE", "/lists/{}/segments/{}/members/{}", leave),
]
