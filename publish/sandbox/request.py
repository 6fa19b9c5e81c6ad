"""One request and its answer, free of sockets."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from publish.sandbox.pictures import NOWHERE, Site
from publish.sandbox.problem import Problem, invalid

Handler = TypeVar("Handler", bound=Callable[..., Any])


@dataclass(frozen=True)
class Request:
    """A request. Header names are in lower case; ``target`` is the path with its query."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        """The target without its query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The query's last value of each name."""
        return _last(urlsplit(self.target).query)

    @property
    def form(self) -> dict[str, str]:
        """A posted form's last value of each name."""
        return _last(self.body.decode("utf-8", "replace"))

    def json(self) -> dict[str, Any]:
        """The body as a JSON object; no body and ``null`` are an empty one.

        Raises:
            Problem: 400 when it is not JSON, not an object, or holds half a character.
        """
        try:
            found = json.loads(self.body or b"null")
            json.dumps(found, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise Problem(400, "The body is not valid JSON.", title="JSON Parse Error") from None
        if found is None:
            return {}
        if not isinstance(found, dict):
            raise Problem(400, "The body must be a JSON object.", title="JSON Parse Error")
        return found


@dataclass(frozen=True)
class Response:
    """An answer."""

    status: int
    body: bytes = b""
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A request in its transaction, the argument of route functions.

    ``now`` is in seconds since the epoch; ``base`` is this server's URL without a slash at its end;
    ``conditions`` are seconds that a fault rule asks for, by name; ``zone`` is the site's time zone
    and ``site`` has its pictures, for pages that a person reads.
    """

    request: Request
    db: sqlite3.Connection
    now: float
    base: str
    conditions: Mapping[str, float] = field(default_factory=dict)
    zone: tzinfo = UTC
    site: Site = NOWHERE


@dataclass(frozen=True)
class Route:
    """``method`` and a path such as ``/lists/{}/members``; each ``{}`` becomes an argument.

    The function answers with a document, which goes out as JSON, with None (204), or with a
    ``Response`` of its own.
    """

    method: str
    path: str
    handler: Callable[..., Any]

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(re.escape(self.path).replace(re.escape("{}"), "([^/]+)"))

    def match(self, path: str) -> tuple[str, ...] | None:
        """The arguments when ``path`` is this route's."""
        found = self._pattern.fullmatch(path)
        return found.groups() if found else None


class Routes(list[Route]):
    """The routes of one module; called with method and path it is the decorator that adds one."""

    def __init__(self, prefix: str = "") -> None:
        super().__init__()
        self._prefix = prefix

    def __call__(self, method: str, path: str) -> Callable[[Handler], Handler]:
        def add(handler: Handler) -> Handler:
            self.append(Route(method, self._prefix + path, handler))
            return handler

        return add


def _last(text: str) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(text, keep_blank_values=True).items()}


def as_problem(problem: Problem) -> Response:
    """A problem document under its own content type, as Mailchimp sends it."""
    body = json.dumps(problem.document()).encode()
    return Response(problem.status, body, "application/problem+json; charset=utf-8")


def iso(seconds: float | None) -> str:
    """``2026-11-23T10:15:00+00:00``, or ``""`` for what has not happened."""
    if seconds is None:
        return ""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


def seconds(text: object, field: str) -> int:
    """The epoch seconds of an ISO 8601 time; one without an offset is UTC.

    Raises:
        Problem: 400 naming ``field``.
    """
    try:
        # A space is accepted too: an unescaped "+00:00" in a query arrives as " 00:00".
        found = datetime.fromisoformat(str(text).strip().replace(" 00:00", "+00:00"))
        if found.tzinfo is None:
            found = found.replace(tzinfo=UTC)
        return int(found.timestamp())
    except (ValueError, OverflowError):
        raise invalid((field, "This must be a date and time in ISO 8601 format.")) from None
