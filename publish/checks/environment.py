"""Reads the sources' environment: settings file, theme, built site, composed issues."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, NamedTuple

from publish.checks import secret_keys
from publish.checks.site import IssueSizes, Trouble
from publish.post import identity
from publish.post.aliases import folders_of, retired_fault
from publish.post.identity import Recorded
from publish.settings import Settings

PICTURE = re.compile(r"(?<![\w.%@+-])[\w.%@+-]+\.(?:jpe?g|png|gif|webp|avif|svg|ico)\b", re.I)
ID = re.compile(r"""(?<![\w-])id\s*=\s*["']([^"'<>{}\s]{1,100})["']""")
POLICY = re.compile(r"""http-equiv=["']Content-Security-Policy["'][^>]*?content="([^"]*)\"""", re.I)
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.S)
WRITTEN = (".html", ".xml", ".json", ".txt", ".js", ".css")
WRITE = os.R_OK | os.W_OK | os.X_OK
LARGEST = 5_000_000
"""Bytes; no page, feed or template is longer."""


class Theme(NamedTuple):
    """Facts from the theme's files.

    ``ids`` are those that templates write into every page, None if there is no theme's folder.
    ``mentions`` are names of pictures that it or the settings mention, ``policy`` are the
    directives of the content security policy that it puts into its pages, ``troubles`` its keys and
    its files that cannot be copied.
    """

    ids: frozenset[str] | None
    mentions: frozenset[str]
    policy: Mapping[str, tuple[str, ...]]
    troubles: tuple[Trouble, ...]


Look = Callable[[str, Callable[[str], Any]], Any]
"""Calls a function for a file, or returns its cached result for the same bytes."""


def theme(settings: Settings, look: Look) -> Theme:
    """The theme of the settings, with the settings file."""
    folder = _theme(settings)
    texts = settings.texts
    keys_at = _secrets(settings, (str(settings.root / name) for name in texts), look)
    ids: set[str] = set()
    mentions = {name for each in texts.values() for name in PICTURE.findall(each)}
    policy: str | None = None
    for file in _files(folder, WRITTEN) if folder else ():
        found, named, directives = look(file, template)
        if file.endswith(".html"):
            ids.update(found)
            policy = directives if policy is None else policy
        if file.endswith((".html", ".css", ".txt")):
            mentions.update(named)
        keys_at += _secrets(settings, (file,), look)
    parts = (part.split() for part in (policy or "").split(";"))
    return Theme(
        frozenset(ids) if folder else None,
        frozenset(mentions),
        {part[0]: tuple(part[1:]) for part in parts if part},
        (*keys_at, *_uncopied(settings)),
    )


def static_folders(settings: Settings) -> list[str]:
    """The theme's folders that Pelican copies whole."""
    folder, named = _theme(settings), settings.values.get("THEME_STATIC_PATHS", ["static"])
    return [f"{folder}{os.sep}{each}" for each in named] if folder else []


def _uncopied(settings: Settings) -> Iterator[Trouble]:
    """The theme's static files that Pelican cannot copy: pipes, links to nothing, and the like."""
    for file in (file for each in static_folders(settings) for file in _files(each, ("",))):
        parts = settings.name_of(Path(file)).split("/")
        ignored = any(fnmatch(part, each) for part in parts for each in settings.ignore_files)
        if not ignored and not (os.path.isfile(file) and os.access(file, os.R_OK)):  # noqa: PTH113
            yield Trouble("unreadable", settings.name_of(Path(file)), 1)


def template(file: str) -> tuple[list[str], list[str], str | None]:
    """A template's ids, picture names and content security policy, if any."""
    page = text(file)
    policy = None
    if "Content-Security-Policy" in page:
        found = POLICY.search(JINJA.sub("", page))
        policy = found[1] if found else ""
    return ID.findall(page), PICTURE.findall(page), policy


def secrets(settings: Settings, look: Look) -> list[Trouble]:
    """The places of keys in the built site; the keys themselves are not stored."""
    return _secrets(settings, _files(str(settings.output), WRITTEN), look)


