"""What a build wrote down for the next one: what it was made of, and which files are ours."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from publish.post import cache
from publish.settings import Settings
from publish.site import standing
from publish.site.inputs import Scope, Stamps


@dataclass(frozen=True)
class Manifest:
    """``files`` are the pages an earlier build wrote, relative to the output folder.

    ``stamps`` is ``None`` while a build is under way and after one nobody can vouch for: the next
    one renders. ``racy`` are digests of files too young for their stamps. ``outputs`` and
    ``issues`` are stamps of what lies in the ``output`` folder and in ``issued``. ``reads`` are
    paths the render found out it needs. ``until`` is the moment up to which time changes nothing,
    in seconds since the epoch. ``composed`` counts the issues. ``whole`` tells that the render
    needed more than a light Pelican.
    """

    files: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    stamps: Stamps | None = None
    racy: dict[str, str] = field(default_factory=dict)
    outputs: Stamps = field(default_factory=dict)
    issues: Stamps = field(default_factory=dict)
    issued: str = ""
    output: str = ""
    composed: int = 0
    scope: Scope = ("", (), (), ())
    world: str = ""
    until: float = 0.0
    whole: bool = False


def place(settings: Settings, output: Path) -> Path:
    """Where the record of builds into ``output`` lies; another output folder has its own."""
    if output == settings.output.absolute():
        return settings.cache / "build"
    name = hashlib.sha256(str(output).encode()).hexdigest()[:12]
    return settings.cache / f"build-{name}"


def read(path: Path) -> Manifest:
    """The last record; an empty one if it was deleted, is damaged, or of another version."""
    return of(standing.read(str(path)))


def of(document: dict[str, Any]) -> Manifest:
    """What ``standing.read`` has read."""
    document = {name: value for name, value in document.items() if name != "version"}
    try:
        return Manifest(**document)
    except TypeError:
        return Manifest()


def write(path: Path, manifest: Manifest) -> None:
    """Replace the record in one step.

    Raises:
        OSError: it cannot be written.
    """
    cache.save(path, asdict(manifest) | {"version": standing.VERSION})
