"""What a render read: found out by Python's own audit events, not assumed.

The theme, the plugins and the settings file may read any file; the next build may be skipped
only if all of them are as they were.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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

LIBRARY = (
    *{sysconfig.get_path(name) + os.sep for name in ("stdlib", "purelib", "platlib")},
    "/usr/share/zoneinfo/", "/proc/", "/dev/", "/sys/",
)  # fmt: skip
"""Folders that change with the installation only."""
CODE = (".py", ".pyc", ".so")


class Trace:
    """Listens from ``start`` on; Python has no way to stop listening, so it ends the process.

    ``read`` and ``wrote`` are all files, ``loose`` those opened outside every scope, ``peeked``
    those below the folder ``guarded`` that were read by code that is not vouched for.
    """

    def __init__(self) -> None:
        self.read: set[str] = set()
        self.wrote: set[str] = set()
        self.untracked = ""
        self.guarded = ""
        self.peeked: set[str] = set()
        self.loose: set[str] = set()
        self._scopes: list[set[str] | None] = []
        self._own = False

    def start(self) -> None:
        """Begin to listen."""
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = args
            if isinstance(path, str | bytes):
                writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
                self._note(os.fsdecode(path), self.wrote if writes else self.read)
                if not writes:
                    self._guard(os.fsdecode(path))
        elif event in ("os.listdir", "os.scandir"):
            if args and isinstance(args[0], str | bytes):
                self.read.add(os.fsdecode(args[0]) or ".")
                self._guard(os.fsdecode(args[0]))
        elif event in UNTRACKED and not self.untracked and not self._own:
            self.untracked = UNTRACKED[event]

    @contextmanager
    def scope(self) -> Iterator[set[str]]:
        """Yields a set that fills with the files opened meanwhile; Python's own left out."""
        opened: set[str] = set()
        self._scopes.append(opened)
        try:
            yield opened
        finally:
            self._scopes.pop()

    @contextmanager
    def own(self) -> Iterator[None]:
        """What happens meanwhile is the engine's doing: a copy of it tells what it read."""
        self._own = True
        try:
            with self.aside():
                yield
        finally:
            self._own = False

    def notes(self) -> tuple[set[str], set[str], set[str], str]:
        """What another process's trace takes over with ``told``."""
        return self.read, self.wrote, self.loose, self.untracked

    def told(self, notes: tuple[set[str], set[str], set[str], str]) -> None:
        """Take over what was noted in a copy of this process."""
        read, wrote, loose, untracked = notes
        self.read |= read
        self.wrote |= wrote
        self.loose |= loose
        self.untracked = self.untracked or untracked

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is opened meanwhile belongs to no scope."""
        self._scopes.append(None)
        try:
            yield
        finally:
            self._scopes.pop()

    def _guard(self, path: str) -> None:
        if self.guarded and os.path.abspath(path).startswith(self.guarded):  # noqa: PTH100
            frame = sys._getframe(2)
            while frame is not None:
                package = str(frame.f_globals.get("__name__")).partition(".")[0]
                module = sys.modules.get(package)
                if getattr(module, "INCREMENTAL", False):
                    return
                frame = frame.f_back  # type: ignore[assignment]
            self.peeked.add(path)

    def _note(self, path: str, kept: set[str]) -> None:
        kept.add(path)
        scope = self._scopes[-1] if self._scopes else self.loose
        if scope is not None and not path.endswith(CODE) and not path.startswith(LIBRARY):
            scope.add(path)

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
