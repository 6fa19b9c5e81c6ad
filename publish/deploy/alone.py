"""One at a time on this machine: a lock that dies with its holder."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from publish.deploy.targets import Busy


@contextmanager
def alone(file: Path, patience: float, where: str) -> Iterator[None]:
    """Hold ``file``; wait up to ``patience`` seconds for another deploy to ``where``.

    Raises:
        Busy: it did not end.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + patience
    with file.open("a") as stream:
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise Busy(
                        f"another deploy to {where} is at work", "run it again when that has ended"
                    ) from None
                time.sleep(0.05)
        yield
