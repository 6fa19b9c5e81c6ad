"""Stamps of files: a cheap test of whether a file has changed.

Used by a build that has nothing to do, so only modules that Python has already loaded are imported.
"""

from __future__ import annotations

import os
import stat
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Iterator

TYPE_CHECKING = False  # as typing's own; importing typing takes longer than all of this
if TYPE_CHECKING:
    from typing import Any

Stamps = dict[str, str]
"""Path to size, modification time, change time and inode; missing files have no entry."""
IGNORED_ENV = {"_", "OLDPWD", "PWD", "SHLVL", "TERM", "COLUMNS", "LINES", "NO_COLOR"}
"""Environment variables that differ between terminals and do not affect pages."""
ACCOUNTS = ("MAILCHIMP_", "PUBLISH_", "AWS_")
"""Prefixes of variables with keys, which no page may contain or depend on."""
RACY = 2_000_000_000
"""Nanoseconds after a change within which a further one may keep the stamp."""


def stamp(path: str | os.PathLike[str]) -> str:
    """One file's stamp, of a link to nothing its own; ``""`` if it is not there."""
    try:
        return of_stat(os.stat(path))  # noqa: PTH116 - thousands of them, and a Path doubles the time
    except (OSError, ValueError):
        return of_stat(os.lstat(path)) if os.path.islink(path) else ""  # noqa: PTH114


def of_stat(found: os.stat_result) -> str:
    """The stamp for the result of a ``stat``."""
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"


def of(paths: Iterable[str]) -> Stamps:
    """The stamps of ``paths``."""
    return {path: found for path in paths if (found := stamp(path))}


def total(paths: Iterable[str]) -> int:
    """One number for the stamps of all ``paths``, equal to ``total_of`` the same stamps; -1 if any
    file is missing. It takes half the time of single stamps."""
    numbers: list[int] = []
    look = os.stat
    for path in paths:
        try:
            found = look(path)
        except (OSError, ValueError):
            if not os.path.islink(path):  # noqa: PTH114
                return -1
            found = os.lstat(path)
        numbers += (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
    return hash(tuple(numbers))


def total_of(stamps: Iterable[str]) -> int:
    """See ``total``."""
    return hash(tuple(int(number) for each in stamps for number in each.split()))


def changed_at(stamped: str) -> int:
    """When the file was last changed in any way: nanoseconds since the epoch."""
    _, modified, changed, _ = stamped.split()
    return max(int(modified), int(changed))


def is_trustworthy(stamped: str) -> bool:
    """Whether the file's next change will certainly change its stamp."""
    return bool(stamped) and time.time_ns() - changed_at(stamped) >= RACY


def digest(path: str) -> str:
    """SHA-256 of a file's bytes; ``""`` if it is no regular file or cannot be read."""
    from hashlib import sha256

    try:
        # Opening a named pipe would block.
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - thousands of them
            return ""
        with open(path, "rb") as stream:  # noqa: PTH123 - thousands of them
            return sha256(stream.read()).hexdigest()
    except OSError:
        return ""


def walk(
    folder: str, seen: set[tuple[int, int]], skipped: Callable[[str], bool] = lambda name: False
) -> Iterator[str]:
    """Every file below ``folder``, but for names that are ``skipped``. Links are followed, as
    Pelican does; a folder that was ``seen`` already, in this walk or before, is not entered. Of a
    link to one the link itself is given: with it Pelican reads the folder under one more name."""
    for base, names, entries in os.walk(folder, followlinks=True):
        place = identity(base)
        # A symbolic link to a folder above would be followed for ever.
        if place in seen or place is None:
            names.clear()
            if os.path.islink(base):  # noqa: PTH114
                yield base
            continue
        seen.add(place)
        names[:] = sorted(name for name in names if not skipped(name))
        yield from (f"{base}{os.sep}{name}" for name in entries if not skipped(name))


def unlooped(
    top: str, loops: list[str] | None = None, **named: Any
) -> Iterator[tuple[str, list[str], list[str]]]:
    """As ``os.walk`` that follows links, but for links to a folder above them, which would be
    followed for ever: these are added to ``loops``."""
    inside = {top: {os.path.realpath(top)}}
    for folder, names, files in os.walk(top, **{"followlinks": True, **named}):
        yield folder, names, files
        for name in names.copy():
            path = os.path.join(folder, name)  # noqa: PTH118
            real = os.path.realpath(path)
            if real in inside[folder]:
                names.remove(name)
                if loops is not None:
                    loops.append(path)
            inside[path] = {*inside[folder], real}


def identity(folder: str) -> tuple[int, int] | None:
    """Device and inode: equal for two names of one folder. None if it is not there."""
    try:
        found = os.stat(folder)  # noqa: PTH116
    except OSError:
        return None
    return found.st_dev, found.st_ino


def environment_digest(place: str) -> str:
    """A checksum of the environment: Python, its packages, environment variables."""
    around = sorted(
        f"{k}={v}"
        for k, v in os.environ.items()
        if k not in IGNORED_ENV and not k.startswith(ACCOUNTS)
    )
    facts = "\n".join([sys.version, sys.executable, place, *around, *installed()])
    data = facts.encode("utf-8", "surrogateescape")
    return f"{zlib.crc32(data):08x}{zlib.adler32(data):08x}"


def installed() -> list[str]:
    """Stamps of the folders of packages: an installed or removed package changes its folder."""
    return [f"{p} {stamp(p)}" for p in sys.path if "-packages" in p]
