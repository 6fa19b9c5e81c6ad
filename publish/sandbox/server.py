"""The sandbox's server: a thread that listens, and one that performs due deliveries."""

from __future__ import annotations

import contextlib
import secrets
import select
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, tzinfo
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

from publish.errors import ConfigError, PublishError
from publish.sandbox import folder, registry
from publish.sandbox.app import App, Outcome
from publish.sandbox.pictures import NOWHERE, Site
from publish.sandbox.problem import Problem
from publish.sandbox.request import Request, as_problem
from publish.sandbox.state import Store, get_value, set_value
from publish.sandbox.transport import render, respond

HOST = "127.0.0.1"
LIMIT = 10 * 1024 * 1024
"""The most bytes a request's body may have."""
PATIENCE = 30.0
"""Seconds a client may take between two pieces of its request."""
PULSE = 0.25
"""Seconds between two ticks."""


class Server(ThreadingHTTPServer):
    """A running sandbox. ``base_url`` has no slash at its end; ``close`` it, or use ``with``."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 64
    app: App

    def __init__(self, port: int) -> None:
        self.stopping = threading.Event()
        self.instance = secrets.token_hex(8)
        self._open: set[socket.socket] = set()
        self._accepting = False
        self._loops: list[threading.Thread] = []
        self._noted_in: Path | None = None
        super().__init__((HOST, port), _Handler)
        self.port = int(self.server_address[1])
        self.base_url = f"http://{HOST}:{self.port}"

    def begin(self, app: App, noted_in: Path | None) -> None:
        """Begin to answer requests; ``noted_in`` is the folder in which other processes find it."""
        self.app = app
        app.idle()
        if noted_in:
            self._noted_in = noted_in
            registry.announce(noted_in, self.base_url, self.instance)
        self._loops = [
            threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True),
            threading.Thread(target=self._pulse, daemon=True),
        ]
        for thread in self._loops:
            thread.start()

    def close(self) -> None:
        """Stop listening, and let the requests under way end. Safe to call twice."""
        if self.stopping.is_set():
            return
        self.stopping.set()
        self.shutdown()
        # Browsers open connections in advance; close those without a request.
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        self.server_close()
        for thread in self._loops:
            thread.join()
        if self._noted_in:
            registry.withdraw(self._noted_in, self.instance)

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def busy(self) -> bool:
        """Whether a client has connected and its request has not acted yet."""
        # Tested in the order of a connection's life, so that none is missed in between.
        waiting = select.select([self.socket], [], [], 0)[0]
        return bool(waiting) or self._accepting or bool(self._open)

    def answered(self, connection: socket.socket) -> None:
        """The request has taken effect; only its answer is outstanding."""
        self._open.discard(connection)

    def server_bind(self) -> None:
        # The stock method resolves the host's name, which may take seconds and uses the network.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()

    def get_request(self) -> tuple[socket.socket, Any]:
        """Add the connection to those without an answer."""
        self._accepting = True
        try:
            connection, address = super().get_request()
            self._open.add(connection)
        finally:
            self._accepting = False
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Drop the closed connection from the open ones."""
        self.answered(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a client that breaks its connection."""

    def _pulse(self) -> None:
        while not self.stopping.wait(PULSE):
            # A full disk or a damaged state may be temporary; the next request reports it.
            with contextlib.suppress(PublishError, OSError, sqlite3.Error):
                self.app.idle()


def start(
    root: Path,
    *,
    port: int = 0,
    clock: Callable[[], float] = time.time,
    register: bool = True,
    zone: tzinfo = UTC,
    site: Site = NOWHERE,
) -> Server:
    """Serve the sandbox of the project in ``root`` from a thread of this process.

    Args:
        root: the project's folder; state goes to ``root/.publish/sandbox``.
        port: 0 takes the last port if it is free, so that links in old mails work, else any free
            one.
        clock: seconds since the epoch; tests hand in their own.
        zone: the site's time zone, for the inbox.
        site: where to find pictures of posts that are not public yet, for the inbox.
        register: let ``running`` find this server; off for one that lives for one command.

    Raises:
        ConfigError: the port is taken.
    """
    where = folder(root)
    store = Store(where)
    with store.transaction() as db:
        last = int(get_value(db, "port") or 0)
    server = _listen(port, last)
    try:
        if server.port != last and (port or not last):
            with store.transaction() as db:
                set_value(db, "port", str(server.port))
        app = App(store, clock, server.base_url, server.instance, zone, site)
        server.begin(app, where if register else None)
    except BaseException:
        server.server_close()
        raise
    return server


@contextmanager
def ensure(root: Path) -> Iterator[str]:
    """The base URL of the running server, else of one started for the context."""
    if url := registry.running(root):
        yield url
        return
    with start(root, register=False) as server:
        yield server.base_url


def _listen(port: int, last: int) -> Server:
    """A server at ``port``; for 0 at the ``last`` one, else at any that is free."""
    with contextlib.suppress(OSError, OverflowError):
        return Server(port or last)
    try:
        return Server(port)
    except (OSError, OverflowError) as error:
        raise ConfigError(
            f"the sandbox cannot listen on {HOST}:{port}: {error}",
            "choose another port, or leave it out",
        ) from None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout: ClassVar[float] = PATIENCE
    server: Server

    def _serve(self) -> None:
        self.close_connection = True
        try:
            body = self._body()
            headers = {name.lower(): value for name, value in self.headers.items()}
            method = "GET" if self.command == "HEAD" else self.command
            outcome = self.server.app.answer(Request(method, self.path, headers, body))
        except Problem as problem:
            outcome = Outcome(as_problem(problem))
        except Exception as error:
            # A closed connection would look like an injected fault.
            outcome = Outcome(as_problem(Problem(500, f"The sandbox failed: {error!r}")))
        self.server.answered(self.connection)
        data = render(outcome.response, head=self.command == "HEAD")
        respond(self.connection, data, outcome.rule, self.server.stopping)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding"):
            raise Problem(411, "Send the body's length.")
        text = self.headers.get("Content-Length") or "0"
        length = int(text) if text.isdecimal() and len(text) < 16 else -1
        if length < 0:
            raise Problem(400, "Content-Length is not a number.")
        if length > LIMIT:
            raise Problem(413, f"A request may have {LIMIT} bytes at most.")
        return self.rfile.read(length)

    def log_message(self, format: str, *args: object) -> None:
        """The request log is in the state; the terminal belongs to the author."""
