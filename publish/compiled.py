"""Caches compiled code across processes: regular expressions, and the methods that dataclasses and
named tuples generate.

A small edit loads some 340 expressions and 60 such classes; compiling them takes a tenth of its
time. An entry is what this Python's own compiler made of the same text.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import re
import sys
import warnings
from types import SimpleNamespace

from publish.post import cache

TYPE_CHECKING = False  # as typing's own, which itself compiles some
if TYPE_CHECKING:
    from typing import Any

FEW = 4
"""New entries for which the file is not written: an expression may be made of a post's words."""
NAME = "<string>"
"""Python's file name for generated code."""
DEBUG = int(re.DEBUG)
MANY = 4_000
"""Entries from which on the file is started afresh."""
_kept: list[Expressions] = []


def keep(file: str) -> None:
    """Make this process and its forks look into ``file`` before they compile; ``save`` adds new
    entries."""
    if not _kept:
        _kept.append(Expressions(file))
        _kept[0].install()


def save() -> None:
    """Save new entries for the next process; a missing or unwritable folder is no error."""
    for expressions in _kept:
        expressions.save()


class Expressions:
    """The entries of ``file``, and new ones."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._entries = self._read()
        self._new: dict[Any, Any] = {}

    def _read(self) -> dict[Any, Any]:
        found = cache.load(self._file)
        return found["entries"] if found.get("python") == sys.version else {}

    def install(self) -> None:
        """Patch ``re`` and ``compile`` to look here first."""
        compiler: Any = vars(re)["_compiler"]
        compiler.compile = self._pattern(compiler, compiler.compile, compiler._sre.compile)
        import collections
        import dataclasses  # late, for the expressions of the modules that it loads
        import typing

        code = self._code
        vars(dataclasses)["exec"] = lambda text, *more: exec(code(text, NAME, "exec"), *more)  # noqa: S102
        vars(collections)["eval"] = lambda text, *more: eval(code(text, NAME, "eval"), *more)  # noqa: S307
        vars(typing)["compile"] = code  # of each field of a named tuple, the name of its type

    def save(self) -> None:
        """Add the new entries to the file."""
        if len(self._new) <= FEW or not os.path.isdir(os.path.dirname(self._file)):  # noqa: PTH112, PTH120
            return
        from pathlib import Path

        known = self._read()  # a fork of this process may have added entries
        entries = self._new if len(known) > MANY else known | self._new
        with contextlib.suppress(OSError):
            cache.save(Path(self._file), {"python": sys.version, "entries": entries})

    def _code(self, text: str, name: str, mode: str) -> Any:
        """In place of ``compile``."""
        known = self._entries.get((mode, text))
        if known:
            return marshal.loads(known)  # noqa: S302 - our own
        code = compile(text, name, mode, dont_inherit=True)
        self._new[mode, text] = marshal.dumps(code)
        return code

    def _pattern(self, compiler: Any, stock: Any, build: Any) -> Any:
        def pattern(text: Any, flags: int = 0) -> Any:
            bits = int(flags)  # with flags themselves it takes as long as all of this
            key = type(text).__name__, text, bits
            if type(text) not in (str, bytes) or bits & DEBUG:
                return stock(text, flags)
            if entry := self._entries.get(key):
                whole, code, *more = entry
                return build(text, whole, list(memoryview(code).cast("I")), *more)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                expression = stock(text, flags)
            if caught:
                _warn(caught)
            else:
                self._new[key] = parts.pop()
            return expression

        def recorded(text: Any, whole: int, code: list[int], *more: Any) -> Any:
            import array

            parts[:] = [(whole, array.array("I", code).tobytes(), *more)]
            return build(text, whole, code, *more)

        parts: list[Any] = []
        compiler._sre = SimpleNamespace(**{**vars(compiler._sre), "compile": recorded})
        return pattern


def _warn(caught: list[warnings.WarningMessage]) -> None:
    """Issue the warnings at the expression's own place, as Python does."""
    frame: Any = sys._getframe(2)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == "re":
        frame = frame.f_back
    for each in caught:
        warnings.warn_explicit(
            each.message, each.category, frame.f_code.co_filename, frame.f_lineno
        )
