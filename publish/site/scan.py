"""What a build is made of, looked at before it begins and once more when it has ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from publish.settings import Settings
from publish.site import inputs
from publish.site.inputs import Scope, Stamps


@dataclass(frozen=True)
class Inputs:
    """Stamps of files, and for those too young to trust their stamp, digests of their bytes."""

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
    # The settings file may bear any name.
    return _judged(inputs.stamps(scope(settings)) | inputs.of([str(settings.path)]))


def extended(known: Inputs, settings: Settings, reads: Iterable[str], since: int) -> Inputs | None:
    """``known`` with what the render found out it ``reads``.

    ``None`` if a file was saved since ``since`` (nanoseconds since the epoch): nobody can tell
    whether the render saw the old bytes or the new ones.
    """
    more = _judged(inputs.of(path for path in reads if path not in known.stamps))
    if not inputs.same(known.stamps, known.racy, scan(settings).stamps):
        return None
    if any(inputs.youngest(s) >= since for s in more.stamps.values()):
        return None
    return Inputs(known.stamps | more.stamps, known.racy | more.racy)


def code(settings: Settings, known: Inputs | None = None) -> tuple[str, ...]:
    """The site's own files of Python, of those ``known`` or that are there now."""
    stamps = known.stamps if known else inputs.stamps(scope(settings))
    return tuple(path for path in stamps if path.endswith(".py"))


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
    return Inputs(found, {p: inputs.digest(p) for p, s in found.items() if not inputs.firm(s)})
