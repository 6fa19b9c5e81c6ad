"""Detects saved files by polling their stamps, which works on every file system."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event

from publish.post.stamps import Stamps

PAUSE = 0.04
"""Seconds between two looks."""
SHARE = 5
"""A look may take one part in so many of the time, however large the archive is."""


def watch(
    look: Callable[[], Stamps], changed: Callable[[set[str]], Stamps], known: Stamps, stop: Event
) -> None:
    """Call ``changed`` whenever ``look`` sees other than ``known``, until ``stop`` is set.

    ``changed`` is given the paths that differ and returns what its build was made from, so that
    nothing saved meanwhile is missed. It is called when two looks agree, for an editor may write
    a file in several steps.
    """
    pause = PAUSE
    while not stop.wait(pause):
        began = time.monotonic()
        found = look()
        pause = max(PAUSE, SHARE * (time.monotonic() - began))
        if found == known:
            continue
        while not stop.wait(PAUSE / 4) and (again := look()) != found:
            found = again
        if not stop.is_set():
            known = changed({path for path, _ in known.items() ^ found.items()})
