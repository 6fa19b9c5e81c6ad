"""Reads the texts and files that rules need beside the records; with ``online`` the only impure
part of the checks."""

from __future__ import annotations

import os
import stat
from functools import lru_cache
from pathlib import Path

from publish.checks import environment, pictures
from publish.checks.file_cache import Store
from publish.checks.rules.header_values import fails_pelican
from publish.checks.rules.pathological import tangled
from publish.checks.site import Site, Trouble, printable
from publish.checks.source import ReadOptions, Source
from publish.post import frontmatter, stamps
from publish.post.diagnostic import Complaint
from publish.post.frontmatter import MARKDOWN
from publish.post.record import Library
from publish.settings import Settings

LARGEST = 2_000_000
"""Bytes of one source; a longer one is not read, as it is certainly no prose."""
GIF = 1_000_000
"""Bytes from which on a GIF is opened to see whether it moves."""
NOTHING = os.stat_result((0,) * 10)
"""Stands for the ``stat`` of a file that cannot be accessed."""

_read: dict[str, tuple[str, bytes]] = {}
"""The sources that this process has read and not yet judged, each with its stamp before reading."""


def fit(content: Path, file: Path) -> bytes | None:
    """The bytes of a source in the ``content`` folder; None if Pelican must not read it. A rule
    reports each of these: opening a pipe would block, and Markdown takes minutes for tangled
    markup.

    Raises:
        OSError: it cannot be read.
    """
    fault, found = state(str(file), str(content))
    if fault or found.st_size > LARGEST:
        return None
    raw = file.read_bytes()
    _read[str(file)] = stamps.of_stat(found), raw
    if file.suffix.lower() in MARKDOWN:
        source = Source(file.name, file.name, raw, False, ReadOptions())
        if not source.readable or fails_pelican(source) or tangled(source):
            return None
    return raw


def site_of(settings: Settings, library: Library, store: Store, *, built: bool = True) -> Site:
    """The records with their texts and environment: theme, mails, built site. ``store`` is the
    cache. Without ``built`` the built site and its mails are not read."""
    _real.cache_clear()
    content = str(settings.content)
    sources, troubles = _sources_of(settings, library, store)
    recorded, damage = environment.recorded(settings)
    theme = environment.theme(settings, store.of_file)
    identified = "post_identity" in library.plugins
    return Site(
        library=library,
        sources=tuple(sources),
        settings_texts=settings.texts,
        given=settings.values,
        animated=frozenset(
            path
            for path, size in library.files.items()
            if path.lower().endswith(".gif") and size > GIF and _animated(settings.content / path)
        ),
        damaged={
            path: fault
            for path, size in library.files.items()
            if size
            and pictures.SUFFIX.search(path)
            and (fault := store.of_file(f"{content}{os.sep}{path}", pictures.of_file))
        },
        theme_ids=theme.ids,
        mentions=theme.mentions,
        policy=theme.policy,
        troubles=(
            *troubles,
            *theme.troubles,
            *(environment.secrets(settings, store.of_file) if built else ()),
            *(
                environment.unwritable(settings, library.written, ledger=identified)
                if built
                else ()
            ),
        ),
        issues=environment.issues(settings) if built else (),
        recorded=recorded,
        recorded_fault=damage,
    )


