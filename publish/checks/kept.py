"""What a check found out, put away for the next one: ``checks`` in the cache folder.

Deletable at any time. Nothing is believed that another version of these rules wrote, or that
was damaged on the disk; a source counts by its bytes, a file of the built site by its stamp.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import time
from dataclasses import fields, replace
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from publish.checks import facts, surroundings
from publish.checks.source import Reading, Source
from publish.post.cache import code_digest
from publish.post.files import write_whole

SIZE = 32
"""Bytes of a digest."""
YOUNG = 2_000_000_000
"""Nanoseconds. A file changed so lately may change again and keep its stamp."""

Stamp = tuple[int, int, int, int]


class Store:
    """The file at ``path``, read at once; ``save`` replaces it.

    What was not asked for since is forgotten then: the file does not grow for ever.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._old_sources, self._old_files = _load(path)
        self._sources: dict[bytes, tuple[Any, ...]] = {}
        self._files: dict[bytes, tuple[Stamp, tuple[int, ...]]] = {}

    def known(self, source: Source) -> Source:
        """The source with what is known of it, found out now if it was not yet."""
        name = _digest(
            repr((source.path, source.file, source.is_page, _manner(source.reading))).encode(),
            source.raw,
        )
        plain = self._old_sources.get(name)
        known = facts.unpacked(plain) if plain else facts.of(source)
        if not known.secrets:  # a key is kept nowhere, so nothing is of the source that holds one
            self._sources[name] = plain or facts.packed(known)
        return replace(source, known=known)

    def secrets(self, file: Path) -> tuple[int, ...]:
        """The lines of a file that hold something shaped like a key."""
        name = os.fsencode(file)
        stamp = _stamp(file)
        if stamp is None:
            return surroundings.scan(file)
        young = max(stamp[1:3]) > time.time_ns() - YOUNG
        old = self._old_files.get(name)
        lines = old[1] if old and old[0] == stamp else surroundings.scan(file)
        if not young:
            self._files[name] = stamp, lines
        return lines

    def save(self, *, files: bool = True) -> None:
        """Write what was asked for, if it differs; a folder that cannot be written is let be.

        Without ``files``, what was known of them stays: nobody asked for all of them.
        """
        if not files:
            self._files = self._old_files | self._files
        if (self._sources, self._files) == (self._old_sources, self._old_files):
            return
        data = marshal.dumps((self._sources, self._files))
        with contextlib.suppress(OSError):
            write_whole(self._path, _digest(code(), data) + data)


def code() -> bytes:
    """A digest of all that decides what is found out: these modules and Python itself."""
    return bytes.fromhex(code_digest(Path(__file__).parent))


def _load(path: Path) -> tuple[dict[bytes, Any], dict[bytes, Any]]:
    try:
        data = memoryview(path.read_bytes())
    except OSError:
        return {}, {}
    # The digest says that these are the bytes that save() wrote, and that it was this version's.
    if data[:SIZE] != _digest(code(), data[SIZE:]):
        return {}, {}
    sources, files = marshal.loads(data[SIZE:])  # noqa: S302 - our own cache
    return sources, files


@cache
def _manner(reading: Reading) -> str:
    """How a source is read, but for the time."""
    return repr([getattr(reading, part.name) for part in fields(reading) if part.name != "now"])


def _stamp(file: Path) -> Stamp | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def _digest(*parts: bytes | memoryview) -> bytes:
    """Of several parts, so that none can pass for the end of another."""
    made = blake2b(digest_size=SIZE)
    for part in parts:
        made.update(len(part).to_bytes(8))
        made.update(part)
    return made.digest()
