"""Topics readers can choose: ``/lists/{id}/interest-categories`` and their interests."""

from __future__ import annotations

import secrets
import sqlite3
from functools import partial
from typing import Any

from publish.sandbox import audience
from publish.sandbox.api.paging import answer, collection
from publish.sandbox.problem import invalid
from publish.sandbox.request import Call, Response, Route

TYPES = ("checkboxes", "dropdown", "radio", "hidden")


def categories(call: Call, list_id: str) -> Response:
    """``GET /lists/{id}/interest-categories``."""
    audience.audience(call.db, list_id)
    rows = call.db.execute(
        "SELECT * FROM interest_categories WHERE list_id = ? ORDER BY display_order, id", (list_id,)
    ).fetchall()
    return collection(call.request, "categories", rows, dict, list_id=list_id)


def show_category(call: Call, list_id: str, category: str) -> Response:
    """``GET /lists/{id}/interest-categories/{category}``."""
    return answer(call.request, dict(_category(call, list_id, category)))


def add_category(call: Call, list_id: str) -> Response:
    """``POST /lists/{id}/interest-categories`` with ``title`` and ``type``."""
    audience.audience(call.db, list_id)
    body = call.request.json()
    if body.get("type") not in TYPES:
        raise invalid(("type", f"This must be one of: {', '.join(TYPES)}."))
    category = secrets.token_hex(5)
    call.db.execute(
        "INSERT INTO interest_categories VALUES (?,?,?,?,?)",
        (category, list_id, _name(body, "title"), body["type"], _order(body)),
    )
    return show_category(call, list_id, category)


def interests(call: Call, list_id: str, category: str) -> Response:
    """``GET …/{category}/interests``."""
    _category(call, list_id, category)
    rows = call.db.execute(
        "SELECT * FROM interests WHERE category_id = ? ORDER BY display_order, id", (category,)
    ).fetchall()
    show = partial(_interest, call)
    return collection(
        call.request, "interests", rows, show, list_id=list_id, category_id=category
    )  # fmt: skip


def add_interest(call: Call, list_id: str, category: str) -> Response:
    """``POST …/{category}/interests`` with ``name``."""
    _category(call, list_id, category)
    body = call.request.json()
    interest = secrets.token_hex(5)
    call.db.execute(
        "INSERT INTO interests VALUES (?,?,?,?,?)",
        (interest, category, list_id, _name(body, "name"), _order(body)),
    )
    return show_interest(call, list_id, category, interest)


def show_interest(call: Call, list_id: str, category: str, interest: str) -> Response:
    """``GET …/{category}/interests/{interest}``."""
    _category(call, list_id, category)
    query = "SELECT * FROM interests WHERE category_id = ? AND id = ?"
    row = audience.row(call.db, "interest", query, (category, interest))
    return answer(call.request, _interest(call, row))


def _category(call: Call, list_id: str, category: str) -> sqlite3.Row:
    audience.audience(call.db, list_id)
    query = "SELECT * FROM interest_categories WHERE list_id = ? AND id = ?"
    return audience.row(call.db, "interest category", query, (list_id, category))


def _interest(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    readers = audience.members(call.db, row["list_id"], "subscribed")
    count = sum(bool(reader.interests.get(row["id"])) for reader in readers)
    # The API gives this one count as a string.
    return {**dict(row), "subscriber_count": str(count)}


def _name(body: dict[str, Any], field: str) -> str:
    found = body.get(field)
    if not isinstance(found, str) or not found.strip():
        raise invalid((field, "This must not be blank."))
    return found


def _order(body: dict[str, Any]) -> int:
    found = body.get("display_order") or 0
    if not isinstance(found, int) or not 0 <= found < 2**31:
        raise invalid(("display_order", "This must be a whole number, 0 or more."))
    return found


ROUTES = [
    Route("GET", "/lists/{}/interest-categories", categories),
    Route("POST", "/lists/{}/interest-categories", add_category),
    Route("GET", "/lists/{}/interest-categories/{}", show_category),
    Route("GET", "/lists/{}/interest-categories/{}/interests", interests),
    Route("POST", "/lists/{}/interest-categories/{}/interests", add_interest),
    Route("GET", "/lists/{}/interest-categories/{}/interests/{}", show_interest),
]
