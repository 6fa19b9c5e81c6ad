"""Fault injection: rules that make requests fail as networks and servers do. Pure."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from publish.sandbox.problem import Problem, choice, invalid
from publish.sandbox.request import Request, Response, as_problem

CONDITIONS = ("recipients_lag", "list_lag", "status_lag", "sending", "free_plan")
"""Kinds that change the API's behaviour; answers are true ones."""
SILENT = ("drop_before", "drop_after", "late")
SPOILT = ("truncated", "garbage", "trickle")
KINDS = (*SILENT, "status", *SPOILT, "redirect", *CONDITIONS)
BODIES = ("problem", "empty", "html")
_CREATING = r"POST /3\.0/campaigns(/[^/]+/actions/replicate)?"
CONCERNS = {
    "recipients_lag": _CREATING,
    "list_lag": _CREATING,
    "status_lag": (
        r"POST /3\.0/campaigns/[^/]+/actions/"
        r"(send|schedule|unschedule|pause|resume|cancel-send)"
    ),
    "sending": r"POST /3\.0/campaigns/[^/]+/actions/send",
}
"""The requests that these kinds affect; others do not count for a rule."""
LONGEST = 1e6
"""The most seconds a rule may ask for."""


@dataclass(frozen=True)
class Rule:
    """One rule. It counts matching requests and strikes from the ``nth`` on, ``times`` in a row (0:
    always). The kinds are in the table of the package's README. If several rules strike a request
    the first decides the answer; conditions add up. ``act``: whether the request takes effect; by
    default it does for spoilt answers, and does not for ``status`` and ``redirect``."""

    kind: str
    method: str = "*"
    path: str = "*"
    regex: str = ""
    nth: int = 1
    times: int = 1
    seconds: float = 1.0
    status: int = 0
    body: str = "problem"
    location: str = "/"
    act: bool | None = None

    def fits(self, request: Request) -> bool:
        """Whether the rule matches this request."""
        if self.method not in ("*", request.method):
            return False
        concern = CONCERNS.get(self.kind)
        if concern and not re.fullmatch(concern, f"{request.method} {request.path}"):
            return False
        if self.regex:
            return re.search(self.regex, request.target) is not None
        return fnmatch.fnmatchcase(request.path, self.path)

    def strikes(self, seen: int) -> bool:
        """Whether it strikes at the ``seen``-th fitting request (from 1)."""
        return seen >= self.nth and (self.times == 0 or seen < self.nth + self.times)

    @property
    def acts(self) -> bool:
        """Whether the request takes effect at once."""
        if self.kind in ("drop_before", "late"):
            return False
        return self.kind not in ("status", "redirect") if self.act is None else self.act

    def answer(self, true: Response | None) -> Response:
        """The answer instead of the true one, which exists if the rule acts."""
        if self.kind == "redirect":
            return Response(self.status or 302, headers={"Location": self.location})
        if self.kind == "garbage":
            return Response(200, b'{"id": "5a4d', "application/json; charset=utf-8")
        if self.kind == "status":
            status = self.status or 500
            if self.body == "problem":
                return as_problem(Problem(status, "A fault rule asked for this."))
            if self.body == "html":
                return Response(status, b"<html><body><h1>Sorry</h1></body></html>", "text/html")
            return Response(status)
        return true or Response(204)


def parse(document: Any) -> Rule:
    """Parse a rule from JSON.

    Raises:
        Problem: 400 naming what is wrong.
    """
    if not isinstance(document, dict):
        raise invalid(("rule", "This must be an object."))
    known = {field.name for field in fields(Rule)}
    if unknown := set(document) - known:
        raise invalid(*((name, "No rule has this.") for name in sorted(unknown)))
    choice("kind", document.get("kind"), KINDS)
    if wrong := [name for name, value in document.items() if not GOOD.get(name, _is_line)(value)]:
        raise invalid(*((name, "This value is impossible.") for name in sorted(wrong)))
    return Rule(**document)


def _is_line(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable()


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _compiles(value: Any) -> bool:
    try:
        re.compile(value)
    except (re.error, TypeError):
        return False
    return isinstance(value, str)


GOOD: dict[str, Callable[[Any], bool]] = {
    "act": lambda value: value is None or isinstance(value, bool),
    "nth": lambda value: _is_whole(value) and value >= 1,
    "times": lambda value: _is_whole(value) and value >= 0,
    "status": lambda value: _is_whole(value) and (value == 0 or 200 <= value <= 599),
    "seconds": lambda value: (
        (_is_whole(value) or isinstance(value, float)) and 0 <= value <= LONGEST
    ),
    "body": BODIES.__contains__,
    "regex": _compiles,
}
"""Validators of a rule's values; all others are texts of one line."""
