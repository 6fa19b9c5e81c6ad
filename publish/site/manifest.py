"""What a build is made of, and what it recorded for the next: its files, and which are ours."""

from __future__ import annotations

import hashlib
import marshal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from publish.errors import Refused
from publish.post import cache, stamps
from publish.post.files import locked
from publish.post.stamps import Stamps
from publish.settings import Settings
from publish.site import snapshot
from publish.site.snapshot import Scope

AGAIN = "run `publish build`, then deploy"


@dataclass(frozen=True)
class Manifest:
    """``files`` are the pages an earlier build wrote, relative to the output folder.

    ``stamps`` is ``None`` while a build is under way and after one that may be stale: the next
    one renders. ``racy`` are digests of files too young for their stamps. ``outputs`` and
    ``issues`` are stamps of what lies in the ``output`` folder and in ``issued``, ``ledger`` of
    the tables of addresses that a build writes. ``reads`` are paths the render found out it needs.
    ``until`` is the moment up to which time changes nothing, in seconds since the epoch.
    ``composed`` counts the issues. ``full_pelican`` tells that the render needed more than a light
    Pelican.
    """

    files: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    stamps: Stamps | None = None
    racy: dict[str, str] = field(default_factory=dict)
    outputs: Stamps = field(default_factory=dict)
    issues: Stamps = field(default_factory=dict)
    ledger: Stamps = field(default_factory=dict)
    issued: str = ""
    output: str = ""
    composed: int = 0
    scope: Scope = ("", (), (), ())
    environment: str = ""
    until: float = 0.0
    full_pelican: bool = False


def place(settings: Settings, output: Path) -> Path:
    """Where the record of builds into ``output`` lies; another output folder has its own."""
    return (
        settings.cache / "build"
        if output == settings.output.absolute()
        else _aside(settings, output)
    )


def _aside(settings: Settings, output: Path) -> Path:
    name = hashlib.sha256(str(output).encode()).hexdigest()[:12]
    return settings.cache / f"build-{name}"


def read(path: Path) -> Manifest:
    """The last record; an empty one if it was deleted, is damaged, or of another version."""
    return of(snapshot.read(str(path)))


def of(document: dict[str, Any]) -> Manifest:
    """What ``snapshot.read`` has read."""
    return Manifest(**marshal.loads(document["whole"])) if document else Manifest()  # noqa: S302


def of_target(settings: Settings, target: Path, known: Manifest) -> Manifest:
    """``known``; where it is of another output folder, for ``OUTPUT_PATH`` was another then, the
    files that builds wrote into ``target``. Those in the other folder are written down, so that
    they count as ours when it is that folder's turn again."""
    home, root = Path(known.output or target), known.scope[0]
    if root and home.is_relative_to(root):
        home = settings.root / home.relative_to(root)  # The site's folder may have been moved.
    if home == target:
        return known
    write(_aside(settings, home), Manifest(files=known.files, output=str(home)))
    return Manifest(files=read(_aside(settings, target)).files)


def write(path: Path, manifest: Manifest) -> None:
    """Replace the record in one step.

    Raises:
        OSError: it cannot be written.
    """
    seen, made = manifest.stamps or {}, manifest.outputs | manifest.issues | manifest.ledger
    cache.save(path, {
        "version": snapshot.VERSION, "unchanged": len(manifest.files),
        "seen": (snapshot.SEPARATOR.join(seen), stamps.total_of(seen.values())),
        "made": (snapshot.SEPARATOR.join(made), stamps.total_of(made.values())),
        "whole": marshal.dumps(vars(manifest)),
        **{name: getattr(manifest, name) for name in snapshot.SHORT},
    })  # fmt: skip


@contextmanager
def built(settings: Settings) -> Iterator[tuple[str, ...]]:
    """The files of the last build, relative to the output folder, while no build goes on.

    Raises:
        Refused: there was none, or a file of it is not as it was built.
    """
    output = settings.output.absolute()
    with locked(settings.cache / "lock", Refused):
        known = read(place(settings, output))
        if not known.files:
            raise Refused(f"{output.name}/ was not built by `publish build`", AGAIN)
        now = stamps.of(str(output / name) for name in known.files)
        for name in known.files:
            file = str(output / name)
            if file not in now or now[file] != known.outputs.get(file):
                why = "is not as it was built" if file in now else "is not there any more"
                raise Refused(f"{output.name}/{name}: {why}", AGAIN)
        yield known.files


@dataclass(frozen=True)
class Inputs:
    """Stamps of files, and for those too young to trust their stamp, digests of their bytes.

    A file that changes after its digest was taken, and keeps its stamp, has another one at the
    next build: that one decides by the bytes, whichever of the two this build has read.
    """

    stamps: Stamps = field(default_factory=dict)
    racy: dict[str, str] = field(default_factory=dict)


def scope(settings: Settings) -> Scope:
    """Where everything lies that a build is known to read."""
    folders = [settings.content]
    if theme := str(settings.values.get("THEME") or ""):
        folders.append(settings.root / theme)
    folders += [settings.root / str(p) for p in settings.values.get("PLUGIN_PATHS") or ()]
    # What a build itself writes is no input; what it reads of the ledger, it is seen to read.
    apart = (settings.output, settings.cache, settings.content / "ledger")
    places = tuple(map(str, folders)), tuple(map(str, apart))
    return str(settings.root), *places, settings.kept_hidden


def scan(settings: Settings) -> Inputs:
    """Stamp everything a build is known to read, and digest what is too young for its stamp."""
    return _judged(_stamps(settings))


def _stamps(settings: Settings) -> Stamps:
    # The settings file may bear any name.
    return snapshot.of_scope(scope(settings)) | stamps.of([str(settings.path)])


def extended(known: Inputs, settings: Settings, reads: Iterable[str], since: int) -> Inputs | None:
    """``known`` with what the render found out it ``reads``.

    ``None`` if a file was saved since they were stamped, or one of ``reads`` since ``since``
    (nanoseconds since the epoch): it is unknown whether the render saw the old bytes or the new.
    """
    more = _judged(stamps.of(path for path in reads if path not in known.stamps))
    # A stamp that has come of age shows the next change, if the bytes are those of the beginning;
    # of a younger file the next build compares them.
    racy = {p: d for p, d in known.racy.items() if not stamps.is_trustworthy(known.stamps[p])}
    of_age = {p: d for p, d in known.racy.items() if p not in racy}
    if not snapshot.same(known.stamps, of_age, _stamps(settings)):
        return None
    if any(stamps.changed_at(s) >= since for s in more.stamps.values()):
        return None
    return Inputs(known.stamps | more.stamps, racy | more.racy)


def code(settings: Settings, known: Inputs | None = None) -> tuple[str, ...]:
    """The site's own files of Python, of those ``known`` or that are there now."""
    files = known.stamps if known else snapshot.of_scope(scope(settings))
    return tuple(path for path in files if path.endswith(".py"))


def midnight(settings: Settings) -> float:
    """When the site's day ends, in seconds since the epoch.

    A theme may print the year, and no file tells that it has changed.
    """
    try:
        zone = ZoneInfo(settings.timezone)
    except (KeyError, ValueError, OSError):
        return 0.0
    tomorrow = datetime.now(zone).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=zone).timestamp()


def _judged(found: Stamps) -> Inputs:
    return Inputs(
        found, {p: stamps.digest(p) for p, s in found.items() if not stamps.is_trustworthy(s)}
    )
