"""The control interface: the fault rules and the request log, in the shared state."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict
from typing import Any

from publish.sandbox.faults import CONDITIONS, Rule, parse
from publish.sandbox.problem import Problem
from publish.sandbox.request import Call, Request, Routes

KEPT = 1000
"""Requests the log keeps."""
routes = Routes()


def choose(db: sqlite3.Connection, request: Request) -> tuple[Rule | None, dict[str, float]]:
    """Count the request for every rule, and return those that strike: the one that decides the
    answer, and the conditions."""
    struck: Rule | None = None
    conditions: dict[str, float] = {}
    for row in db.execute("SELECT id, doc, seen FROM rules ORDER BY id").fetchall():
        rule = Rule(**json.loads(row["doc"]))
        if not rule.fits(request):
            continue
        db.execute("UPDATE rules SET seen = seen + 1 WHERE id = ?", (row["id"],))
        if not rule.strikes(row["seen"] + 1):
            continue
        if rule.kind in CONDITIONS:
            conditions[rule.kind] = rule.seconds
        else:
            struck = struck or rule
    return struck, conditions


def defer(db: sqlite3.Connection, request: Request, due: float) -> None:
    """Store a request whose effect is delayed."""
    db.execute(
        "INSERT INTO deferred (due, method, target, headers, body) VALUES (?,?,?,?,?)",
        (due, request.method, request.target, json.dumps(dict(request.headers)), request.body),
    )


def take_due(db: sqlite3.Connection, now: float) -> list[Request]:
    """Remove and return the stored requests that are due."""
    rows = db.execute("SELECT * FROM deferred WHERE due <= ? ORDER BY due, id", (now,)).fetchall()
    db.executemany("DELETE FROM deferred WHERE id = ?", [(row["id"],) for row in rows])
    return [
        Request(row["method"], row["target"], json.loads(row["headers"]), row["body"])
        for row in rows
    ]


def log(
    db: sqlite3.Connection, request: Request, now: float, status: int | None, fault: str | None
) -> None:
    """Log a request; ``status`` is None if no answer was given."""
    cursor = db.execute(
        "INSERT INTO requests (at, method, target, status, fault) VALUES (?,?,?,?,?)",
        (now, request.method, request.target, status, fault),
    )
    db.execute("DELETE FROM requests WHERE id <= ?", (int(cursor.lastrowid or 0) - KEPT,))


@routes("GET", "/control/faults")
def show(call: Call) -> dict[str, Any]:
    """The rules and the last requests."""
    rules = [
        {**json.loads(row["doc"]), "seen": row["seen"]}
        for row in call.db.execute("SELECT doc, seen FROM rules ORDER BY id")
    ]
    seen = call.db.execute("SELECT at, method, target, status, fault FROM requests ORDER BY id")
    return {"rules": rules, "requests": [dict(row) for row in seen]}


@routes("POST", "/control/faults")
def add(call: Call) -> dict[str, Any]:
    """Add a list of rules."""
    # A web page cannot send this content type to another origin without a CORS preflight.
    if not call.request.headers.get("content-type", "").startswith("application/json"):
        raise Problem(400, "Send the rules as application/json.")
    try:
        documents = json.loads(call.request.body)
    except ValueError:
        raise Problem(400, "The body is not valid JSON.") from None
    if not isinstance(documents, list):
        raise Problem(400, "The body must be a list of rules.")
    for document in documents:
        rule = parse(document)
        call.db.execute("INSERT INTO rules (doc) VALUES (?)", (json.dumps(asdict(rule)),))
    return show(call)


@routes("DELETE", "/control/faults")
def clear(call: Call) -> None:
    """Delete rules, requests and delayed effects."""
    for table in ("rules", "requests", "deferred"):
        call.db.execute(f"DELETE FROM {table}")  # noqa: S608 - our own table names
