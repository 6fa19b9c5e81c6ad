"""The inputs of a build, and its record for the next one: its files, and which of them are ours."""

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

    ``stamps`` is ``None`` while a build is under way and after one that may be stale; then the next
    one renders. ``racy`` are digests of files too young for their stamps. ``outputs`` and
    ``issues`` are stamps of what lies in the ``output`` folder and in ``issued``, ``ledger`` of the
    tables of addresses that a build writes. ``reads`` are paths that rendering has read. From
    ``moment`` on the build is current, ``until`` it becomes stale without any change (a scheduled
    post, the end of the day), in seconds since the epoch. ``composed`` counts the issues.
    ``full_pelican``: the render needed more than a light Pelican.
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
    moment: float = 0.0
    until: float = 0.0
    full_pelican: bool = False


def place(settings: Settings, output: Path) -> Path:
    """The file with the record of builds into ``output``; every output folder has its own."""
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
    """The manifest in a document of ``snapshot.read``."""
    return Manifest(**marshal.loads(document["whole"])) if document else Manifest()  # noqa: S302


def of_target(settings: Settings, target: Path, known: Manifest) -> Manifest:
    """``known``, or, if it is of another output folder because ``OUTPUT_PATH`` was changed, the
    files that builds wrote into ``target``. Those in the other folder are recorded, so that they
    count as ours if it becomes the output again."""
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
    seen = list((manifest.stamps or {}).items())
    made = list((manifest.outputs | manifest.issues | manifest.ledger).items())
    half = max(0, len(made) - len(seen)) // 2
    parts = {"seen": seen, "made": made[:half], "rest": made[half:]}
    cache.save(
        path,
        {
            "version": snapshot.VERSION,
            "unchanged": len(manifest.files),
            **{name: _part(part) for name, part in parts.items()},
            "whole": marshal.dumps(vars(manifest)),
            **{name: getattr(manifest, name) for name in snapshot.SHORT},
        },
    )


def _part(found: list[tuple[str, str]]) -> tuple[str, int]:
    paths = snapshot.SEPARATOR.join(path for path, _ in found)
    return paths, stamps.total_of(stamp for _, stamp in found)


@contextmanager
def built(settings: Settings) -> Iterator[tuple[str, ...]]:
    """The files of the last build, relative to the output folder; meanwhile no build can run.

    Raises:
        Refused: there is none, or one of its files was changed.
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


def outdated(settings: Settings) -> float:
    """When the last build was made, in seconds since the epoch, if a source changed since; else
    0."""
    record = place(settings, settings.output.absolute())
    same = snapshot.has_same_inputs(snapshot.read(str(record)), str(settings.path))
    return 0.0 if same else record.stat().st_mtime


def changed(settings: Settings) -> list[str]:
    """The files that changed, came or went since the last build was made from them; none where
    that is not known."""
    known = read(place(settings, settings.output.absolute())).stamps
    now = _stamps(settings) | stamps.of(known or ())
    return [] if known is None else [path for path, _ in now.items() ^ known.items()]


@dataclass(frozen=True)
class Inputs:
    """Stamps of files, and for those too young to trust their stamp, digests of their bytes.

    A file that changes after its digest was taken but keeps its stamp has another digest at the
    next build, which compares the bytes, whichever of the two contents this build has read.
    """

    stamps: Stamps = field(default_factory=dict)
    racy: dict[str, str] = field(default_factory=dict)


def scope(settings: Settings) -> Scope:
    """The files and folders that every build reads."""
    folders = [settings.content]
    if theme := str(settings.values.get("THEME") or ""):
        folders.append(settings.root / theme)
    folders += [settings.root / str(p) for p in settings.values.get("PLUGIN_PATHS") or ()]
    # Files that a build writes are no inputs; reads of the ledger are recorded by the audit.
    apart = (settings.output, settings.cache, settings.content / "ledger")
    places = tuple(map(str, folders)), tuple(map(str, apart))
    return str(settings.root), *places, settings.kept_hidden


def scan(settings: Settings) -> Inputs:
    """Stamp everything that every build reads, and digest files too young for their stamps."""
    return _judged(_stamps(settings))


def _stamps(settings: Settings) -> Stamps:
    # The settings file may have any name.
    return snapshot.of_scope(scope(settings)) | stamps.of([str(settings.path)])


def extended(known: Inputs, settings: Settings, reads: Iterable[str], since: int) -> Inputs | None:
    """``known`` with the files that rendering ``reads``. ``None`` if a file was saved since they
    were stamped, or one of ``reads`` since ``since`` (nanoseconds since the epoch): then it is
    unknown whether the old or the new bytes were rendered."""
    more = _judged(stamps.of(path for path in reads if path not in known.stamps))
    # The next change of an old enough file changes its stamp, so only the bytes are compared here;
    # of a younger file the next build compares them again.
    racy = {p: d for p, d in known.racy.items() if not stamps.is_trustworthy(known.stamps[p])}
    of_age = {p: d for p, d in known.racy.items() if p not in racy}
    if known.stamps != _stamps(settings) or any(stamps.digest(p) != d for p, d in of_age.items()):
        return None
    if any(stamps.changed_at(s) >= since for s in more.stamps.values()):
        return None
    return Inputs(known.stamps | more.stamps, racy | more.racy)


def code(settings: Settings, known: Inputs | None = None) -> tuple[str, ...]:
    """The site's own Python files, of those in ``known`` or of those there now."""
    files = known.stamps if known else snapshot.of_scope(scope(settings))
    return tuple(path for path in files if path.endswith(".py"))


def midnight(settings: Settings) -> float:
    """When the site's day ends, in seconds since the epoch.

    A theme may print the year, which changes without any file.
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
