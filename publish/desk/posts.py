"""Reads the posts' headers; each file is read again only when it changed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from publish.desk.model import Post
from publish.post.dates import visibility
from publish.post.stamps import of_stat
from publish.settings import Settings
from publish.site import posts


class PostCache:
    """Caches posts by path and stamp."""

    def __init__(self) -> None:
        self._known: dict[Path, tuple[str, Post]] = {}

    def read(self, settings: Settings, now: datetime) -> tuple[Post, ...]:
        """All posts, ordered by path. A file that cannot be read, or whose name is no UTF-8, is
        left out; the checks report it."""
        found: dict[Path, tuple[str, Post]] = {}
        for file in posts.files(settings, settings.posts):
            try:
                str(file).encode()
                looked = file.stat()
                stamp, known = of_stat(looked), self._known.get(file)
                if known is None or known[0] != stamp:
                    saved = looked.st_mtime_ns
                    known = (stamp, post(settings, file, file.read_bytes(), saved))
            except (OSError, UnicodeEncodeError):
                continue
            found[file] = known
        self._known = found
        return tuple(_timed(post, now) for _, post in found.values())


def post(settings: Settings, file: Path, data: bytes, saved_ns: int) -> Post:
    """The post in a file's bytes; its kind is not determined yet."""
    source = posts.Source(file, settings, data)
    header = source.header
    # A file may consist of a header only.
    body = [*data.split(b"\n", header.body_line - 1), b""][header.body_line - 1]
    return Post(
        name=source.path,
        file=source.name,
        digest=digest(data),
        title=source.title,
        slug=source.slug,
        address=source.address(source.slug) or f"/{source.slug}/",
        saved=datetime.fromtimestamp(saved_ns / 1e9, UTC),
        words=len(body.split()),
        date=source.date,
        uid=source.uid,
        summary=header.get("summary"),
        categories=tuple(source.categories),
        status=source.status,
        mailed=source.mailed,
    )


def digest(data: bytes) -> str:
    """The digest of a file's bytes, which a write compares with the shown one."""
    return hashlib.sha256(data).hexdigest()[:32]


def _timed(found: Post, now: datetime) -> Post:
    seen = visibility(found.status, found.date, now)
    return replace(found, kind="public" if seen == "hidden" else seen)
