"""Topics readers can choose: ``/lists/{id}/interest-categories`` and their interests."""

from __future__ import annotations

import secrets
import sqlite3
from functools import partial
from typing import Any

from publish.sandbox import audience
from publish.sandbox.api.paging import collection
from publish.sandbox.problem import choice, invalid, words
from publish.sandbox.request import Call, Routes

TYPES = ("checkboxes", "dropdown", "radio", "hidden")
routes = Routes("/3.0/lists/{}/interest-categories")


@routes("GET", "")
def categories(call: Call, list_id: str) -> dict[str, Any]:
    """The categories of an audience."""
    rows = _ordered(call, "interest_categories WHERE list_id = ?", list_id)
    return collection(call.request, "categories", rows, dict, list_id=list_id)


@routes("GET", "/{}")
def show_category(call: Call, list_id: str, category: str) -> dict[str, Any]:
    """One category."""
    query = "SELECT * FROM interest_categories WHERE list_id = ? AND id = ?"
    return dict(audience.row(call.db, "interest category", query, (list_id, category)))


@routes("POST", "")
def add_category(call: Call, list_id: str) -> dict[str, Any]:
    """Add a category with ``title`` and ``type``."""
    body = call.request.json()
    values = list_id, words(body, "title"), choice("type", body.get("type"), TYPES), _order(body)
    return show_category(call, list_id, _insert(call, "interest_categories", *values))


@routes("GET", "/{}/interests")
def interests(call: Call, list_id: str, category: str) -> dict[str, Any]:
    """The interests of a category."""
    above = {"list_id": list_id, "category_id": show_category(call, list_id, category)["id"]}
    rows = _ordered(call, "interests WHERE category_id = ?", category)
    return collection(call.request, "interests", rows, partial(_shown, call), **above)


@routes("POST", "/{}/interests")
def add_interest(call: Call, list_id: str, category: str) -> dict[str, Any]:
    """Add an interest with ``name``."""
    show_category(call, list_id, category)
    body = call.request.json()
    values = category, list_id, words(body, "name"), _order(body)
    return show_interest(call, list_id, category, _insert(call, "interests", *values))


@routes("GET", "/{}/interests/{}")
def show_interest(call: Call, list_id: str, category: str, interest: str) -> dict[str, Any]:
    """One interest."""
    show_category(call, list_id, category)
    query = "SELECT * FROM interests WHERE category_id = ? AND id = ?"
    return _shown(call, audience.row(call.db, "interest", query, (category, interest)))


def _ordered(call: Call, source: str, parent: str) -> list[sqlite3.Row]:
    query = f"SELECT * FROM {source} ORDER BY display_order, id"  # noqa: S608 - our own words
    return call.db.execute(query, (parent,)).fetchall()


def _insert(call: Call, table: str, *values: object) -> str:
    """The id of the new row."""
    made = secrets.token_hex(5)
    marks = ",".join("?" * (len(values) + 1))
    call.db.execute(f"INSERT INTO {table} VALUES ({marks})", (made, *values))  # noqa: S608
    return made


def _shown(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    readers = audience.members(call.db, row["list_id"], "subscribed")
    count = sum(bool(reader.interests.get(row["id"])) for reader in readers)
    # The API gives this one count as a string.
    return {**dict(row), "subscriber_count": str(count)}


def _order(body: dict[str, Any]) -> int:
    found = body.get("display_order") or 0
    if not isinstance(found, int) or not 0 <= found < 2**31:
        raise invalid(("display_order", "This must be a whole number, 0 or more."))
    return found
