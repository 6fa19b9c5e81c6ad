"""Plans a deploy: which files to put and delete, in which order, and why. Pure.

Phases are barriers: pages are written after the files they show, lists after the pages they link,
and deletions come last. So a reader finds no dead link at any moment of a deploy.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from publish.deploy.release import MARKER, File, Kind, Record, Release, is_page

GRACE = timedelta(days=1)
"""How long an unused asset stays: pages cached by browsers and proxies still show it."""
PHASES = (
    "new assets", "changed assets", "new pages", "changed pages", "feeds and indexes", "lists",
    "marker",
)  # fmt: skip


@dataclass(frozen=True)
class Remote:
    """The state of a target: its record (None before the first deploy) and its files. ``files`` are
    ours, path to fingerprint; ``""`` for one that was changed since. ``foreign`` are files of
    others; ``at`` names this state in the target's own terms."""

    record: Record | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    foreign: tuple[str, ...] = ()
    at: str = ""


@dataclass(frozen=True)
class Put:
    """A file to write; ``bytes`` is its size."""

    path: str
    bytes: int
    why: str


@dataclass(frozen=True)
class Plan:
    """What to write, to remove and to leave.

    ``phases`` are puts by the name of their phase; those of one may happen in any order, once the
    phase before is complete. ``retained`` are files of ours that are not in the release but stay
    for now; ``expiring`` gives the moment from which each is so. Files that a sent letter shows
    stay for good, and are in ``retained`` alone.
    """

    phases: Mapping[str, Sequence[Put]] = field(default_factory=dict)
    delete: tuple[str, ...] = ()
    retained: tuple[str, ...] = ()
    expiring: Mapping[str, str] = field(default_factory=dict)
    unchanged: int = 0

    @property
    def puts(self) -> tuple[Put, ...]:
        """All puts, in order."""
        return tuple(put for puts in self.phases.values() for put in puts)

    @property
    def empty(self) -> bool:
        """Whether the target is already in the planned state."""
        return not self.puts and not self.delete


def plan(
    release: Release,
    remote: Remote,
    fingerprint: Callable[[File], str],
    *,
    kept_for_letters: Collection[str] = (),
    atomic: bool = False,
    moved: bool = False,
) -> Plan:
    """The plan that turns ``remote`` into ``release``. ``fingerprint`` is the target's name for a
    file's bytes. ``kept_for_letters`` are files that sent letters show. ``atomic``: the target
    replaces everything at once, so nothing is deleted singly. ``moved``: the site comes from
    another commit than the recorded one."""
    record = remote.record or Record()
    puts: dict[str, list[Put]] = {name: [] for name in PHASES}
    unchanged = 0
    for path, file in sorted(release.files.items()):
        if path == MARKER:
            continue
        why = _why(path, fingerprint(file), remote)
        if why:
            puts[phase_of(file.kind, why == "new")].append(Put(path, file.size, why))
        else:
            unchanged += 1
    dropped = [path for path in remote.files if path not in release.files]
    pages = list(filter(is_page, dropped))
    expiring, expired = {}, []
    for path in sorted(set(dropped) - set(pages) - set(kept_for_letters)):
        since = record.expiring.get(path) or release.time
        if datetime.fromisoformat(release.time) - datetime.fromisoformat(since) >= GRACE:
            expired.append(path)
        else:
            expiring[path] = since
    changes = any(puts.values()) or bool(pages)
    if atomic and not changes:
        expiring |= {path: record.expiring[path] for path in expired}
        expired = []
    if changes or moved or record.release != release.id or not remote.files.get(MARKER):
        marker = release.files[MARKER]
        puts["marker"].append(Put(MARKER, marker.size, "the site says which release it is"))
    shown = {p for p in dropped if p in kept_for_letters and p not in pages}
    return Plan(
        {name: found for name, found in puts.items() if found},
        tuple(sorted({*pages, *expired})),
        tuple(sorted({*expiring, *shown})),
        expiring,
        unchanged,
    )


def _why(path: str, fingerprint: str, remote: Remote) -> str:
    if path in remote.foreign:
        return "takes the place of a file that is not ours"
    found = remote.files.get(path)
    if found is None:
        return "new"
    if found == fingerprint:
        return ""
    return "changed" if found else "is not as it was put there"


def phase_of(kind: Kind, new: bool) -> str:
    """The phase in which a file of that ``kind`` is written; ``new``: it is not at the target
    yet."""
    if kind == "data":
        return "feeds and indexes"
    return "lists" if kind == "list" else f"{'new' if new else 'changed'} {kind}s"
