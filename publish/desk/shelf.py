"""The posts as their files say they are, each read again only when its file changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from publish.desk.snapshot import Kind, Sheet
from publish.errors import ConfigError
from publish.newsletter import schedule
from publish.post import frontmatter
from publish.post.frontmatter import Header
from publish.post.slug import slug_of_title
from publish.post.text import plain_title
from publish.settings import Settings

HEAD = 16 * 1024
"""Bytes in which a header ends, but for one that is read again."""
Stamp = tuple[int, int, int]


class Shelf:
    """Remembers what it read, by path and stamp."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[Stamp, Sheet]] = {}

    def read(self, settings: Settings, now: datetime) -> tuple[Sheet, ...]:
        """Every post, in the order of their paths. A file that cannot be read is left out: the
        checks tell of it."""
        found: dict[Path, tuple[Stamp, Sheet]] = {}
        zone = schedule.zone(settings.timezone)
        for file in files(settings):
            try:
                stamp = _stamp(file)
                known = self._known.get(file)
                if known is None or known[0] != stamp:
                    known = (stamp, sheet(settings, file, file.read_bytes(), zone, stamp[0]))
            except OSError:
                continue
            found[file] = known
        self._known = found
        return tuple(_timed(sheet, settings, now) for _, sheet in found.values())


def sheet(settings: Settings, file: Path, data: bytes, zone: ZoneInfo, saved_ns: int) -> Sheet:
    """A post out of its file's bytes; its kind is as if no date were ahead."""
    header = frontmatter.read(data[:HEAD])
    if header.ended == "file" and len(data) > HEAD:
        header = frontmatter.read(data)
    # A file that is all header has no body.
    body = [*data.split(b"\n", header.body_line - 1), b""][header.body_line - 1]
    title = plain_title(header.get("title")) or file.stem
    status = (header.get("status") or _default(settings)).lower()
    kind: Kind = "public" if status in ("published", "hidden") else "draft"
    categories = [part.strip() for part in header.get("category").split(",")]
    return Sheet(
        name=file.relative_to(settings.content).as_posix(),
        file=_relative(file, settings.root),
        digest=digest(data),
        kind=kind,
        title=title,
        slug=header.get("slug") or slug_of_title(title, settings.values),
        saved=datetime.fromtimestamp(saved_ns / 1e9, UTC),
        words=len(body.split()),
        date=date(header, zone),
        uid=header.get("uid"),
        summary=header.get("summary"),
        subject=header.get("subject"),
        preheader=header.get("preheader"),
        categories=tuple(filter(None, categories)),
        status=status,
        mailed=frontmatter.yes_no(header.get("newsletter")) is not False,
        lines={field.name: field.line for field in reversed(header.fields)},
    )


def digest(data: bytes) -> str:
    """The digest of a file's bytes, by which a write knows what it was shown."""
    return hashlib.sha256(data).hexdigest()[:32]


def date(header: Header, zone: ZoneInfo) -> datetime | None:
    """The post's date, aware; None if it has none, or one that is none."""
    try:
        return schedule.when(header.get("date"), datetime.now(UTC), zone, _MIDNIGHT)
    except (ConfigError, OverflowError):
        return None


def files(settings: Settings) -> Iterator[Path]:
    """The sources of posts, sorted; what is hidden or an editor's leaving is none."""
    from publish.site import posts

    yield from (file for file in posts.files(settings, settings.posts) if file.is_file())


def _timed(found: Sheet, settings: Settings, now: datetime) -> Sheet:
    future = bool(settings.values.get("WITH_FUTURE_DATES", True))
    if found.kind == "public" and found.date and found.date > now and not future:
        return replace(found, kind="ahead")
    return found


def _default(settings: Settings) -> str:
    given = settings.values.get("DEFAULT_METADATA")
    return str(given.get("status") or "published") if isinstance(given, dict) else "published"


def _stamp(file: Path) -> Stamp:
    found = file.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino


def _relative(file: Path, root: Path) -> str:
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)


_MIDNIGHT = datetime.min.time()
