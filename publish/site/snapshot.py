"""The state of files as stamps, and whether the last build is up to date.

The most frequent answer is yes, so this is loaded first, and imports only modules that Python has
already loaded; others where they are needed. Nothing of the site is loaded, not even its settings
file: its values are recorded with its stamp.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from publish.post import cache, stamps
from publish.post.ignore import is_left_behind
from publish.post.stamps import Stamps, digest, identity, of, stamp, total, walk

TYPE_CHECKING = False  # as typing's own; importing typing takes as long as all of this
if TYPE_CHECKING:
    from typing import Any

VERSION = 11
SEPARATOR = "\0"
SHORT = ("foreign", "reads", "racy", "output", "composed", "scope", "environment", "moment",
         "until")  # fmt: skip
"""The fields of a record that ``is_current`` and ``summary`` need, besides its paths in three long
strings: the inputs, and two parts of what was made, so that half of all files are in the last."""
Scope = tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""The site's folder; folders whose every file a build may read, the content folder first;
folders in them to leave out; hidden names that are content all the same."""
MANY = 2000
"""Files from which on a fork saves more time than it takes."""
TICK = 0.02
"""Seconds after which a file system's clock has certainly ticked, so that a new edit changes the
stamp."""
TOOLS = "node_modules"
"""A folder in a theme or among plugins that is no part of the site."""


def of_scope(scope: Scope) -> Stamps:
    """The settings file with its neighbours, and all below the folders of ``scope``."""
    return of(_files(scope))


def _files(scope: Scope) -> Iterator[str]:
    root, folders, apart, kept = scope
    # A settings file may import its neighbours.
    with os.scandir(root) as entries:
        yield from (entry.path for entry in entries if entry.name.endswith(".py"))
    # A plugin folder may be the site's own; files that a build writes are no inputs.
    seen = {place for folder in apart if (place := identity(folder))}
    for number, folder in enumerate(folders):
        without = TOOLS if number else ""

        def is_skipped(name: str, without: str = without) -> bool:
            return name == without or is_left_behind(name, kept)

        yield from walk(folder, seen, is_skipped)


def read(place: str) -> dict[str, Any]:
    """The record of the last build; empty if it was deleted, is damaged, or of another version."""
    document = cache.load(place)
    return document if document.get("version") == VERSION else {}


def is_current(known: dict[str, Any], settings_file: str, *, jobs: int = 1) -> bool:
    """Whether inputs, output and day are those of the last build. With more than one of ``jobs``,
    a fork of this process, which must have no threads, compares half of the files if they are
    many."""
    if not known or not known["seen"][0] or not known["moment"] <= time.time() < known["until"]:
        return False
    if known["environment"] != stamps.environment_digest(settings_file):
        return False
    apart = jobs > 1 and known["rest"][0].count(SEPARATOR) >= MANY
    fork = os.fork() if apart else None
    if fork == 0:
        differs = True
        try:
            differs = not _is_same(known["rest"])
        finally:
            os._exit(differs)
    fresh = has_same_inputs(known, settings_file) and _is_same(known["made"])
    if fork is None:
        return fresh and _is_same(known["rest"])
    return os.waitpid(fork, 0)[1] == 0 and fresh


def has_same_inputs(known: dict[str, Any], settings_file: str) -> bool:
    """Whether every file that the build read is as it was, and none is new."""
    try:
        now = {settings_file, *known["reads"], *_files(known["scope"])}
    except OSError:
        return False
    return (
        all(stamp(path) == "" for path in now.difference(_paths(known["seen"])))  # a new file
        and _is_same(known["seen"])
        and all(digest(path) == was for path, was in known["racy"].items())
    )


def _is_same(part: tuple[str, int]) -> bool:
    return total(_paths(part)) == part[1]


def _paths(part: tuple[str, int]) -> list[str]:
    return part[0].split(SEPARATOR) if part[0] else []


def summary(output: str, written: int, removed: int, unchanged: int, composed: int) -> str:
    """The line that a build ends with."""
    return (
        f"{output}: {written} written, {removed} removed, {unchanged} unchanged, "
        f"{composed} {'issue' if composed == 1 else 'issues'} composed"
    )


def below(folder: str) -> list[str]:
    """Every file and folder below ``folder``; a folder's stamp changes when files are added or
    removed."""
    return [
        path
        for base, _, names in os.walk(folder)
        for path in (base, *(f"{base}{os.sep}{name}" for name in names))
    ]
