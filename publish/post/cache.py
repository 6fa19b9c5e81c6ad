"""Caches: what made an entry, and whether it is still what was written."""

from __future__ import annotations

import contextlib
import hashlib
import sys
from functools import cache
from pathlib import Path

from .files import write_whole


@cache
def code_digest(folder: Path) -> str:
    """64 hex digits over Python's version, the code in ``folder`` and that of ``publish.post``.

    A cache whose entries were made by other code is as good as empty.
    """
    files = sorted({*folder.rglob("*.py"), *Path(__file__).parent.glob("*.py")})
    code = [(file.name, file.read_bytes()) for file in files]
    return hashlib.sha256(repr((sys.version, code)).encode()).hexdigest()


def read(file: Path, made_from: str) -> bytes | None:
    """What :func:`keep` put into ``file``; None if made from something else, or damaged."""
    try:
        data = file.read_bytes()
    except OSError:
        return None
    return data[32:] if data[:32] == _seal(made_from, data[32:]) else None


def keep(file: Path, made_from: str, data: bytes) -> None:
    """Keep ``data`` in ``file``, with a digest of it and of all it was ``made_from``.

    What cannot be kept is made again the next time, so an unwritable folder is no error.
    """
    with contextlib.suppress(OSError):
        write_whole(file, _seal(made_from, data) + data)


def _seal(made_from: str, data: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(made_from.encode()).digest() + data).digest()
