"""Finds the running sandbox server of a project, by ``server.json`` and a probe."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

from publish.http import fetch
from publish.post.files import write_whole
from publish.post.urls import is_loopback
from publish.sandbox import folder

PATIENCE = 2.0
"""Seconds a live server has to answer the probe."""


FILE = "server.json"
"""The record, in the sandbox's folder."""


def announce(home: Path, url: str, instance: str) -> None:
    """Record the server's address."""
    document = {"instance": instance, "url": url}
    write_whole(home / FILE, (json.dumps(document, indent=2) + "\n").encode())


def withdraw(home: Path, instance: str) -> None:
    """Remove the record, unless it is another server's by now."""
    if _read(home).get("instance") == instance:
        (home / FILE).unlink(missing_ok=True)


def running(root: Path) -> str | None:
    """The base URL of the project's running sandbox server, or None: it must answer with the
    recorded instance."""
    noted = _read(folder(root))
    url = noted.get("url", "")
    try:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname or not is_loopback(parts.netloc):
            return None
        answer = json.loads(fetch(f"{url}/control/alive", PATIENCE)[1])
        return url if answer["instance"] == noted.get("instance") else None
    except (OSError, ValueError, KeyError, TypeError):
        # Another program listens there now.
        return None


def _read(home: Path) -> dict[str, str]:
    try:
        found = json.loads((home / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {k: str(v) for k, v in found.items()} if isinstance(found, dict) else {}
