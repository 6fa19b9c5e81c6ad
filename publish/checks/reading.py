"""Reads a site's files once; the only part of the checks, but for ``online``, with effects."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from publish.checks import surroundings
from publish.checks.kept import Store
from publish.checks.site import Site, Trouble
from publish.checks.source import Reading, Source
from publish.errors import ConfigError
from publish.settings import Settings

MARKDOWN = (".md", ".markdown", ".mkd", ".mdown")
OTHER = (".rst", ".html", ".htm")
LARGEST = 2_000_000
"""Bytes of one source; what is longer is not read: it is surely no prose."""
GIF = 1_000_000
"""Bytes from which on a GIF is opened to see whether it moves."""


def read(
    settings: Settings, now: datetime | None = None, store: Store | None = None, *,
    built: bool = True,
) -> Site:  # fmt: skip
    """Read the sources, the names and sizes of other files, and what lies around them.

    ``store`` holds what an earlier check found out; without it everything is read anew. Without
    ``built`` the built site is left alone.

    Raises:
        ConfigError: there is no content folder.
    """
    content = settings.content
    if not content.is_dir():
        raise ConfigError(
            f"{settings.path.name}: PATH names {settings.content.name}/, which is no folder",
            "make it, or correct PATH",
        )
    how = _reading(settings, now)
    folders = _folders(settings)
    scan = store.secrets if store else surroundings.scan
    sources: list[Source] = []
    troubles: list[Trouble] = []
    files: dict[str, int] = {}
    others: set[str] = set()
    animated: set[str] = set()
    for file in _walk(settings):
        path, name = _plain(file, content), _plain(file, settings.root)
        fault, size = _state(file, content)
        place = _place(folders, os.fspath(file))
        is_source = place and file.suffix.lower() in MARKDOWN
        if fault:
            if is_source or fault == "symlink-out":
                troubles.append(Trouble(fault, name, 1))
        elif is_source and size > LARGEST:
            troubles.append(Trouble("too-large", name, 1, f"{size / 1e6:.0f} MB"))
        elif is_source:
            try:
                raw = file.read_bytes()
            except OSError as error:
                troubles.append(Trouble("unreadable", name, 1, error.strerror or ""))
                continue
            source = Source(path, name, raw, place == "page", how)
            sources.append(store.known(source) if store else source)
        else:
            files[path] = size
            if place and file.suffix.lower() in OTHER:
                others.add(path)
            elif file.suffix.lower() == ".gif" and size > GIF and _moves(file):
                animated.add(path)
    return Site(
        settings.values, _plain(content, settings.root), tuple(sources), files,
        frozenset(animated), frozenset(others), surroundings.theme_ids(settings),
        surroundings.mentions(settings),
        (*troubles, *surroundings.secrets(settings, scan, built=built)),
        surroundings.issues(settings), *surroundings.recorded(settings),
    )  # fmt: skip


def _reading(settings: Settings, now: datetime | None) -> Reading:
    values = settings.values
    zone: tzinfo = UTC
    # Pelican itself complains of a zone that does not exist.
    with contextlib.suppress(OSError, ValueError, KeyError):
        zone = ZoneInfo(settings.timezone)
    try:
        filename = str(values.get("FILENAME_METADATA", Reading.filename))
        re.compile(filename)
    except re.error:
        filename = ""
    given = values.get("DEFAULT_METADATA")
    defaults = given if isinstance(given, dict) else {}
    plugins = values.get("PLUGINS")
    markdown = str(values.get("MARKDOWN", ""))
    return Reading(
        now=now or datetime.now(UTC),
        zone=zone,
        future=bool(values.get("WITH_FUTURE_DATES", True)),
        commas=isinstance(plugins, list | tuple) and "multi_category" in plugins,
        filename=filename,
        status=str(defaults.get("status") or ""),
        toc="toc" in markdown,
        sane_lists="sane_lists" in markdown,
        plugins=_short(plugins) if isinstance(plugins, list | tuple) else (),
        dated=bool(values.get("DEFAULT_DATE")),
        keys=tuple(sorted(key for key in defaults if isinstance(key, str))),
        by_folder=bool(values.get("USE_FOLDER_AS_CATEGORY", True)),
        category=str(values.get("DEFAULT_CATEGORY") or "misc"),
    )


def _short(plugins: Iterable[Any]) -> tuple[str, ...]:
    """The last parts of the plugins' names."""
    return tuple(sorted(str(getattr(p, "__name__", p)).rsplit(".", 1)[-1] for p in plugins))


def _walk(settings: Settings) -> Iterator[Path]:
    """Files below the content folder in order; symbolic links are named, never followed."""
    skipped = {settings.output, settings.cache, settings.issues, settings.content / "ledger"}
    skipped |= {settings.root / str(settings.values.get("THEME") or ".theme")}
    for base, folders, names in os.walk(settings.content, followlinks=False):
        here = Path(base)
        links = [n for n in folders if (here / n).is_symlink()]
        folders[:] = sorted(
            n
            for n in folders
            if n not in links
            and not n.startswith(".")
            and n not in ("__pycache__", "node_modules")
            and here / n not in skipped
        )
        for name in sorted([*names, *links]):
            if not name.startswith("."):
                yield here / name


def _state(file: Path, content: Path) -> tuple[str, int]:
    """The rule a file breaks by what it is (``""`` for none), and its size in bytes."""
    try:
        found = file.lstat()
        if stat.S_ISLNK(found.st_mode):
            if not file.resolve().is_relative_to(content.resolve()):
                return "symlink-out", 0
            found = file.stat()
    except (OSError, RuntimeError):  # RuntimeError: a symbolic link that leads to itself
        return "unreadable", 0
    # Opening a pipe would wait for ever.
    return ("", found.st_size) if stat.S_ISREG(found.st_mode) else ("unreadable", 0)


class _Folders(NamedTuple):
    """Paths as text: thousands of files are held against them."""

    pages: tuple[str, ...]
    excluded: tuple[str, ...]
    posts: tuple[str, ...]


def _folders(settings: Settings) -> _Folders:
    excluded = settings.values.get("ARTICLE_EXCLUDES") or []
    return _Folders(
        tuple(map(os.fspath, settings.pages)),
        tuple(os.fspath(settings.content / str(name)) for name in excluded),
        tuple(map(os.fspath, settings.posts)),
    )


def _place(folders: _Folders, file: str) -> str:
    """``page``, ``post``, or ``""`` for a file that is no source by its place."""
    if _below(file, folders.pages):
        return "page"
    return "post" if _below(file, folders.posts) and not _below(file, folders.excluded) else ""


def _below(file: str, folders: tuple[str, ...]) -> bool:
    return any(file == folder or file.startswith(f"{folder}{os.sep}") for folder in folders)


def _moves(gif: Path) -> bool:
    try:
        with gif.open("rb") as stream:
            # Every frame of a moving picture has a control block; two are a movement.
            return stream.read(8 * GIF).count(b"\x21\xf9\x04") > 1
    except OSError:
        return False


def _plain(file: Path, base: Path) -> str:
    """A path for people: relative, with slashes, printable whatever bytes its name has."""
    path = os.fspath(file).removeprefix(f"{os.fspath(base)}{os.sep}") if file != base else "."
    text = os.fsencode(path.replace(os.sep, "/")).decode("utf-8", "replace")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
