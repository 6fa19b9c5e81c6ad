"""Mailchimp's error answers: RFC 7807 problem documents."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.client import responses
from typing import Any

TITLES = {**responses, 401: "API Key Invalid", 404: "Resource Not Found"}
TYPE = "https://mailchimp.com/developer/marketing/docs/errors/"


@dataclass
class Problem(Exception):
    """An error with its HTTP ``status``; ``errors`` are ``(field, message)`` pairs."""

    status: int
    detail: str
    title: str = ""
    errors: Sequence[tuple[str, str]] = field(default=())

    def __str__(self) -> str:
        return f"{self.status} {self.detail}"

    def document(self) -> dict[str, Any]:
        """The answer's body; ``instance`` differs each time."""
        body: dict[str, Any] = {
            "type": TYPE,
            "title": self.title or TITLES.get(self.status, "Error"),
            "status": self.status,
            "detail": self.detail,
            "instance": str(uuid.uuid4()),
        }
        if self.errors:
            body["errors"] = [{"field": name, "message": text} for name, text in self.errors]
        return body


def invalid(*errors: tuple[str, str]) -> Problem:
    """A 400 that names the fields which are wrong."""
    return Problem(
        400,
        "The resource submitted could not be validated; see errors for the fields.",
        title="Invalid Resource",
        errors=errors,
    )


def missing(what: str) -> Problem:
    """A 404 for a resource that does not exist."""
    return Problem(404, f"The requested {what} could not be found.")


def choice(field: str, value: object, allowed: Sequence[str]) -> str:
    """``value``, which must be one of ``allowed``.

    Raises:
        Problem: 400 naming ``field``.
    """
    if value not in allowed:
        raise invalid((field, f"This must be one of: {', '.join(allowed)}."))
    return str(value)


def words(body: Mapping[str, Any], field: str) -> str:
    """A text of ``body`` that must not be blank.

    Raises:
        Problem: 400 naming ``field``.
    """
    found = body.get(field)
    if not isinstance(found, str) or not found.strip():
        raise invalid((field, "This must not be blank."))
    return found
