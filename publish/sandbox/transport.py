"""Sends answers over a socket, and spoils them by fault rules."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from http.client import responses

from publish.sandbox.faults import Rule
from publish.sandbox.request import Response

HOLD = 150.0
"""Seconds an unanswered connection is held open at most; clients give up at 120."""


def render(response: Response, *, head: bool = False) -> bytes:
    """The bytes of an answer; every connection carries one."""
    headers = {
        "Connection": "close",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        **response.headers,
    }
    if response.content_type:
        headers["Content-Type"] = response.content_type
    if response.status != 204:
        headers["Content-Length"] = str(len(response.body))
    lines = [f"HTTP/1.1 {response.status} {responses.get(response.status, 'Unknown')}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + (b"" if head else response.body)


def respond(
    connection: socket.socket, data: bytes, rule: Rule | None, stopping: threading.Event
) -> None:
    """Send ``data``, as spoilt by ``rule``. A closed connection is no error."""
    kind = rule.kind if rule else ""
    with contextlib.suppress(OSError):
        if kind in ("drop_before", "drop_after"):
            return
        if rule and kind == "late":
            _hold(connection, stopping)
        elif rule and kind == "trickle":
            for number in range(len(data)):
                connection.sendall(data[number : number + 1])
                if stopping.wait(rule.seconds):
                    return
        else:
            connection.sendall(data[: len(data) // 2] if kind == "truncated" else data)


def _hold(connection: socket.socket, stopping: threading.Event) -> None:
    """Hold an unanswered connection until the client closes it, the server stops or HOLD ends."""
    for _ in range(int(HOLD * 10)):
        readable, _, _ = select.select([connection], [], [], 0.1)
        if stopping.is_set() or (readable and not connection.recv(1024)):
            return