def _sources_of(
    settings: Settings, library: Library, store: Store
) -> tuple[list[Source], list[Trouble]]:
    """The sources with their texts, and what is wrong with the files and folders they lie in."""
    options = _reading(library)
    content = str(settings.content)
    below = printable(settings.name_of(settings.content))
    sources: list[Source] = []
    troubles: list[Trouble] = []
    bad_links: set[tuple[str, str]] = set()
    complaints: dict[str, list[Complaint]] = {}
    for complaint in library.complaints:
        complaints.setdefault(printable(complaint.file), []).append(complaint)
    for path in (*library.sources, *library.files):
        file = f"{content}{os.sep}{path}"
        fault, status = state(file, content)
        if fault == "symlink-out":
            if path.startswith("../") and path in library.files:
                continue  # a rule reports who names it
            bad_links.add((fault, settings.name_of(_link_of(Path(file), settings.content))))
            continue
        name = printable(f"{below}/{path}")
        if path not in library.sources:
            if not os.access(file, os.R_OK):
                troubles.append(Trouble("unreadable", name, 1))
        elif fault:
            troubles.append(Trouble(fault, name, 1))
        elif status.st_size > LARGEST:
            troubles.append(Trouble("too-large", name, 1, f"{status.st_size / 1e6:.0f} MB"))
        else:
            # The same bytes are given to Pelican and judged, read once.
            stamp, raw = _read.get(file, (stamps.of_stat(status), None))
            source = Source(
                path,
                name,
                raw or Path(file).read_bytes,
                library.sources[path] == "page",
                options,
                library.by_source.get(path),
                tuple(complaints.get(name, ())),
            )
            try:
                sources.append(store.with_facts(source, stamp))
            except OSError as error:
                why = f" ({error.strerror})" if error.strerror else ""
                troubles.append(Trouble("unreadable", name, 1, why))
    _read.clear()
    loops: list[str] = []
    for folder in (content, *environment.static_folders(settings)):
        for _, names, _ in stamps.unlooped(folder, loops):
            names.sort()
    bad_links |= {("symlink-loop", settings.name_of(Path(link))) for link in loops}
    troubles += [Trouble(rule, printable(name), 1) for rule, name in sorted(bad_links)]
    return sources, troubles


def state(file: str, content: str) -> tuple[str, os.stat_result]:
    """The rule that a file breaks by its kind (``""`` for none), and its ``stat``."""
    try:
        found = os.lstat(file)
        if stat.S_ISLNK(found.st_mode):
            real, found = os.path.realpath(file, strict=True), os.stat(file)  # noqa: PTH116
        else:
            real = _real(os.path.dirname(file))  # noqa: PTH120
        if not _inside(real, _real(content)):
            return "symlink-out", found
    except (OSError, ValueError):  # or a symbolic link to itself
        return "unreadable", NOTHING
    # An empty file is no source, whatever its name.
    name = file.removeprefix(content)
    if found.st_size and not name.isascii() and any("\ud800" <= char <= "\udfff" for char in name):
        return "bad-file-name", found
    # Opening a pipe would block.
    return ("" if stat.S_ISREG(found.st_mode) else "unreadable"), found


@lru_cache(maxsize=1024)
def _real(folder: str) -> str:
    """A folder's real path."""
    return os.path.realpath(folder)


def _inside(real: str, folder: str) -> bool:
    return f"{real}{os.sep}".startswith(f"{folder}{os.sep}")


def _link_of(file: Path, content: Path) -> Path:
    """The symbolic link, ``file`` itself or a folder above it, that leads out of the content
    folder."""
    above = [place for place in (file, *file.parents) if place.is_relative_to(content)]
    return next((place for place in reversed(above) if place.is_symlink()), file)


def _reading(library: Library) -> ReadOptions:
    values = library.settings
    defaults = frontmatter.defaults(values.get("DEFAULT_METADATA"))
    return ReadOptions(
        status=str(defaults.get("status") or ""),
        markdown=repr(values.get("MARKDOWN")),
        plugins=library.plugins,
        keys=tuple(sorted(key for key in defaults if isinstance(key, str))),
        by_folder=bool(values.get("USE_FOLDER_AS_CATEGORY", True)),
        category=str(values.get("DEFAULT_CATEGORY") or "misc"),
    )


def _animated(gif: Path) -> bool:
    try:
        with gif.open("rb") as stream:
            # Every frame of an animation has a control block; two mean that it moves.
            return stream.read(8 * GIF).count(b"\x21\xf9\x04") > 1
    except OSError:
        return False
