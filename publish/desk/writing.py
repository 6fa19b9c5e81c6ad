"""Writes a post's file: only over the bytes that were shown, and never without a backup."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from publish.desk import posts
from publish.desk.model import Post
from publish.errors import ConfigError
from publish.post.files import write_whole
from publish.settings import Settings


@dataclass
class EditConflict(Exception):
    """The file changed since it was shown: ``data`` is its present content. Nothing was written."""

    data: bytes

    @property
    def digest(self) -> str:
        """The digest of its present content."""
        return posts.digest(self.data)


@dataclass
class Writer:
    """Writes below the site's content folder. ``originals`` keeps each file as it was before the
    first write of a day."""

    originals: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def file(self, settings: Settings, post: Post) -> Path:
        """The path of a post's file."""
        return settings.content / post.name

    def read(self, settings: Settings, post: Post) -> bytes:
        """The bytes of a post.

        Raises:
            ConfigError: they cannot be read.
        """
        try:
            return self.file(settings, post).read_bytes()
        except OSError as error:
            raise ConfigError(
                f"{post.file}: {error.strerror}", "look whether it was moved"
            ) from None

    def write(
        self, settings: Settings, post: Post, digest: str, data: bytes, zone: ZoneInfo
    ) -> bool:
        """Replace the bytes with that ``digest`` by ``data``; returns whether anything changed.

        Raises:
            EditConflict: the file has other bytes by now.
            ConfigError: it cannot be read or written.
        """
        with self._lock:
            before = self.compare(settings, post, digest)
            if before == data:
                return False
            with _writing(post.file):
                self._keep(post, before, zone)
                write_whole(self.file(settings, post), data)
            return True

    def compare(self, settings: Settings, post: Post, digest: str) -> bytes:
        """The bytes of a post, unchanged since it was shown.

        Raises:
            EditConflict: it changed.
            ConfigError: it cannot be read.
        """
        found = self.read(settings, post)
        if posts.digest(found) != digest:
            raise EditConflict(found)
        return found

    def add(self, settings: Settings, path: str, data: bytes) -> None:
        """Write a new file at ``path`` below the content folder.

        Raises:
            ConfigError: it exists already, or cannot be written.
        """
        file = settings.content / path
        with _writing(path):
            if file.exists():
                raise FileExistsError(None, "it exists already")
            write_whole(file, data)

    def _keep(self, post: Post, data: bytes, zone: ZoneInfo) -> None:
        kept = self.originals / f"{datetime.now(zone):%Y-%m-%d}" / post.name
        if not kept.exists():
            write_whole(kept, data)


@contextmanager
def _writing(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"{name}: cannot be written: {error.strerror}", "fix its permissions, or make room"
        ) from None
