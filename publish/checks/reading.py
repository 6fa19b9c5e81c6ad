"""Reads what lies beside the records; the only part of the checks, but for ``online``, with
effects."""

from __future__ import annotations

import os
import stat
from functools import lru_cache
from pathlib import Path

from publish.checks import environment
from publish.checks.cached import Store
from publish.checks.rules.tangled import tangled
from publish.checks.site import Site, Trouble, printable
from publish.checks.source import MARKDOWN, ReadOptions, Source
from publish.post.record import Library
from publish.settings import Settings

LARGEST = 2_000_000
"""Bytes of one source; what is longer is not read: it is surely no prose."""
GIF = 1_000_000
"""Bytes from which on a GIF is opened to see whether it moves."""


_bytes: dict[Path, bytes] = {}
"""The sources that this process has read and not judged yet."""


def fit(content: Path, file: Path) -> bool:
    """Whether a source in the ``content`` folder may be given to Pelican.

    A rule tells of each that may not: opening a pipe waits for ever, and of tangled markup
    Markdown does not come back for minutes.
    """
    fault, size = state(file, content)
    if fault or size > LARGEST:
        return False
    if file.suffix.lower() not in MARKDOWN:
        return True
    try:
        raw = file.read_bytes()
    except OSError:
        return True  # Pelican says why
    _bytes[file] = raw
    source = Source(file.name, file.name, raw, False, ReadOptions())
    return source.readable and not tangled(source)


def site_of(settings: Settings, library: Library, store: Store, *, built: bool = True) -> Site:
    """The records with the texts beside them, and what lies around: theme, mails, built site.

    ``store`` holds what an earlier check found out. Without ``built`` the built site is left
    alone.
    """
    how = _reading(library)
    content = settings.content
    sources: list[Source] = []
    troubles: list[Trouble] = []
    outside: set[str] = set()
    for path in (*library.sources, *library.files):
        file = content / path
        fault, size = state(file, content)
        name = _place(_link_of(file, content) if fault == "symlink-out" else file, settings.root)
        if fault == "symlink-out":
            outside.add(name)
        elif path in library.sources and fault:
            troubles.append(Trouble(fault, name, 1))
        elif path in library.sources and size > LARGEST:
            troubles.append(Trouble("too-large", name, 1, f"{size / 1e6:.0f} MB"))
        elif path in library.sources:
            try:
                # What Pelican was given is what is judged, and is read once for both.
                raw = _bytes.pop(file, None) or file.read_bytes()
            except OSError as error:
                troubles.append(Trouble("unreadable", name, 1, error.strerror or ""))
                continue
            page = library.sources[path] == "page"
            post = library.by_source.get(path)
            said = tuple(text for text in library.complaints if text.startswith(f"{name}:"))
            sources.append(store.known(Source(path, name, raw, page, how, post, said)))
    troubles += [Trouble("symlink-out", name, 1) for name in sorted(outside)]
    recorded, damage = environment.recorded(settings)
    return Site(
        library=library,
        sources=tuple(sources),
        settings_file=_place(settings.path, settings.root),
        settings_text=environment.text(settings.path),
        given=settings.values,
        animated=frozenset(
            path for path, size in library.files.items()
            if path.lower().endswith(".gif") and size > GIF and _moves(content / path)
        ),
        theme_ids=environment.theme_ids(settings),
        mentions=environment.mentions(settings),
        policy=environment.policy(settings),
        troubles=(*troubles, *environment.secrets(settings, store.secrets, built=built)),
        issues=environment.issues(settings),
        recorded=recorded,
        recorded_fault=damage,
        built=built,
    )  # fmt: skip


def state(file: Path, content: Path) -> tuple[str, int]:
    """The rule a file breaks by what it is (``""`` for none), and its size in bytes."""
    try:
        found = file.lstat()
        if stat.S_ISLNK(found.st_mode):
            real, found = file.resolve(), file.stat()
        else:
            real = _real(file.parent)
        if not real.is_relative_to(_real(content)):
            return "symlink-out", 0
    except (OSError, RuntimeError):  # RuntimeError: a symbolic link that leads to itself
        return "unreadable", 0
    # Opening a pipe would wait for ever.
    return ("", found.st_size) if stat.S_ISREG(found.st_mode) else ("unreadable", 0)


@lru_cache(maxsize=1024)
def _real(folder: Path) -> Path:
    """Where a folder truly lies."""
    return folder.resolve()


def _link_of(file: Path, content: Path) -> Path:
    """The symbolic link that leads ``file`` out of the content folder: itself or a folder."""
    above = [place for place in (file, *file.parents) if place.is_relative_to(content)]
    return next((place for place in reversed(above) if place.is_symlink()), file)


def _reading(library: Library) -> ReadOptions:
    values = library.settings
    given = values.get("DEFAULT_METADATA")
    defaults = given if isinstance(given, dict) else {}
    return ReadOptions(
        future=bool(values.get("WITH_FUTURE_DATES", True)),
        status=str(defaults.get("status") or ""),
        markdown=repr(values.get("MARKDOWN")),
        plugins=library.plugins,
        keys=tuple(sorted(key for key in defaults if isinstance(key, str))),
        by_folder=bool(values.get("USE_FOLDER_AS_CATEGORY", True)),
        category=str(values.get("DEFAULT_CATEGORY") or "misc"),
    )


def _moves(gif: Path) -> bool:
    try:
        with gif.open("rb") as stream:
            # Every frame of a moving picture has a control block; two are a movement.
            return stream.read(8 * GIF).count(b"\x21\xf9\x04") > 1
    except OSError:
        return False


def _place(file: Path, root: Path) -> str:
    """A path for people: from the project where it lies there."""
    return printable(os.path.relpath(file, root) if file.is_relative_to(root) else str(file))
