"""Which issues lie finished in their folder already; told by their files' stamps, unread."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from publish.post.issue import NAMES

from . import sealed
from .kept import Finished
from .pictures import SizeOf, still

FILE = "placed"


class Placed:
    """What the last build left in ``home``, and what this one does.

    A stamp is size, modification and change time, and inode: a file that was edited, replaced
    or put back has another.
    """

    def __init__(self, cache: Path, home: Path) -> None:
        self._file, self._home = cache / FILE, home
        self._before = self._read()
        self._now: dict[str, Any] = {}

    def holds(self, slug: str, made_from: str, size_of: SizeOf) -> str | None:
        """The word to the author (or ``""``) if that issue lies there whole, else None."""
        known = self._before.get(slug)
        if not made_from or known is None or known["made_from"] != made_from:
            return None
        if known["stamps"] != self._stamps(slug) or not still(known["sizes"], size_of):
            return None
        self._now[slug] = known
        return str(known["warning"])

    def note(self, slug: str, made_from: str, issue: Finished) -> None:
        """The issue lies there since this moment."""
        if made_from:
            self._now[slug] = {
                "made_from": made_from,
                "warning": issue.warning,
                "sizes": issue.sizes,
                "stamps": self._stamps(slug),
            }

    def save(self) -> None:
        """Write it down for the next build.

        Raises:
            OSError: the cache cannot be written.
        """
        if self._now != self._before:
            whole = {"home": str(self._home), "issues": self._now}
            sealed.write(self._file, json.dumps(whole).encode())

    def _read(self) -> dict[str, Any]:
        whole = json.loads(sealed.read(self._file) or "{}")
        return dict(whole["issues"]) if whole.get("home") == str(self._home) else {}

    def _stamps(self, slug: str) -> list[list[int]]:
        found = []
        for name in NAMES:
            try:
                s = os.stat(f"{self._home}/{slug}/{name}")  # noqa: PTH116 - thousands of them
            except (OSError, ValueError):
                return []
            found.append([s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino])
        return found
