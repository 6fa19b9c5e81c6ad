"""The one HTTP client: requests as a browser makes them, with a deadline.

The deadline holds for the whole answer, however slowly it arrives. No redirect is followed, no
proxy of the environment is used, and the answer's size is limited.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from html import unescape
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, urlsplit

from publish.post.urls import is_address

if TYPE_CHECKING:
    import http.client

Fetch = Callable[[str], tuple[int, bytes]]
"""From an address to status and body; raises OSError if nothing answers."""
TIMEOUT = 15.0
"""Seconds for a whole answer."""
LARGEST = 4 * 1024 * 1024
"""Bytes of an answer that are read at most."""
AGENT = "publish (live-page check)"


class Answer(NamedTuple):
    """Status, body (up to the limit) and headers, whose names are in lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def fetch(url: str, timeout: float = TIMEOUT) -> tuple[int, bytes]:
    """Ask for ``url``; status and body.

    Raises:
        OSError: nothing answers, or not within ``timeout`` seconds.
    """
    found = ask(url, timeout=timeout)
    return found.status, found.body


def ask(
    url: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT,
    largest: int = LARGEST,
    at: str = "",
) -> Answer:
    """Ask for ``url`` with ``method`` and further ``headers``; of the body, read ``largest`` bytes.

    ``at`` is the IP address to connect to, for a caller that has resolved and checked it.

    Raises:
        OSError: it is no web address, nothing answers, or not within ``timeout`` seconds. The
            message never holds what ``headers`` say.
    """
    from http.client import HTTPException  # Imported late: it loads the email package.

    end = time.monotonic() + timeout
    connection, path = _connection(url, timeout)
    if at:
        import socket

        # Not by name: a second look-up could find another address.
        connection._create_connection = (  # type: ignore[attr-defined]
            lambda place, *rest: socket.create_connection((at, place[1]), *rest)
        )
    # A socket's time-out restarts with each byte received; this timer does not.
    watch = threading.Timer(timeout, _cut, (connection,))
    watch.daemon = True
    watch.start()
    try:
        connection.request(method, path, headers={"User-Agent": AGENT, **(headers or {})})
        answer = connection.getresponse()
        body = answer.read(largest)
        if time.monotonic() >= end:
            raise TimeoutError
        if answer.length and len(body) < largest:
            raise OSError("the answer is cut off")
        return Answer(answer.status, body, {k.lower(): v for k, v in answer.getheaders()})
    except (OSError, HTTPException, ValueError) as error:
        if isinstance(error, TimeoutError) or time.monotonic() >= end:
            raise OSError(f"no answer within {timeout:g} s") from None
        raise OSError(str(error) or type(error).__name__) from None
    finally:
        watch.cancel()
        connection.close()


def clock_offset(url: str) -> float | None:
    """Seconds by which this machine's clock is ahead of the host's; None where that is unknown."""
    from email.utils import parsedate_to_datetime

    try:
        date = ask(url).headers.get("date", "")
        return time.time() - parsedate_to_datetime(date).timestamp()
    except (OSError, ValueError, TypeError):
        return None


def digest_in(page: bytes) -> str:
    """The page digest that a page's head carries; ``""`` if it has none."""
    for tag in re.findall(rb"<meta\b[^>]*>", page):
        text = tag.decode(errors="replace")
        if re.search(r"""name\s*=\s*["']?page-digest\b""", text):
            found = re.search(r"""content\s*=\s*["']?([^"'\s>]*)""", text)
            return unescape(found.group(1)) if found else ""
    return ""


def _connection(url: str, timeout: float) -> tuple[http.client.HTTPConnection, str]:
    from http.client import HTTPConnection, HTTPSConnection

    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("http", "https") or not is_address(url):
        raise OSError(f"{url} is no web address")
    # A request line must be ASCII, an address need not.
    path = quote(parts.path or "/", safe="%/:=&?~#+!$,;'@()*[]")
    if parts.query:
        path += "?" + quote(parts.query, safe="%/:=&?~#+!$,;'@()*[]")
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    return kind(host, port, timeout=timeout), path


def _cut(connection: http.client.HTTPConnection) -> None:
    import socket

    if connection.sock:
        try:
            connection.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            connection.close()
