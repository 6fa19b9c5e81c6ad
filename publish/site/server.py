"""The preview's web server, which serves its folder, under its own host name only."""

from __future__ import annotations

import errno
import json
import socket
import threading
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.serving import (
    BaseWSGIServer,
    WSGIRequestHandler,
    make_server,
    select_address_family,
)
from werkzeug.wrappers import Request, Response

from publish.errors import ConfigError
from publish.post.media import media_type
from publish.post.urls import names_server
from publish.site import mailview
from publish.site.preview_state import State

LIVE = Path(__file__).with_name("live.js")
MORPH = Path(__file__).parents[1] / "vendor" / "idiomorph.min.js"
"""The scripts added to served pages of the preview; the files are not changed."""


class Server:
    """Listens at once, answers after ``start``. ``address`` has no slash at its end.

    Raises:
        ConfigError: the address cannot be listened on.
    """

    def __init__(self, state: State, host: str, port: int) -> None:
        self._state, self._host = state, host
        self._http = listening(self._answer, host, port)
        shown = f"[{host}]" if ":" in host else host
        self.address = f"http://{shown}:{self._http.port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()

    def _answer(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        request = Request(environ)
        response = self._response(request)
        response.headers.setdefault("Cache-Control", "no-cache")
        response.headers["X-Content-Type-Options"] = "nosniff"
        if not response.is_streamed and response.status_code == 200:
            response.add_etag()
            length, wanted = len(response.get_data()), request.range
            # RFC 9110, 14.2: what is no range of bytes, or several, is answered with the whole.
            if (
                not wanted
                or wanted.units != "bytes"
                or len(wanted.ranges) > 1
                or wanted.ranges[0][0] < -length
                or request.method != "GET"
            ):
                environ.pop("HTTP_RANGE", None)
            try:
                response.make_conditional(request, True, length)
            except RequestedRangeNotSatisfiable as beyond:
                return beyond(environ, start)
        return response(environ, start)

    def _response(self, request: Request) -> Response:
        # DNS rebinding: a foreign page could point its name at this machine and read drafts.
        if not names_server(request.headers.get("Host", ""), self._host):
            return _text(421, b"This preview answers to its own name only.\n", "text/plain")
        if request.method not in ("GET", "HEAD"):
            return _text(501, b"This preview is only looked at.\n", "text/plain")
        path = request.path
        if path == "/_events":
            since = request.args.get("build", type=int)
            return Response(
                self._events(since),
                content_type="text/event-stream",
                headers={"Cache-Control": "no-store"},
            )
        if path == "/_live.js":
            return _text(200, LIVE.read_bytes(), "text/javascript")
        if path == "/_morph.js":
            return _text(200, MORPH.read_bytes(), "text/javascript")
        if path == "/_issues" or path.startswith("/_issues/"):
            found = mailview.answer(self._state.folder, path, request.args.get("scheme", ""))
            return self._page(found.status, found.body, found.kind, found.live)
        return self._file(path)

    def _file(self, path: str) -> Response:
        root = self._state.site.resolve()
        try:
            file, page = ((root / f"{path.lstrip('/')}{end}").resolve() for end in ("", ".html"))
            # Hosts, and Pelican's own server, serve a page without its ending too.
            if not (path.endswith("/") or file.is_file()) and page.is_file():
                file = page
            inside = file.is_relative_to(root)
            folder = inside and file.is_dir()
            if folder and not path.endswith("/"):
                place = "/" + quote(file.relative_to(root).as_posix()) + "/"
                return Response(b"", 301, {"Location": place})
            file = (file / "index.html").resolve() if folder else file
            # A link may lead out of the folder.
            body = self._bytes(file, root) if file.is_relative_to(root) else None
        except (OSError, ValueError):
            body = None
        if body is None:
            missing = root / "404.html"
            body = missing.read_bytes() if missing.is_file() else mailview.NOTHING
            return self._page(404, body, "text/html", True)
        kind, _, _ = media_type(file.name).partition(";")
        return self._page(200, body, kind, file.suffix == ".html")

    def _bytes(self, file: Path, root: Path) -> bytes:
        ahead = self._state.ahead.get(file.relative_to(root).as_posix())
        return file.read_bytes() if ahead is None else ahead

    def _page(self, status: int, body: bytes, kind: str, live_page: bool) -> Response:
        if live_page:
            body = with_preview_script(body, self._state.number, self._state.error)
        return _text(status, body, kind)

    def _events(self, since: int | None) -> Iterator[bytes]:
        sent: tuple[int, str] | None = None
        while not self._state.closed:
            event = self._state.event(sent[0] if sent else since)
            now = event["number"], event["error"]
            # An empty comment detects whether the browser is still connected.
            yield b":\n\n" if now == sent else f"data: {json.dumps(event)}\n\n".encode()
            sent = now
            self._state.wait(*sent)


def with_preview_script(page: bytes, number: int, error: str) -> bytes:
    """``page`` with the script that follows builds after ``number``. ``error`` is shown above the
    last good page."""
    tags = ""
    if error:
        tags += f'<pre id="publish-error" role="alert">{escape(error)}</pre>'
    tags += '<script src="/_morph.js"></script>'
    tags += f'<script src="/_live.js?build={number}"></script>'
    head, end, rest = page.rpartition(b"</body>")
    # A file named in an error may have a name that is no UTF-8.
    added = tags.encode("utf-8", "replace")
    return head + added + end + rest if end else page + added


def listening(app: Any, host: str, port: int) -> BaseWSGIServer:
    """A listening server of ``app``, which answers in ``serve_forever``, in daemon threads.
    ``port`` 0 takes a free one.

    Raises:
        ConfigError: the address cannot be listened on.
    """
    try:
        # Werkzeug exits the process if the address is in use, so that is tested first.
        with socket.create_server((host, port), family=select_address_family(host, port)) as place:
            number, handle = place.getsockname()[1], place.fileno()
            return make_server(host, number, app, threaded=True, request_handler=_Quiet, fd=handle)
    except OSError as error:
        why = str(error.strerror or error).partition(" (")[0]
        if error.errno in (errno.EADDRNOTAVAIL, socket.EAI_NONAME):
            raise ConfigError(f"--host {host}: {why}", "name an address of this machine") from None
        raise ConfigError(
            f"--port {port}: cannot listen on {host} ({why})",
            "choose another with --port, or 0 for any",
        ) from None


def wait_until(stop: threading.Event) -> None:
    """Return once ``stop`` is set; Ctrl-C raises KeyboardInterrupt within half a second.

    Python sees a signal that comes just before a wait, or that another thread takes, only when the
    wait has ended.
    """
    while not stop.wait(0.5):
        pass


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def log(self, type: str, message: str, *args: Any) -> None:
        """Log no requests."""

    def version_string(self) -> str:
        """Reveal nothing about the machine."""
        return "publish"


def _text(status: int, body: bytes, kind: str) -> Response:
    text = kind.startswith("text/") or kind.endswith(("xml", "json", "javascript"))
    return Response(body, status, content_type=kind + ("; charset=utf-8" if text else ""))
