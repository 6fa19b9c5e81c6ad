"""Whole-file writes (a reader sees the old bytes or the new ones, never a part), and locks."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

PATIENCE = 30.0
"""Seconds to wait for another process."""


def write_whole(path: Path, data: bytes) -> bool:
    """Replace ``path`` by ``data`` in one step; return whether its bytes changed.

    A file that already holds ``data`` is not touched, so its time stamp stays.

    Raises:
        OSError: the folder cannot be written or the disk is full; ``path`` is as it was.
    """
    with suppress(FileNotFoundError):
        if path.read_bytes() == data:
            return False
    with replacing(path) as stream:
        stream.write(data)
    return True


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A stream whose bytes replace ``path`` in one step at the end of the context.

    The temporary file lies beside its target, because a rename is atomic only within one
    file system.

    Raises:
        OSError: the folder cannot be written or the disk is full; ``path`` is as it was.
    """
    part = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        part = Path(name)
        with os.fdopen(handle, "wb") as stream:
            yield stream
        # mkstemp makes files private; a web server must be able to read published ones.
        part.chmod(0o644)
        part.replace(path)
    except BaseException as error:
        if part:
            part.unlink(missing_ok=True)
        if isinstance(error, OSError):
            # An author knows the file, not the temporary one beside it; a full disk names none.
            error.filename = str(path)
        raise


def public_folder(folder: Path) -> None:
    """Make ``folder`` and its parents where they are missing; a web server may read them, whatever
    this process's umask is.

    Raises:
        OSError: one cannot be made.
    """
    if not folder.is_dir():
        public_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)


def remove_below(top: Path, file: Path) -> None:
    """Remove ``file``, if it is there, and the folders below ``top`` that this empties.

    Raises:
        OSError: it cannot be removed.
    """
    file.unlink(missing_ok=True)
    for parent in file.parents:
        if parent == top or not parent.is_dir() or any(parent.iterdir()):
            return
        parent.rmdir()


@contextmanager
def locked(
    file: Path,
    refused: Callable[[str, str], Exception],
    patience: float = PATIENCE,
    say: Callable[[str], None] | None = None,
    what: str = "build",
) -> Iterator[None]:
    """Hold the lock on ``file``, which is released when its process ends, however that happens.

    ``say`` is called once if the lock has to be waited for. ``refused`` makes the exception from a
    message, which names the holder's process id, and the next step; it is raised when another
    ``what`` holds the lock for longer than ``patience`` seconds.

    Raises:
        OSError: ``file`` cannot be written.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b") as stream:
        end, announced = time.monotonic() + patience, False
        while not _taken(stream.fileno()):
            if say and not announced:
                say(f"another {what} ({_holder(file)}) is at work; waiting for it")
                announced = True
            if time.monotonic() >= end:
                raise refused(
                    f"another {what} ({_holder(file)}) is at work in this folder",
                    "wait for it or end it, then run this again",
                )
            time.sleep(0.05)
        stream.truncate(0)
        stream.write(str(os.getpid()).encode())
        stream.flush()
        yield


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(file: Path) -> str:
    pid = file.read_bytes().decode("ascii", "replace").strip()
    return f"process {pid}" if pid else "another process"
