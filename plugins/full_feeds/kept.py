"""Finished feeds kept between builds, each with a digest of all it says and of what wrote it.

To delete the folder costs time and nothing else; a damaged file counts as not there.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

from publish.post import cache


def text(folder: Path, path: str, facts: object, make: Callable[[], str]) -> str:
    """The feed at ``path``: as it was kept in ``folder``, else from ``make``, and kept.

    ``facts`` is everything that ``make`` depends on; its ``repr`` must say all of it.
    """
    file = folder / hashlib.sha256(path.encode()).hexdigest()[:20]
    made_from = f"{_tools()}{facts!r}"
    known = cache.read(file, made_from)
    if known is not None:
        return known.decode()
    made = make()
    cache.keep(file, made_from, made.encode())
    return made


@functools.cache
def _tools() -> str:
    libraries = [version(name) for name in ("feedgen", "lxml")]
    return f"{cache.code_digest(Path(__file__).parent)} {libraries}"
