"""The one cache: files that one run leaves for the next, whole or absent, and what made them.

Every file of it can be deleted at any time; a damaged one is as good as none. Little is imported
at first, for a build that has nothing to do reads one of these files and no more.
"""

from __future__ import annotations

import marshal
import os
import zlib
from functools import cache

from publish.post import stamps

TYPE_CHECKING = False  # as in typing, which takes as long to load as all of this
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any


def with_checksum(data: bytes) -> bytes:
    """``data`` with its check sums before it: damaged bytes must not even be looked at."""
    return _sums(data) + data


def verified(sealed: bytes) -> bytes:
    """What was sealed.

    Raises:
        ValueError: it is damaged.
    """
    _verify(memoryview(sealed))
    return sealed[8:]


def read(file: Path, made_from: str) -> bytes | None:
    """What :func:`keep` put into ``file``; None if made from something else, or damaged."""
    try:
        data = verified(file.read_bytes())
    except (OSError, ValueError):
        return None
    return data[32:] if data[:32] == _digest(made_from) else None


def keep(file: Path, made_from: str, data: bytes) -> None:
    """Keep ``data`` in ``file``, with all it was ``made_from``.

    What cannot be kept is made again the next time, so an unwritable folder is no error.
    """
    import contextlib

    from publish.post.files import write_whole

    with contextlib.suppress(OSError):
        write_whole(file, with_checksum(_digest(made_from) + data))


class State:
    """Plain data that a plugin leaves for the next run in ``file``, for as long as the code in
    ``folder`` is the same. ``value`` is what the last run left, None where there is nothing."""

    def __init__(self, file: Path, folder: Path) -> None:
        self._file, self._code = file, code_digest(folder)
        self._data = read(file, self._code)
        self.value: Any = marshal.loads(self._data) if self._data else None  # noqa: S302 - our own

    def keep(self, value: Any) -> None:
        """Leave ``value``; a file that holds it already is not written."""
        if (data := marshal.dumps(value)) != self._data:
            keep(self._file, self._code, data)


def load(path: str | os.PathLike[str]) -> dict[Any, Any]:
    """What ``save`` wrote to ``path``; empty if it was deleted or is damaged."""
    try:
        with open(path, "rb") as stream:  # noqa: PTH123 - pathlib costs more than a small file
            # A large site's is hundreds of megabytes, and is held once.
            found = marshal.loads(_verify(memoryview(stream.read())))  # noqa: S302 - our own cache
    except (OSError, ValueError, EOFError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def save(path: Path, value: dict[Any, Any]) -> None:
    """Write ``value`` (plain types only: no classes, no subclasses of tuple) in one step.

    Raises:
        OSError: it cannot be written; the file is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        data = marshal.dumps(value, 4)
        with part.open("wb") as stream:
            stream.write(_sums(data))
            stream.write(data)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@cache
def code_digest(folder: Path) -> str:
    """64 hex digits over Python's version, the code in ``folder`` and that of ``publish.post``,
    each file by its stamp.

    A cache whose entries were made by other code is as good as empty.
    """
    import hashlib
    import sys

    met: set[tuple[int, int]] = set()
    folders = (str(folder), os.path.dirname(__file__))  # noqa: PTH120 - loaded before pathlib
    files = [
        f"{file} {stamps.stamp(file)}"
        for each in folders
        for file in stamps.walk(each, met, lambda name: name == "__pycache__")
        if file.endswith(".py")
    ]
    return hashlib.sha256(repr((sys.version, sorted(files))).encode()).hexdigest()


def _digest(text: str) -> bytes:
    import hashlib

    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def _verify(sealed: memoryview) -> memoryview:
    """What was sealed; it is not copied."""
    if _sums(sealed[8:]) != sealed[:8]:
        raise ValueError("damaged")
    return sealed[8:]


def _sums(data: bytes | memoryview) -> bytes:
    return zlib.crc32(data).to_bytes(4, "big") + zlib.adler32(data).to_bytes(4, "big")
