"""The state of files as stamps, and whether the last build is up to date.

The most frequent answer is yes, so this is loaded before anything else: only what Python has at
hand is imported, and the rest where it is needed. Nothing of the site is loaded to find out, not
even its settings file: what it came to is recorded with the stamp it had.
"""

from __future__ import annotations

import os
import sys
import time
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from publish.post import cache
from publish.post.ignore import is_left_behind

VERSION = 7
Stamps = dict[str, str]
"""Path to size, modification and change time, and inode. What is not there has no entry."""
Scope = tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""The site's folder; folders whose every file a build may read, the content folder first;
folders in them to leave out; hidden names that are content all the same."""
RACY = 2_000_000_000
"""Nanoseconds: so shortly before it was stamped, a file may change again and keep its stamp."""
TICK = 0.02
"""Seconds after which a file system's clock has surely moved on, so a new edit shows."""
IGNORED_ENV = {"_", "OLDPWD", "PWD", "SHLVL", "TERM", "COLUMNS", "LINES"}
"""Variables that differ between two terminals and mean nothing to a page."""
ACCOUNTS = ("MAILCHIMP_", "PUBLISH_", "AWS_")
"""Beginnings of variables with keys: a page must not hold any, so none depends on one."""
TOOLS = "node_modules"
"""A folder that beside content, in a theme or among plugins, holds no part of a site."""


def stamp(path: str | os.PathLike[str]) -> str:
    """One file's stamp; ``""`` if it is not there."""
    try:
        s = os.stat(path)  # noqa: PTH116 - thousands of them, and a Path each doubles the time
    except (OSError, ValueError):
        return ""
    return f"{s.st_size} {s.st_mtime_ns} {s.st_ctime_ns} {s.st_ino}"


def of(paths: Iterable[str]) -> Stamps:
    """The stamps of ``paths``."""
    return {path: found for path in paths if (found := stamp(path))}


def changed_at(stamped: str) -> int:
    """When the file was last changed in any way: nanoseconds since the epoch."""
    _, modified, changed, _ = stamped.split()
    return max(int(modified), int(changed))


def is_trustworthy(stamped: str) -> bool:
    """Whether a file's stamp alone can be trusted to show its next change."""
    return bool(stamped) and time.time_ns() - changed_at(stamped) >= RACY


def digest(path: str) -> str:
    """SHA-256 of a file's bytes; ``""`` for a folder or what cannot be read."""
    from hashlib import sha256

    try:
        with open(path, "rb") as stream:  # noqa: PTH123 - thousands of them
            return sha256(stream.read()).hexdigest()
    except OSError:
        return ""


def stamps(scope: Scope) -> Stamps:
    """The settings file with its neighbours, and all below the folders of ``scope``."""
    return of(_files(scope))


def same(stamped: Stamps, racy: dict[str, str], found: Stamps) -> bool:
    """Whether ``found`` are the files of ``stamped``, by their stamps.

    ``racy`` are digests of those too young for their stamps to be trusted.
    """
    return stamped == found and all(digest(path) == known for path, known in racy.items())


def environment_digest(place: str) -> str:
    """A checksum of what no file of the site holds: Python, its packages, the environment."""
    around = sorted(
        f"{k}={v}" for k, v in os.environ.items()
        if k not in IGNORED_ENV and not k.startswith(ACCOUNTS)
    )  # fmt: skip
    facts = "\n".join([sys.version, sys.executable, place, *around, *installed()])
    data = facts.encode("utf-8", "surrogateescape")
    return f"{zlib.crc32(data):08x}{zlib.adler32(data):08x}"


def installed() -> list[str]:
    """Stamps of the folders of packages: an installed or removed package changes its folder."""
    return [f"{p} {stamp(p)}" for p in sys.path if "-packages" in p]


def _files(scope: Scope) -> Iterator[str]:
    root, folders, apart, kept = scope
    # A settings file may import its neighbours.
    with os.scandir(root) as entries:
        yield from (entry.path for entry in entries if entry.name.endswith(".py"))
    # A plugin folder may be the site's own, and what a build writes is not what it reads.
    seen = {place for folder in apart if (place := _place(folder))}
    for number, folder in enumerate(folders):
        yield from _below(folder, seen, kept, TOOLS if number else "")


def _below(
    folder: str, seen: set[tuple[int, int]], kept: tuple[str, ...], without: str
) -> Iterator[str]:
    # Pelican follows links; a link that leads back up must not be followed for ever.
    for base, names, entries in os.walk(folder, followlinks=True):
        place = _place(base)
        if place in seen or place is None:
            names.clear()
            continue
        seen.add(place)
        names[:] = sorted(n for n in names if n != without and not is_left_behind(n, kept))
        yield from (f"{base}{os.sep}{n}" for n in entries if not is_left_behind(n, kept))


def _place(folder: str) -> tuple[int, int] | None:
    try:
        found = os.stat(folder)  # noqa: PTH116
    except OSError:
        return None
    return found.st_dev, found.st_ino


def read(place: str) -> dict[str, Any]:
    """The record of the last build; empty if it was deleted, is damaged, or of another version."""
    document = cache.load(place)
    return document if document.get("version") == VERSION else {}


def is_current(known: dict[str, Any], settings_file: str) -> bool:
    """Whether all of it is as it was: what the site is made of, what was made, and the day."""
    if not known or known["stamps"] is None or time.time() >= known["until"]:
        return False
    if known["environment"] != environment_digest(settings_file):
        return False
    try:
        found = stamps(known["scope"])
    except OSError:
        return False
    found |= of([settings_file, *known["reads"]])
    return (
        same(known["stamps"], known["racy"], found)
        and known["outputs"] == of(known["outputs"])
        and known["issues"] == of(below(known["issued"]))
    )


def summary(output: str, written: int, removed: int, unchanged: int, composed: int) -> str:
    """What a build tells when it is done."""
    return (
        f"{output}: {written} written, {removed} removed, {unchanged} unchanged, "
        f"{composed} issues composed"
    )


def below(folder: str) -> list[str]:
    """Every file below ``folder``."""
    return [f"{base}{os.sep}{n}" for base, _, names in os.walk(folder) for n in names]
