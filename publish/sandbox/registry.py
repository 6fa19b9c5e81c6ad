"""How processes of one project find its live sandbox server: ``server.json``, and a probe."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

from publish.http import fetch
from publish.post.files import write_whole
from publish.post.urls import is_loopback

PATIENCE = 2.0
"""Seconds a live server has to answer the probe."""


def _file(folder: Path) -> Path:
    return folder / "server.json"


def announce(folder: Path, url: str, instance: str) -> None:
    """Write down where the server is."""
    document = {"instance": instance, "url": url}
    write_whole(_file(folder), (json.dumps(document, indent=2) + "\n").encode())


def withdraw(folder: Path, instance: str) -> None:
    """Remove the note, unless it is another server's by now."""
    if _read(folder).get("instance") == instance:
        _file(folder).unlink(missing_ok=True)


def running(folder: Path) -> str | None:
    """The URL of the noted server if it answers and is the one that was noted."""
    noted = _read(folder)
    url = noted.get("url", "")
    try:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname or not is_loopback(parts.netloc):
            return None
        answer = json.loads(fetch(f"{url}/control/alive", PATIENCE)[1])
        return url if answer["instance"] == noted.get("instance") else None
    except (OSError, ValueError, KeyError, TypeError):
        # Whatever listens there now, it is not our server.
        return None


def _read(folder: Path) -> dict[str, str]:
    try:
        found = json.loads(_file(folder).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {k: str(v) for k, v in found.items()} if isinstance(found, dict) else {}
