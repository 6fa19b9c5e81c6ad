"""Compiled code of modules: while a build runs Python writes none, and each next process would
compile them again.

Python trusts what it compiles itself by the second of the source's time; a plugin edited twice in
one would stay stale.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Mapping
from importlib.util import cache_from_source


def leave_changed(
    paths: Iterable[str], before: Mapping[str, tuple[str, str]], now: Mapping[str, tuple[str, str]]
) -> None:
    """Compile those of the site's own modules whose digests are others ``now``.

    The files name a hash of the source, which is compared at each import. A folder that cannot be
    written costs time only.
    """
    for path in paths:
        same = before.get(path, ("", ""))[1] == now.get(path, ("", ""))[1]
        if path in now and not (same and os.path.exists(cache_from_source(path))):  # noqa: PTH110
            _compile(path, by_hash=True)


def leave_own() -> None:
    """Compile the modules of this program that this process has loaded and that have no compiled
    code, or an older one: those that a build alone loads, in a tree that no installer compiles."""
    for name, module in list(sys.modules.items()):
        spec = module.__spec__ if name.startswith("publish.") else None
        if spec and spec.origin and spec.cached:
            try:
                if os.stat(spec.cached).st_mtime >= os.stat(spec.origin).st_mtime:  # noqa: PTH116
                    continue
            except OSError:
                pass
            _compile(spec.origin)


def _compile(path: str, *, by_hash: bool = False) -> None:
    if sys.flags.dont_write_bytecode:
        return
    from py_compile import PycInvalidationMode, PyCompileError, compile

    mode = PycInvalidationMode.CHECKED_HASH if by_hash else None
    with contextlib.suppress(OSError, ValueError, PyCompileError):
        compile(path, doraise=True, invalidation_mode=mode)
