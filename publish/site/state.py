"""What a preview serves at this moment, and how its pages learn of the next."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

ALIVE = 15.0
"""Seconds after which a waiting page is written to, to learn whether it is still there."""


@dataclass
class State:
    """The last good build in ``folder``, its number, and the error since, if any."""

    folder: Path
    number: int = 0
    error: str = ""
    closed: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition, repr=False)

    @property
    def site(self) -> Path:
        """The pages."""
        return self.folder / "site"

    def good(self) -> None:
        """A build succeeded: every open page reloads."""
        self._set(self.number + 1, "")

    def bad(self, error: str) -> None:
        """A build failed: the pages stay and show the ``error``."""
        self._set(self.number, error)

    def close(self) -> None:
        """Let every waiting page go."""
        with self._changed:
            self.closed = True
            self._changed.notify_all()

    def event(self) -> dict[str, int | str]:
        """What a page is told."""
        with self._changed:
            return {"number": self.number, "error": self.error}

    def wait(self, told: dict[str, int | str]) -> None:
        """Return when there is other news than ``told``, at the latest after ``ALIVE`` seconds."""
        with self._changed:
            self._changed.wait_for(
                lambda: self.closed or told != {"number": self.number, "error": self.error}, ALIVE
            )

    def _set(self, number: int, error: str) -> None:
        with self._changed:
            self.number, self.error = number, error
            self._changed.notify_all()
