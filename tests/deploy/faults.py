"""A server between the tool and the S3 server that plays faults by a script."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

ERROR = "<?xml version='1.0'?><Error><Code>{}</Code><Message>played</Message></Error>"
SAYS = {
    "500": (500, "InternalError"), "503": (503, "SlowDown"),
    "409": (409, "ConditionalRequestConflict"),
    "412": (412, "PreconditionFailed"), "skew": (403, "RequestTimeTooSkewed"),
    "denied": (403, "AccessDenied"),
}  # fmt: skip


@dataclass
class Faults:
    """``script``: request number to fault, the first is 1. ``lost``: done, but no answer comes;
    ``reset``: not done, no answer; else an answer of ``SAYS``. ``always`` is played every time."""

    url: str
    script: dict[int, str] = field(default_factory=dict)
    always: str = ""
    asked: list[str] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def between(real: str) -> Iterator[Faults]:
    """The faulty server before the one at ``real``."""
    lock = threading.Lock()
    goal = urlsplit(real).netloc

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with lock:
                faults.asked.append(f"{self.command} {self.path}")
                faults.heads.append(dict(self.headers))
                fault = faults.always or faults.script.get(len(faults.asked), "")
            if fault == "reset":
                return self.hang_up()
            if fault in SAYS:
                status, code = SAYS[fault]
                return self.reply(status, {}, ERROR.format(code).encode())
            connection = http.client.HTTPConnection(goal, timeout=30)
            connection.request(self.command, self.path, body, dict(self.headers))
            got = connection.getresponse()
            data, heads = got.read(), dict(got.getheaders())
            connection.close()
            if fault == "lost":
                return self.hang_up()
            return self.reply(got.status, heads, data)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer

        def reply(self, status: int, heads: dict[str, str], data: bytes) -> None:
            self.send_response_only(status)
            length = heads.get("Content-Length", heads.get("content-length", str(len(data))))
            for name, value in heads.items():
                if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            self.send_header("Content-Length", length)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        def hang_up(self) -> None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    faults = Faults(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield faults
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
