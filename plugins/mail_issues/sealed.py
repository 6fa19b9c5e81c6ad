"""Files of a cache: each begins with a digest of the rest, and a damaged one is as good as none."""

from __future__ import annotations

import hashlib
from pathlib import Path

from .files import write as write_whole


def read(file: Path) -> bytes | None:
    """What was written; None if it is not there or not whole."""
    try:
        seal, _, data = file.read_bytes().partition(b"\n")
    except OSError:
        return None
    return data if seal == _seal(data) else None


def write(file: Path, data: bytes) -> None:
    """Write ``file``, and its folder.

    Raises:
        OSError: it cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, _seal(data) + b"\n" + data)


def _seal(data: bytes) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()
