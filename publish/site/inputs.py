"""What a build is made of, as stamps: if none changed and time has brought nothing, it stands."""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from publish.settings import Settings

Stamps = dict[str, str]
"""Path to size, modification and change time, and inode. What is not there has no entry."""
RACY = 2_000_000_000
"""Nanoseconds: so shortly before it was stamped, a file may change again and keep its stamp."""
TICK = 0.02
"""Seconds after which a file system's clock has surely moved on, so a new edit shows."""
NOISE = {"_", "OLDPWD", "PWD", "SHLVL", "TERM", "COLUMNS", "LINES"}
"""Variables that differ between two terminals and mean nothing to a page."""


@dataclass(frozen=True)
class Inputs:
    """Stamps of files, and for those too young to trust their stamp, digests of their bytes."""

    stamps: Stamps = field(default_factory=dict)
    racy: dict[str, str] = field(default_factory=dict)


def stamp(path: str | os.PathLike[str]) -> str:
    """One file's stamp; ``""`` if it is not there."""
    try:
        s = os.stat(path)  # noqa: PTH116 - thousands of them, and a Path each doubles the time
    except (OSError, ValueError):
        return ""
    return f"{s.st_size} {s.st_mtime_ns} {s.st_ctime_ns} {s.st_ino}"


def stamps(settings: Settings) -> Stamps:
    """The settings file and all below the content, theme and plugin folders."""
    return of(str(path) for path in files(settings))


def of(paths: Iterable[str]) -> Stamps:
    """The stamps of ``paths``."""
    return {path: found for path in paths if (found := stamp(path))}


def scan(settings: Settings) -> Inputs:
    """Stamp everything a build is known to read, and digest what is too young for its stamp."""
    return _judged(stamps(settings))


def extended(known: Inputs, settings: Settings, reads: Iterable[str], since: int) -> Inputs | None:
    """``known`` with what the render found out it ``reads``.

    ``None`` if a file was saved since ``since`` (nanoseconds since the epoch): nobody can tell
    whether the render saw the old bytes or the new ones.
    """
    more = _judged(of(path for path in reads if path not in known.stamps))
    if not same(known, stamps(settings)):
        return None
    if any(_youngest(s) >= since for s in more.stamps.values()):
        return None
    return Inputs(known.stamps | more.stamps, known.racy | more.racy)


def _judged(found: Stamps) -> Inputs:
    now = time.time_ns()
    return Inputs(found, {p: digest(p) for p, s in found.items() if now - _youngest(s) < RACY})


def same(known: Inputs, found: Stamps) -> bool:
    """Whether ``found`` are the files of ``known``, byte for byte as far as that can be told."""
    return known.stamps == found and all(digest(p) == d for p, d in known.racy.items())


def digest(path: str) -> str:
    """SHA-256 of a file's bytes; ``""`` for a folder or what cannot be read."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""


def files(settings: Settings) -> Iterator[Path]:
    """The settings file with its neighbours, and every file below content, theme, plugins."""
    # A settings file may import its neighbours.
    yield from {settings.path, *settings.root.glob("*.py")}
    folders = [settings.content]
    if theme := str(settings.values.get("THEME") or ""):
        folders.append(settings.root / theme)
    folders += [settings.root / str(p) for p in settings.values.get("PLUGIN_PATHS") or ()]
    # A plugin folder may be the site's own, and what a build writes is not what it reads.
    seen = {os.path.realpath(settings.output), os.path.realpath(settings.cache)}
    for folder in folders:
        yield from _below(folder, seen)


APART = {"__pycache__", ".git", ".venv", "node_modules", "ledger"}
"""Folders that hold no part of a site: what was sent and published is kept in ``ledger``."""


def _below(folder: Path, seen: set[str]) -> Iterator[Path]:
    # Pelican follows links; a link that leads back up must not be followed for ever.
    for base, names, entries in os.walk(folder, followlinks=True):
        real = os.path.realpath(base)
        if real in seen:
            names.clear()
            continue
        seen.add(real)
        names[:] = sorted(n for n in names if n not in APART)
        yield from (Path(base, name) for name in entries)


def world(settings: Settings) -> str:
    """A digest of everything else: Python, the environment, the day, and where the site lies.

    The day, because a theme may print the year, and no file tells that it has changed.
    """
    try:
        today = str(datetime.now(ZoneInfo(settings.timezone)).date())
    except (KeyError, ValueError, OSError):
        today = ""
    around = sorted(f"{k}={v}" for k, v in os.environ.items() if k not in NOISE)
    # An installed or removed package changes its folder, though no page ever read it.
    installed = [f"{p} {stamp(p)}" for p in sys.path if "-packages" in p]
    facts = [sys.version, sys.executable, str(settings.path), today, *around, *installed]
    return hashlib.sha256("\n".join(facts).encode("utf-8", "surrogateescape")).hexdigest()


def _youngest(stamped: str) -> int:
    _, modified, changed, _ = stamped.split()
    return max(int(modified), int(changed))
