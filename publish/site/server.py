"""The preview's web server: its folder, its own host name, and nothing else."""

from __future__ import annotations

import contextlib
import json
import mimetypes
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET, AF_INET6
from typing import Any, ClassVar
from urllib.parse import parse_qs, quote, unquote, urlsplit

from publish.post.urls import names_server
from publish.site import live, mailview
from publish.site.state import State

TYPES = {
    ".xml": "application/xml", ".json": "application/json", ".svg": "image/svg+xml",
    ".woff2": "font/woff2", ".webp": "image/webp", ".avif": "image/avif",
    ".webmanifest": "application/manifest+json", ".js": "text/javascript", ".txt": "text/plain",
    ".html": "text/html", ".css": "text/css",
}  # fmt: skip


class Server:
    """Listens at once, answers after ``start``. ``address`` has no slash at its end.

    Raises:
        OSError: the address cannot be listened on.
    """

    def __init__(self, state: State, host: str, port: int) -> None:
        handler = type("Handler", (_Handler,), {"state": state, "host": host})
        kind = type("Http", (_Http,), {"address_family": AF_INET6 if ":" in host else AF_INET})
        self._http: ThreadingHTTPServer = kind((host, port), handler)
        shown = f"[{host}]" if ":" in host else host
        self.address = f"http://{shown}:{self._http.server_address[1]}"
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


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away is no news."""


class _Handler(BaseHTTPRequestHandler):
    state: ClassVar[State]
    host: ClassVar[str]
    protocol_version = "HTTP/1.1"
    server_version = "publish"
    timeout = 60

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not news."""

    def do_HEAD(self) -> None:
        """As GET, without the body."""
        self.do_GET()

    def do_GET(self) -> None:
        """Serve a page, a mail, or the events."""
        # A page elsewhere could point its own name at this machine and read drafts.
        if not names_server(self.headers.get("Host", ""), self.host):
            return self._answer(421, b"This preview answers to its own name only.\n", "text/plain")
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        if path == "/_events":
            return self._events()
        if path in ("/_live.js", "/_live.css"):
            text, kind = (live.SCRIPT, ".js") if path.endswith("js") else (live.STYLE, ".css")
            return self._answer(200, text.encode(), TYPES[kind])
        if path == "/_issues" or path.startswith("/_issues/"):
            scheme = parse_qs(parts.query).get("scheme", [""])[0]
            page = mailview.answer(self.state.folder, path, scheme)
            return self._answer(page.status, page.body, page.kind, page.live)
        return self._file(path)

    def _file(self, path: str) -> None:
        root = self.state.site.resolve()
        try:
            file = (root / path.lstrip("/")).resolve()
            inside = file.is_relative_to(root)
            folder = inside and file.is_dir()
            if folder and not path.endswith("/"):
                place = "/" + quote(file.relative_to(root).as_posix()) + "/"
                return self._answer(301, b"", "text/plain", headers={"Location": place})
            file = (file / "index.html").resolve() if folder else file
            # A link may lead out of the folder.
            body = file.read_bytes() if file.is_relative_to(root) else None
        except (OSError, ValueError):
            body = None
        if body is None:
            missing = root / "404.html"
            page = missing.read_bytes() if missing.is_file() else mailview.NOTHING
            return self._answer(404, page, "text/html", live_page=True)
        kind = TYPES.get(file.suffix.lower()) or mimetypes.guess_type(file.name)[0]
        return self._answer(200, body, kind or "application/octet-stream", file.suffix == ".html")

    def _answer(
        self,
        status: int,
        body: bytes,
        kind: str,
        live_page: bool = False,
        headers: dict[str, str] | None = None,
    ) -> None:
        if live_page:
            body = live.inserted(body, self.state.number, self.state.error)
        text = kind.startswith("text/") or kind.endswith(("xml", "json", "javascript"))
        self.send_response(status)
        self.send_header("Content-Type", kind + ("; charset=utf-8" if text else ""))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _events(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        told = None
        with contextlib.suppress(OSError):
            while self.command != "HEAD" and not self.state.closed:
                event = self.state.event()
                # An empty comment finds out whether the browser is still there.
                line = ":\n\n" if event == told else f"data: {json.dumps(event)}\n\n"
                self.wfile.write(line.encode())
                self.wfile.flush()
                told = event
                self.state.wait(told)
