"""Whole-file writes: a reader sees the old bytes or the new ones, never a part."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(path: Path, data: bytes) -> bool:
    """Replace ``path`` by ``data`` in one step; return whether its bytes changed.

    The temporary file lies beside its target, because a rename is atomic only within one
    file system. A file that already holds ``data`` is not touched, so its time stamp stays.

    Raises:
        OSError: the folder cannot be written or the disk is full; ``path`` is as it was.
    """
    try:
        if path.read_bytes() == data:
            return False
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        # mkstemp makes files private; a web server must be able to read what we publish.
        part = Path(name)
        part.chmod(0o644)
        part.replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return True
