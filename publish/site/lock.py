"""One build at a time in a site's folder."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from publish.errors import Refused

PATIENCE = 30.0
"""Seconds to wait for another build."""


@contextmanager
def locked(
    cache: Path,
    patience: float = PATIENCE,
    say: Callable[[str], None] | None = None,
    what: str = "build",
) -> Iterator[None]:
    """Hold ``cache/lock``; the lock dies with its process, however that ends.

    ``say`` is told once that there is somebody to wait for.

    Raises:
        Refused: another ``what`` took longer than ``patience`` seconds; names its process id.
        OSError: ``cache`` cannot be written.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("a+b") as stream:
        end, told = time.monotonic() + patience, False
        while not _taken(stream.fileno()):
            if say and not told:
                say(f"another {what} ({_holder(cache)}) is at work; waiting for it")
                told = True
            if time.monotonic() >= end:
                raise Refused(
                    f"another {what} ({_holder(cache)}) is at work in this folder",
                    "wait for it to end, then run this again",
                )
            time.sleep(0.05)
        stream.truncate(0)
        stream.write(str(os.getpid()).encode())
        stream.flush()
        yield


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(cache: Path) -> str:
    pid = (cache / "lock").read_bytes().decode("ascii", "replace").strip()
    return f"process {pid}" if pid else "another process"
