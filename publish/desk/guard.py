"""Which requests the desk answers. Pure, but for the key file.

The desk can mail every reader, so it refuses everything that another page can make a browser do: a
foreign site (CSRF), a name pointed at this machine (DNS rebinding), and the preview's own pages,
where a script pasted into a post may run. A cookie would not keep the preview out: cookies ignore
ports.
"""

from __future__ import annotations

import hmac
import os
import re
import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

LARGEST = 40 * 1024 * 1024
"""Bytes of a request: enough for a phone's photograph."""
KEY = re.compile(r"[A-Za-z0-9_-]{22}")


class Headers(Protocol):
    """A request's headers by their names."""

    def get(self, key: str, /) -> str | None: ...


@dataclass(frozen=True)
class Refusal:
    """The answer to a refused request: a status, and the reason in words."""

    status: int
    why: str


@dataclass(frozen=True)
class Guard:
    """The rules of one desk, which listens on ``port`` and has ``key`` in every address."""

    port: int
    key: str

    @property
    def hosts(self) -> tuple[str, ...]:
        """The accepted Host headers; anyone can point a foreign name at this machine."""
        return (f"127.0.0.1:{self.port}", f"localhost:{self.port}")

    def judge(self, method: str, path: str, headers: Headers) -> Refusal | None:
        """The refusal of a request; None for an accepted one.

        ``path`` is decoded and begins with a slash; ``headers`` are looked up by their usual names.
        """
        host = headers.get("Host") or ""
        if host not in self.hosts:
            return Refusal(421, "The desk answers to its own address only.")
        if not self._keyed(path):
            return Refusal(403, "The address lacks its key: open the one `publish desk` printed.")
        if method not in ("GET", "HEAD", "POST"):
            return Refusal(405, "The desk accepts GET and POST.")
        site = headers.get("Sec-Fetch-Site") or "same-origin"
        if method == "POST":
            # A browser sends Origin with every POST; a request without it is not from a page of the
            # desk.
            if headers.get("Origin") != f"http://{host}" or site != "same-origin":
                return Refusal(403, "Only the desk's own pages may do this.")
            if not _short(headers.get("Content-Length") or ""):
                return Refusal(413, "That is too large: a photo may have 40 MB. Go back.")
        elif site not in ("same-origin", "none") and headers.get("Sec-Fetch-Dest") != "document":
            return Refusal(403, "Other pages may lead to the desk, not look into it.")
        return None

    def _keyed(self, path: str) -> bool:
        parts = path.split("/", 3)
        given = parts[2] if len(parts) == 4 and parts[1] == "k" else ""
        return hmac.compare_digest(given.encode(), self.key.encode())


def headers(preview: str) -> dict[str, str]:
    """The headers of every answer. Frames and pictures come from the ``preview``, an origin or
    ``""``, alone.

    ``same-origin`` sends other origins nothing of the address, as ``no-referrer`` would; but with
    that, browsers send ``Origin: null`` with the desk's own forms (Fetch, "append a request Origin
    header").
    """
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": f"'self' {preview}".strip(),
        "connect-src": "'self'",
        "frame-src": preview or "'none'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }


def key(file: Path) -> str:
    """The key in ``file``, made there if it holds none, readable by its owner alone.

    It does not change, so that bookmarks stay valid.

    Raises:
        OSError: it can be neither read nor written.
    """
    present = ""
    with suppress(FileNotFoundError, UnicodeDecodeError):
        # A key that other users could read is replaced.
        if file.stat().st_mode & 0o077 == 0:
            present = file.read_text("ascii").strip()
    if KEY.fullmatch(present):
        return present
    fresh = secrets.token_urlsafe(16)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        stream.write(fresh + "\n")
    return fresh


def _short(length: str) -> bool:
    return length.isascii() and length.isdigit() and int(length) <= LARGEST
