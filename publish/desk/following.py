"""Follows the preview's events: reloads a page that was rebuilt, and shows a failure."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

PAUSE = 0.5
"""Seconds before a lost stream is asked for again."""
QUIET = 60.0
"""Seconds without a byte after which the stream counts as lost; the preview writes each 15."""


def follow(address: str, told: Callable[[str], None], stop: threading.Event) -> None:
    """Call ``told`` with the error, ``""`` for none, at every event of the preview at ``address``,
    until ``stop`` is set."""
    while not stop.is_set():
        try:
            for event in _events(address, stop):
                told(event)
        except (OSError, http.client.HTTPException):
            pass
        stop.wait(PAUSE)


def _events(address: str, stop: threading.Event) -> Iterator[str]:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=QUIET)
    try:
        connection.request("GET", "/_events")
        answer = connection.getresponse()
        while not stop.is_set() and (line := answer.readline()):
            if line.startswith(b"data:"):
                yield _error(line[5:])
    finally:
        connection.close()


def _error(data: bytes) -> str:
    try:
        found = json.loads(data)
    except ValueError:
        return ""
    return str(found.get("error") or "") if isinstance(found, dict) else ""