def _secrets(settings: Settings, files: Iterable[str], look: Look) -> list[Trouble]:
    return [
        Trouble("secret", settings.name_of(Path(file)), line)
        for file in files
        for line in look(file, scan)
    ]


def scan(file: str) -> tuple[int, ...]:
    """The lines, from 1, that look like keys; none if the file cannot be read."""
    return secret_keys.lines(_bytes(file))


def unwritable(settings: Settings, files: Iterable[str], *, ledger: bool) -> Iterator[Trouble]:
    """Folders in which a build could not write: the cache with its letters, ``files`` below the
    output folder, and with ``ledger`` the addresses. The detail is ``"missing"``, or how many more
    there are below the same folder."""
    below = {
        settings.cache: {str(each) for each in (settings.issues, *settings.issues.glob("*"))},
        settings.output: {
            f"{settings.output}{os.sep}{each}" for file in files for each in folders_of(file)
        },
    }
    homes = (settings.cache, settings.output, settings.content / "ledger")
    for home in homes if ledger else homes[:2]:
        place = next(p for p in (home, *home.parents) if os.path.lexists(p))
        if not (place.is_dir() and os.access(place, WRITE)):
            missing = place != home and place.is_dir()
            found = home if missing else place
            yield _unwritable(settings, str(found), "missing" if missing else "")
            continue
        folders = (f for f in below.get(home, ()) if os.path.isdir(f))  # noqa: PTH112
        if bad := [folder for folder in folders if not os.access(folder, WRITE)]:
            yield _unwritable(settings, min(bad), f"{len(bad) - 1 or ''}")


def _unwritable(settings: Settings, folder: str, detail: str) -> Trouble:
    return Trouble("unwritable", os.path.relpath(folder, settings.root), 1, detail)


def issues(settings: Settings) -> tuple[IssueSizes, ...]:
    """The sizes of the composed issues of the last build, if any."""
    found = []
    for page in _files(str(settings.issues), ("issue.html",)):
        folder = os.path.dirname(page)  # noqa: PTH120 - of thousands
        sizes = [_size(f"{folder}{os.sep}{name}") for name in ("issue.html", "issue.txt")]
        slug = os.path.basename(folder)  # noqa: PTH119
        found.append(IssueSizes(slug, settings.name_of(Path(page)), *sizes))
    return tuple(found)


def _theme(settings: Settings) -> str:
    """The theme's folder; ``""`` if there is none."""
    name = settings.values.get("THEME")
    folder = settings.root / str(name) if name else None
    return str(folder) if folder is not None and folder.is_dir() else ""


def _files(folder: str, endings: tuple[str, ...]) -> Iterator[str]:
    """Files in the order of their names; links to folders are not followed."""
    for base, folders, names in os.walk(folder):
        folders.sort()
        yield from (f"{base}{os.sep}{name}" for name in sorted(names) if name.endswith(endings))


def _size(file: str) -> int:
    try:
        return os.stat(file).st_size  # noqa: PTH116
    except OSError:
        return 0


def _bytes(file: str) -> bytes:
    # A pipe or a device has no size, and is not opened.
    if not 0 < _size(file) <= LARGEST:
        return b""
    try:
        return Path(file).read_bytes()
    except OSError:
        return b""


def text(file: str) -> str:
    """A file's text, with invalid bytes replaced; ``""`` if it cannot be read."""
    return _bytes(file).decode("utf-8", "replace")


def recorded(settings: Settings) -> tuple[Recorded, tuple[str, str] | None]:
    """The published addresses, and the damaged file with its fault, if any."""
    try:
        identity.read_table(settings.content, identity.SINCE)  # a build writes there
        if fault := retired_fault(identity.read_table(settings.content, identity.RETIRED)):
            raise identity.Damaged(identity.RETIRED, fault)
        return identity.read_recorded(settings.content), None
    except identity.Damaged as damage:
        file = os.path.relpath(settings.content / damage.name, settings.root)
        return Recorded(), (file, str(damage))
