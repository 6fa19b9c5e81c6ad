"""The one format of cache files: checked, written in one step, with a key of what they were made
from.

Every cache file can be deleted at any time; a damaged one counts as missing. Few modules are
imported here, because a build that has nothing to do reads one such file and no more.
"""

from __future__ import annotations

import marshal
import os
import zlib
from functools import cache

from publish.post import stamps

TYPE_CHECKING = False  # as typing's own; importing typing takes as long as all of this
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any


def with_checksum(data: bytes) -> bytes:
    """``data`` with checksums in front: damaged bytes must not be parsed."""
    return _sums(data) + data


def verified(sealed: bytes) -> bytes:
    """The data behind the checksums.

    Raises:
        ValueError: it is damaged.
    """
    _verify(memoryview(sealed))
    return sealed[8:]


def read(file: Path, made_from: str) -> bytes | None:
    """The data that :func:`keep` wrote to ``file``; None if made from something else, missing or
    damaged."""
    try:
        data = verified(file.read_bytes())
    except (OSError, ValueError):
        return None
    return data[32:] if data[:32] == _digest(made_from) else None


def keep(file: Path, made_from: str, data: bytes) -> None:
    """Write ``data`` to ``file``, with the key ``made_from``.

    An unwritable folder is no error: the data is made again the next time.
    """
    import contextlib

    from publish.post.files import write_whole

    with contextlib.suppress(OSError):
        write_whole(file, with_checksum(_digest(made_from) + data))


class State:
    """Plain data that a plugin keeps in ``file`` from run to run, valid while the code in
    ``folder`` is unchanged. ``value`` is the last run's, None if there is none."""

    def __init__(self, file: Path, folder: Path) -> None:
        self._file, self._code = file, code_digest(folder)
        self._data = read(file, self._code)
        self.value: Any = marshal.loads(self._data) if self._data else None  # noqa: S302 - our own

    def keep(self, value: Any) -> None:
        """Save ``value``, unless the file already holds it."""
        if (data := marshal.dumps(value)) != self._data:
            keep(self._file, self._code, data)


def load(path: str | os.PathLike[str]) -> dict[Any, Any]:
    """The mapping that ``save`` wrote to ``path``; empty if the file is missing or damaged."""
    try:
        with open(path, "rb") as stream:  # noqa: PTH123 - pathlib costs more than a small file
            # No copy is made: a large site's is hundreds of megabytes.
            found = marshal.loads(_verify(memoryview(stream.read())))  # noqa: S302 - our own cache
    except (OSError, ValueError, EOFError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def save(path: Path, value: dict[Any, Any]) -> None:
    """Write ``value`` (plain types only: no classes, no subclasses of tuple) in one step.

    Raises:
        OSError: it cannot be written; the file is as it was.
    """
    from publish.post.files import replacing

    data = marshal.dumps(value, 4)
    with replacing(path) as stream:
        stream.write(_sums(data))
        stream.write(data)


@cache
def code_digest(folder: Path) -> str:
    """64 hex digits over Python's version, the code in ``folder`` and that of ``publish.post``,
    each file by its stamp.

    A cache is valid only for the code that made it.
    """
    import hashlib
    import sys

    visited: set[tuple[int, int]] = set()
    folders = (str(folder), os.path.dirname(__file__))  # noqa: PTH120 - loaded before pathlib
    files = [
        f"{file} {stamps.stamp(file)}"
        for top in folders
        for file in stamps.walk(top, visited, lambda name: name == "__pycache__")
        if file.endswith(".py")
    ]
    return hashlib.sha256(repr((sys.version, sorted(files))).encode()).hexdigest()


def _digest(text: str) -> bytes:
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def _verify(sealed: memoryview) -> memoryview:
    """The data behind the checksums, not copied."""
    if _sums(sealed[8:]) != sealed[:8]:
        raise ValueError("damaged")
    return sealed[8:]


def _sums(data: bytes | memoryview) -> bytes:
    return zlib.crc32(data).to_bytes(4, "big") + zlib.adler32(data).to_bytes(4, "big")
