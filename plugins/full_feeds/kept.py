"""Finished feeds kept between builds, each with a digest of all it says and of what wrote it.

To delete the folder costs time and nothing else; a damaged file counts as not there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from publish.post.cache import code_digest


def text(folder: Path, path: str, facts: object, make: Callable[[], str]) -> str:
    """The feed at ``path``: as it was kept in ``folder``, else from ``make``, and kept.

    ``facts`` is everything that ``make`` depends on; its ``repr`` must say all of it.
    """
    file = folder / hashlib.sha256(path.encode()).hexdigest()[:20]
    made_from = hashlib.sha256(f"{_tools()}{facts!r}".encode()).digest()
    with contextlib.suppress(OSError):
        data = file.read_bytes()
        if data[:32] == hashlib.sha256(made_from + data[32:]).digest():
            return data[32:].decode()
    made = make()
    # A feed that cannot be kept is as good as one that can.
    with contextlib.suppress(OSError):
        _write(file, hashlib.sha256(made_from + made.encode()).digest() + made.encode())
    return made


@cache
def _tools() -> str:
    libraries = [version(name) for name in ("feedgen", "lxml")]
    return f"{code_digest(Path(__file__).parent)} {libraries}"


def _write(file: Path, data: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    aside.write_bytes(data)
    aside.replace(file)
