"""Runs a command, and what it took."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

SECONDS = 1800
"""After which a command counts as hung."""


class Failed(Exception):
    """A generator that did not do what it was asked; the message says what."""


@dataclass(frozen=True)
class Spent:
    """One run: ``wall`` and ``cpu`` in seconds, ``memory`` of its largest process in megabytes."""

    wall: float
    cpu: float
    memory: float


def environment() -> dict[str, str]:
    """The shell's, without what would make runs differ or reach an account."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MAILCHIMP_", "PYTHON", "PELICAN_"))
    }
    return kept | {"LC_ALL": "C.UTF-8", "NO_COLOR": "1", "TERM": "dumb"}


def run(command: tuple[str, ...], folder: Path) -> Spent:
    """Run ``command`` in ``folder`` to its end.

    Raises:
        Failed: it ended with another code than 0.
    """
    os.sync()  # what the run before left to be written must not be written in this one
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - a peer
            command,
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
        watch = Timer(SECONDS, process.kill)
        watch.start()
        # Not `wait`, for the numbers of this one child; they include the children it waited for.
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        watch.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            last = said.read().decode("utf-8", "replace").strip()[-400:]
            raise Failed(f"{Path(command[0]).name} ended with {process.returncode}: {last}")
    return Spent(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
