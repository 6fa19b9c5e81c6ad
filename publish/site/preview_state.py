"""The folder that a preview serves, and the events that notify its pages of a new build."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ALIVE = 15.0
"""Seconds after which a keep-alive is sent to a waiting page."""
MOST = 200
"""Changes that are remembered; a page that missed more is reloaded."""


@dataclass
class State:
    """The last good build in ``folder``, its number, and the error since, if any.

    Numbers go up from the clock's microseconds: a page of an earlier preview has an older one.
    ``ahead`` are pages newer than that build, by their file.
    """

    folder: Path
    number: int = field(default_factory=lambda: time.time_ns() // 1000)
    error: str = ""
    closed: bool = False
    ahead: dict[str, bytes] = field(default_factory=dict)
    _past: list[Collection[str]] = field(default_factory=list, repr=False)
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)

    @property
    def site(self) -> Path:
        """The pages."""
        return self.folder / "site"

    def build_succeeded(self, files: Collection[str] = ()) -> None:
        """A build succeeded that wrote or removed ``files``."""
        with self._changed:
            self.ahead.clear()
            self._next(files)

    def page_rendered(self, file: str, page: bytes) -> None:
        """One page is known before the build that makes it."""
        with self._changed:
            self.ahead[file] = page
            self._next([file])

    def build_failed(self, error: str) -> None:
        """A build failed: the pages stay and show the ``error``."""
        with self._changed:
            self.ahead.clear()
            self.error = error
            self._changed.notify_all()

    def close(self) -> None:
        """End all waiting requests."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def event(self, since: int | None = None) -> dict[str, Any]:
        """The event for a page of build ``since``: ``files`` that changed, None for all."""
        with self._changed:
            behind = 0 if since is None else self.number - since
            files: list[str] | None = None
            if 0 <= behind <= len(self._past):
                recent = self._past[len(self._past) - behind :]
                files = sorted({file for changed in recent for file in changed})
            return {"number": self.number, "error": self.error, "files": files}

    def wait(self, number: int, error: str) -> None:
        """Wait for a new build or error, at most ``ALIVE`` seconds."""
        with self._changed:
            self._changed.wait_for(
                lambda: self.closed or (number, error) != (self.number, self.error), ALIVE
            )

    def _next(self, files: Collection[str]) -> None:
        self.number, self.error = self.number + 1, ""
        self._past = [*self._past, tuple(files)][-MOST:]
        self._changed.notify_all()
