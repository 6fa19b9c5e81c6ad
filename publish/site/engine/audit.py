"""The files a build reads, recorded from Python's audit events.

The theme, plugins and the settings file may read any file, and the next build may be skipped only
if all of these are unchanged.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

READS = "publish.reads"
"""The audit event by which a plugin announces a file that no other event reports."""
UNTRACKED = {"socket.connect", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn",
             "os.fork", "sqlite3.connect"}  # fmt: skip
"""Events after which pages may depend on more than files."""
LIBRARY = (
    *{sysconfig.get_path(name) + os.sep for name in ("stdlib", "purelib", "platlib")},
    "/usr/share/zoneinfo/",
    "/proc/",
    "/dev/",
    "/sys/",
)
"""Folders that change only with the installation."""
CODE = (".py", ".pyc", ".so")


class Audit:
    """Records reads from ``start`` to ``stop``; ``untracked`` if the next build cannot be
    skipped."""

    SHARED = ("read", "wrote", "untracked")

    def __init__(self) -> None:
        self.read: set[str] = set()
        self.wrote: set[str] = set()
        self.untracked = False
        self._scopes: list[set[str]] = []
        self._own = 0
        self._stopped = False

    def start(self) -> None:
        """Install the audit hook."""
        known = {"open", "os.listdir", "os.scandir", READS, *UNTRACKED}

        def record(event: str, args: tuple[Any, ...]) -> None:
            # Python calls it at each id() too.
            if event in known and not self._stopped:
                self._record(event, args)

        sys.addaudithook(record)

    def stop(self) -> None:
        """Deactivate the hook, which Python keeps for the life of the process."""
        self._stopped = True

    def _record(self, event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = args
            if isinstance(path, str | bytes):
                path = os.fsdecode(path)
                if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR):
                    self.wrote.add(path)
                else:
                    self._note(path)
        elif event in ("os.listdir", "os.scandir"):
            if args and isinstance(args[0], str | bytes):
                # Imports list every folder that may hold a module or a package.
                importing = "importlib" in sys._getframe(2).f_code.co_filename
                self._note(os.fsdecode(args[0]) or ".", scoped=not importing)
        elif event == READS:
            self._note(os.fsdecode(args[0]))
        elif not self._own:
            self.untracked = True

    def _note(self, path: str, *, scoped: bool = True) -> None:
        self.read.add(path)
        if scoped and self._scopes and not path.endswith(CODE) and not path.startswith(LIBRARY):
            self._scopes[-1].add(path)

    @contextmanager
    def scope(self) -> Iterator[set[str]]:
        """Yields a set that fills with the files read in the context, without code and
        libraries."""
        read: set[str] = set()
        self._scopes.append(read)
        try:
            yield read
        finally:
            self._scopes.pop()

    @contextmanager
    def own(self) -> Iterator[None]:
        """Processes started in the context are the engine's own, which report their reads
        themselves."""
        self._own += 1
        try:
            yield
        finally:
            self._own -= 1

    def reads(self, known: Iterable[Path], but: Path) -> list[str]:
        """The absolute paths of files and folders read, except Python's own and those below
        ``known``; paths below ``but`` are included, and missing files that may be there the next
        time."""
        files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
        names = self.read.union(file for file in files if isinstance(file, str))
        # Files that this run wrote itself are its plugins' caches, derived from the rest.
        found, wrote = (set(map(os.path.abspath, each)) for each in (names, self.wrote))
        found -= wrote
        apart = [f"{folder}{os.sep}" for folder in known]
        apart += [f"{sysconfig.get_path('stdlib')}{os.sep}", "/proc/", "/dev/", "/sys/"]
        libraries = f"{sysconfig.get_path('purelib')}{os.sep}"
        return sorted(
            name
            for name in found
            if "__pycache__" not in name
            and (
                name.startswith((libraries, f"{but}{os.sep}"))
                or not f"{name}{os.sep}".startswith(tuple(apart))
            )
            # Libraries are asked for many files that they do not have.
            and (not name.startswith(libraries) or os.path.exists(name))  # noqa: PTH110
        )
