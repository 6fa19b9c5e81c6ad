"""The desk as a WSGI application: addresses to pages, forms to acts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from typing import Any

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from publish.desk import guard as guards
from publish.desk import pages
from publish.desk.acts import Acts
from publish.desk.guard import Guard
from publish.desk.reader import Reader

STATIC = {
    "desk.css": ("desk/static/desk.css", "text/css"),
    "desk.js": ("desk/static/desk.js", "text/javascript"),
    "desk.svg": ("desk/static/desk.svg", "image/svg+xml"),
    "idiomorph.js": ("vendor/idiomorph.min.js", "text/javascript"),
}
"""Names below the key: where each lies in the package, and its media type."""
VIEWS = {
    "/": "home", "/letters": "letters", "/letter/<key>": "letter", "/post/<path:name>": "post",
    "/new": "new", "/inbox": "inbox", "/keys": "keys", "/words": "words", "/today": "today",
    "/fix": "fix", "/events": "events",
    "/<any({}):file>".format(", ".join(f'"{name}"' for name in STATIC)): "static",
}  # fmt: skip
ACTS = {
    "/ask/<act>": "ask", "/yes": "confirm", "/no": "cancel", "/stop": "stop", "/open": "open",
    "/fields": "fields", "/fixed": "apply_fix", "/photo": "photo", "/new": "new",
}  # fmt: skip
ADDRESSES = Map(
    [
        *(Rule(path, endpoint=name, methods=["GET"]) for path, name in VIEWS.items()),
        *(Rule(path, endpoint=f"do_{name}", methods=["POST"]) for path, name in ACTS.items()),
    ],
    strict_slashes=False,
)
Environ = dict[str, Any]
Start = Callable[..., Any]


@dataclass
class App:
    """The WSGI application. ``acts`` answers POST requests; pages are drawn from the reader's
    snapshot."""

    guard: Guard
    reader: Reader
    acts: Acts

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer a request."""
        # Closing the request closes uploaded files.
        with Request(environ) as request:
            response = self._answer(request)
        response.headers.update(guards.headers(self.reader.current.preview))
        return response(environ, start)

    def _answer(self, request: Request) -> Response:
        refusal = self.guard.judge(request.method, request.path, request.headers)
        if refusal:
            return Response(refusal.why + "\n", refusal.status, mimetype="text/plain")
        adapter = ADDRESSES.bind(
            request.host,
            path_info=request.path[len(self.acts.base) :],
            default_method=request.method,
        )
        try:
            endpoint, values = adapter.match()
            return self._endpoint(request, endpoint, values)
        except HTTPException as error:
            return self._page("missing", request, error.code or 404, {})

    def _endpoint(self, request: Request, endpoint: str, values: Mapping[str, Any]) -> Response:
        if endpoint == "static":
            return _static(values["file"])
        if endpoint == "events":
            return self._events(request)
        if endpoint.startswith("do_"):
            return self.acts.answer(endpoint[3:], request, **values)
        return self._page(endpoint, request, 200, values)

    def _page(
        self, kind: str, request: Request, status: int, values: Mapping[str, Any]
    ) -> Response:
        visit = pages.Visit(self.reader.current, datetime.now(UTC), self.acts, request.args, values)
        view = pages.draw(kind, self.acts.base, visit)
        if view is None:
            raise NotFound
        return Response(view, status, mimetype="text/html")

    def _events(self, request: Request) -> Response:
        def stream() -> Iterable[bytes]:
            number = self.reader.current.number
            yield b"retry: 1000\n\n"
            while not self.reader.closed:
                found = self.reader.wait(number)
                yield b":\n\n" if found == number else f"data: {found}\n\n".encode()
                number = found

        return Response(stream(), mimetype="text/event-stream")


def _static(name: str) -> Response:
    place, kind = STATIC[name]
    return Response((resources.files("publish") / place).read_bytes(), mimetype=kind)
