"""Requests from the old site the pictures that the uploads lack, and from no other host.

One request at a time, with a pause; https first; only the site's own host, and only a public IP
address; limits on each answer's size and time, and on the total.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from publish.http import Answer, ask
from publish.importer.address import host_of
from publish.importer.uploads import LARGEST
from publish.post.files import write_whole

PAUSE = 0.2
"""Seconds between two questions."""
PATIENCE = 30.0
"""Seconds for one whole answer."""
WHOLE = 3600.0
"""Seconds for all of them."""
FAILURES = 10
"""So many questions without an answer, one after the other, and the site is asked no more."""
AGENT = "publish import (moves a blog; asks for its own pictures)"
Resolve = Callable[[str, int], list[str]]
"""The IP addresses of a host."""


def resolve(host: str, port: int) -> list[str]:
    """The host's addresses.

    Raises:
        OSError: it has none.
    """
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class OldSite:
    """Requests files of ``hosts``; answers are cached in ``folder``, so that a later run continues
    a killed one. ``fault`` is why the last question had no answer, ``""`` if it had one.

    ``resolve``, ``public``, ``ports`` and ``pause`` are for tests, whose site is on loopback.
    """

    def __init__(
        self,
        hosts: frozenset[str],
        folder: Path,
        resolve: Resolve = resolve,
        public: Callable[[str], bool] = lambda ip: ipaddress.ip_address(ip).is_global,
        ports: tuple[tuple[str, int], ...] = (("https", 443), ("http", 80)),
        pause: float = PAUSE,
    ) -> None:
        self.hosts, self.folder = hosts, folder
        self._resolve, self._public, self._ports, self._pause = resolve, public, ports, pause
        self._failures = 0
        self.fault = ""
        self._until = time.monotonic() + WHOLE
        self._asked = 0.0

    def read(self, url: str) -> bytes | None:
        """The bytes at ``url``; None if there is no such file, ``b""`` if it is too large."""
        kept = self.folder / hashlib.sha256(url.encode()).hexdigest()[:32]
        with suppress(OSError):
            return kept.read_bytes()
        if self._failures >= FAILURES or time.monotonic() > self._until:
            return None
        data = self._ask(url)
        if data:
            write_whole(kept, data)
        return data

    def _ask(self, url: str) -> bytes | None:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        if host_of(url) not in self.hosts:
            return None
        for scheme, port in self._ports:
            wait = max(0.0, self._asked + self._pause - time.monotonic())
            time.sleep(wait)
            try:
                answer = self._answer(scheme, host, parts.port or port, parts.path)
            except (OSError, ValueError) as error:
                self._failures += 1
                self.fault = f"{host} did not answer ({error})"
                continue
            finally:
                self._asked = time.monotonic()
            self._failures, self.fault = 0, ""
            if answer is not None:
                return answer
        return None

    def _answer(self, scheme: str, host: str, port: int, path: str) -> bytes | None:
        for _ in range(4):
            found = self._once(scheme, host, port, path)
            location, later = (found.headers.get(key, "") for key in ("location", "retry-after"))
            if len(found.body) > LARGEST:
                return b""
            if found.status in (429, 503) and re.fullmatch(r"[1-9]\d{0,3}", later):
                time.sleep(min(int(later), 30))
            elif found.status in (301, 302, 303, 307, 308) and location:
                parts = urlsplit(urljoin(f"{scheme}://{host}{path}", location))
                # Redirects are followed within the host only: another host's picture is not the
                # author's.
                if host_of(parts.geturl()) not in self.hosts:
                    return None
                if parts.scheme != scheme:
                    scheme, port = parts.scheme, dict(self._ports).get(parts.scheme, port)
                host = (parts.hostname or host).lower()
                path = parts.path
            else:
                return found.body if found.status == 200 else None
        return None

    def _once(self, scheme: str, host: str, port: int, path: str) -> Answer:
        addresses = self._resolve(host, port)
        if not addresses or not all(self._public(ip) for ip in addresses):
            raise OSError(f"{host} is no public address")
        return ask(
            f"{scheme}://{host}:{port}{path}",
            headers={"User-Agent": AGENT, "Accept": "*/*"},
            timeout=PATIENCE,
            largest=LARGEST + 1,
            at=addresses[0],
        )
