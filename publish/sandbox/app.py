"""Answers a request in one transaction, which also performs due deliveries."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any
from urllib.parse import unquote

from publish.post.urls import is_loopback
from publish.sandbox import audience, control, delivery, inbox, pages, subscription
from publish.sandbox.api import (
    account,
    actions,
    authorize,
    campaigns,
    content,
    interests,
    members,
    segments,
)
from publish.sandbox.api.paging import reduced
from publish.sandbox.faults import SILENT, Rule
from publish.sandbox.pictures import NOWHERE, Site
from publish.sandbox.problem import Problem
from publish.sandbox.request import Call, Request, Response, Route, as_problem
from publish.sandbox.state import Store

ROOMS = (
    account, members, segments, interests, campaigns, content, actions, inbox, pages, subscription,
    control,
)  # fmt: skip
AUDIENCE = "/3.0/lists/{}"
"""What lies below it is of an audience, which must exist."""


@dataclass(frozen=True)
class Outcome:
    """The answer, and the fault rule that decides how it is sent, if any."""

    response: Response
    rule: Rule | None = None


class App:
    """The sandbox without sockets.

    Args:
        store: the shared state.
        clock: seconds since the epoch.
        base: this server's URL without a slash at its end.
        instance: a token by which other processes recognise this server.
        zone: the site's time zone.
        site: where to find the pictures of its mails.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], float],
        base: str,
        instance: str = "",
        zone: tzinfo = UTC,
        site: Site = NOWHERE,
    ) -> None:
        self.store, self.clock, self.base, self.zone, self.site = store, clock, base, zone, site

        alive = Route("GET", "/control/alive", lambda call: {"instance": instance})
        self.routes = [alive, *(route for room in ROOMS for route in room.routes)]

    def answer(self, request: Request) -> Outcome:
        """Perform due deliveries, then the request.

        Raises:
            PublishError: the state is damaged.
        """
        if not is_loopback(request.headers.get("host", "")):
            return Outcome(as_problem(Problem(421, "The sandbox answers on loopback names only.")))
        with self._due() as (db, now):
            return self._controlled(db, request, now)

    def idle(self) -> None:
        """Perform due deliveries without a request; called several times a second."""
        if self.store.file.exists():
            with self._due():
                pass

    @contextmanager
    def _due(self) -> Iterator[tuple[sqlite3.Connection, float]]:
        """A transaction in which due deliveries were performed; after it the mails' files are
        written."""
        with self.store.transaction() as db:
            now = self.clock()
            for late in control.take_due(db, now):
                self._handle(db, late, now, {})
            delivery.tick(db, now, self.base)
            yield db, now
            waiting = db.execute("SELECT 1 FROM mails WHERE written = 0 LIMIT 1").fetchone()
        if waiting:
            delivery.flush(self.store)

    def _controlled(self, db: sqlite3.Connection, request: Request, now: float) -> Outcome:
        if request.path.startswith("/control/"):
            return Outcome(self._handle(db, request, now, {}))
        rule, conditions = control.choose(db, request)
        if rule and rule.kind == "late":
            control.defer(db, request, now + rule.seconds)
        acts = rule is None or rule.acts
        true = self._handle(db, request, now, conditions) if acts else None
        response = rule.answer(true) if rule else true
        assert response is not None
        kind = rule.kind if rule else None
        control.log(db, request, now, None if kind in SILENT else response.status, kind)
        return Outcome(response, rule)

    def _handle(
        self, db: sqlite3.Connection, request: Request, now: float, conditions: Mapping[str, float]
    ) -> Response:
        call = Call(request, db, now, self.base, conditions, self.zone, self.site)
        is_api = f"{request.path}/".startswith("/3.0/")
        is_page = not is_api and not request.path.startswith("/control/")
        db.execute("SAVEPOINT effect")
        try:
            if is_api:
                authorize(request)
            response = self._route(call)
        except Problem as problem:
            # A failed request is rolled back; the log and the rules' counters stay.
            db.execute("ROLLBACK TO effect")
            response = _problem_page(problem) if is_page else as_problem(problem)
        db.execute("RELEASE effect")
        return response

    def _route(self, call: Call) -> Response:
        path, known = call.request.path, False
        for route in self.routes:
            arguments = route.match(path)
            if arguments is None:
                continue
            known = True
            if route.method == call.request.method:
                values = [unquote(argument) for argument in arguments]
                if route.path.startswith(f"{AUDIENCE}/"):
                    audience.audience(call.db, values[0])
                return _answer(call, route.handler(call, *values))
        if known:
            raise Problem(405, f"{call.request.method} is not possible here.")
        raise Problem(404, "The requested resource could not be found.")


def _answer(call: Call, made: Any) -> Response:
    """The ``Response`` for a route function's result."""
    if made is None:
        return Response(204)
    if isinstance(made, Response):
        return made
    body = json.dumps(reduced(call.request, made)).encode()
    return Response(200, body, "application/json; charset=utf-8")


def _problem_page(problem: Problem) -> Response:
    title = "Not found" if problem.status == 404 else "This did not work"
    return pages.page(title, f"<p>{pages.escape(problem.detail)}</p>", problem.status)
