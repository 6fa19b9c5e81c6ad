"""Reads the site's sources. What cannot be read is kept as faults for the rules to tell."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from publish.checks.source import Source, parse
from publish.errors import ConfigError
from publish.settings import Settings

SUFFIXES = (".md", ".markdown", ".mkd", ".mdown")
LARGEST = 2 * 1024 * 1024
"""Bytes of one source; a longer one is surely not prose."""


@dataclass(frozen=True)
class Fault:
    """A source that cannot be read as text: its line and the reason's name."""

    path: str
    line: int
    reason: str


@dataclass(frozen=True)
class Site:
    """All that the rules judge. ``files`` are those of the content folder that are no source,
    relative to it, with their size in bytes.
    """

    sources: tuple[Source, ...]
    faults: tuple[Fault, ...]
    files: Mapping[str, int]
    content: str
    now: datetime
    values: Mapping[str, Any]
    settings_file: str
    settings_text: str

    @cached_property
    def by_inside(self) -> Mapping[str, Source]:
        """Sources by their path in the content folder."""
        return {source.inside: source for source in self.sources}

    def public(self, source: Source) -> bool:
        """Whether the built site shows it."""
        if source.status not in ("published", "hidden"):
            return False
        return source.kind == "page" or source.date is None or source.date <= self.now


def read(settings: Settings, now: datetime) -> Site:
    """Read every source once.

    Raises:
        ConfigError: there is no content folder.
    """
    if not settings.content.is_dir():
        raise ConfigError(
            f"{settings.path.name}: PATH names {settings.content.name}/, which is no folder",
            "make it, or correct PATH",
        )
    sources: list[Source] = []
    faults: list[Fault] = []
    files: dict[str, int] = {}
    home = settings.content.resolve()
    pages = tuple(settings.pages)
    posts = tuple(settings.posts)
    for file in _walk(settings.content):
        inside = file.relative_to(settings.content).as_posix()
        path = _relative(file, settings.root)
        under_pages = any(file.is_relative_to(folder) for folder in pages)
        is_source = under_pages or any(file.is_relative_to(folder) for folder in posts)
        if not file.resolve().is_relative_to(home):
            faults.append(Fault(path, 1, "outside"))
        elif file.suffix in SUFFIXES and is_source:
            kind = "page" if under_pages else "post"
            found = _read(file, path, inside, kind, settings.timezone)
            if isinstance(found, Source):
                sources.append(found)
            else:
                faults.append(found)
        elif file.is_file():
            files[inside] = file.stat().st_size
    return Site(
        tuple(sources), tuple(faults), files, settings.content.name, now, settings.values,
        settings.path.name, settings.path.read_text(encoding="utf-8", errors="replace"),
    )  # fmt: skip


def wanted(site: Site, paths: Sequence[Path]) -> set[str] | None:
    """The files that ``paths`` name; None for all.

    Raises:
        ConfigError: one names nothing.
    """
    if not paths:
        return None
    known = {s.path for s in site.sources} | {f.path for f in site.faults}
    found: set[str] = set()
    for path in paths:
        name = Path(os.path.normpath(path)).as_posix()
        hits = {k for k in known if k == name or k.startswith(f"{name}/") or f"/{k}" in f"/{name}"}
        if not hits and not path.exists():
            raise ConfigError(f"{path}: there is no such file", "name a post, or a folder of posts")
        found |= hits
    return found


def _walk(folder: Path) -> list[Path]:
    found = []
    for base, names, entries in os.walk(folder, followlinks=False):
        names[:] = [n for n in names if not n.startswith(".") and n != "ledger"]
        found += [Path(base, entry) for entry in entries if not entry.startswith(".")]
        found += [Path(base, name) for name in names if Path(base, name).is_symlink()]
    return sorted(found)


def _relative(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()


def _read(file: Path, path: str, inside: str, kind: str, timezone: str) -> Source | Fault:
    try:
        if file.stat().st_size > LARGEST:
            return Fault(path, 1, "large")
        data = file.read_bytes()
    except OSError:
        return Fault(path, 1, "unreadable")
    if not data.strip():
        return Fault(path, 1, "empty")
    if b"\0" in data:
        return Fault(path, data[: data.index(b"\0")].count(b"\n") + 1, "binary")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Fault(path, data[: error.start].count(b"\n") + 1, "utf8")
    return parse(path, inside, kind, text.replace("\r\n", "\n").replace("\r", "\n"), timezone)
