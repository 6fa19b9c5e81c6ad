"""What a render read: found out by Python's own audit events, not assumed.

The theme, the plugins and the settings file may read any file; the next build may be skipped
only if all of them are as they were.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import Any

UNTRACKED = {
    "socket.connect": "reads from the network",
    "subprocess.Popen": "runs another program",
    "os.system": "runs another program",
    "os.exec": "runs another program",
    "os.posix_spawn": "runs another program",
    "os.fork": "works in several processes",
    "sqlite3.connect": "reads a database",
}
"""Events after which nobody knows what a page was made of."""


class Trace:
    """Listens from ``start`` on; Python has no way to stop listening, so it ends the process."""

    def __init__(self) -> None:
        self.read: set[str] = set()
        self.wrote: set[str] = set()
        self.untracked = ""

    def start(self) -> None:
        """Begin to listen."""
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = args
            if isinstance(path, str | bytes):
                writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
                (self.wrote if writes else self.read).add(os.fsdecode(path))
        elif event in ("os.listdir", "os.scandir"):
            if args and isinstance(args[0], str | bytes):
                self.read.add(os.fsdecode(args[0]) or ".")
        elif event in UNTRACKED and not self.untracked:
            self.untracked = UNTRACKED[event]

    def reads(self, known: Iterable[Path]) -> list[str]:
        """Files and folders read, absolute; without those below ``known`` and Python's own."""
        found = {os.path.abspath(name) for name in self.read}  # noqa: PTH100 - links stay links
        for module in list(sys.modules.values()):
            file = getattr(module, "__file__", None)
            if isinstance(file, str):
                found.add(os.path.abspath(file))  # noqa: PTH100
        # What this run wrote itself is a cache of its plugins, made from the rest.
        found -= {os.path.abspath(name) for name in self.wrote}  # noqa: PTH100
        apart = [f"{folder}{os.sep}" for folder in known]
        apart += [f"{sysconfig.get_path('stdlib')}{os.sep}", "/proc/", "/dev/", "/sys/"]
        libraries = f"{sysconfig.get_path('purelib')}{os.sep}"
        return sorted(
            name
            for name in found
            if "__pycache__" not in name
            and (name.startswith(libraries) or not f"{name}{os.sep}".startswith(tuple(apart)))
            and os.path.exists(name)  # noqa: PTH110 - a name from elsewhere, never opened
        )
