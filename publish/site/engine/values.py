"""What a template was shown, put into words that two builds can compare.

A value is described by a token: equal tokens mean that a template cannot tell the values apart
without reading on, and whatever it reads on from is one of the value's parts.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

MISSING = object()
"""Stands for a variable or an attribute that is not there."""
LONG = 48
"""Characters above which a token is kept as a digest."""
DEEP = 5_000
"""Values inside one value above which nobody should compare them one by one."""

PLAIN = (
    str, bytes, int, float, complex, bool, type(None),
    datetime.date, datetime.time, datetime.timedelta, datetime.tzinfo, PurePath,
)  # fmt: skip


class Opaque(Exception):
    """Nobody can say in words what this value is; the message names its type."""


def digest(text: str) -> str:
    """32 hexadecimal digits that stand for ``text``."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


class Describer:
    """Describes values; ``name_of`` gives an object of the site's model its name, else ``""``.

    ``constants`` are objects, by name, that cannot change between builds that compare reads.
    """

    def __init__(
        self, name_of: Callable[[Any], str], constants: Mapping[str, Any] | None = None
    ) -> None:
        self._name_of = name_of
        self._constants = {id(value): (name, value) for name, value in (constants or {}).items()}

    def describe(self, value: Any) -> tuple[str, list[Any]]:
        """The token of ``value``, and its parts: model objects and lists, left unread.

        Raises:
            Opaque: the value holds something that has no words.
        """
        parts: list[Any] = []
        words: list[str] = []
        self._walk(value, words, parts, set(), lazy=True)
        token = "".join(words)
        return (token if len(token) <= LONG else digest(token)), parts

    def deep(self, value: Any) -> str:
        """The token of ``value`` with everything in it.

        Raises:
            Opaque: the value holds something that has no words.
        """
        words: list[str] = []
        self._walk(value, words, [], set(), lazy=False)
        return digest("".join(words))

    def sequence(self, values: Any) -> tuple[str, list[Any]]:
        """As ``describe``, of all ``values`` in their order, each of them left unread."""
        parts: list[Any] = []
        words: list[str] = []
        for value in values:
            self._walk(value, words, parts, set(), lazy=True)
            words.append(",")
        token = "".join(words)
        return (token if len(token) <= LONG else digest(token)), parts

    def _walk(
        self, value: Any, words: list[str], parts: list[Any], above: set[int], *, lazy: bool
    ) -> None:
        kind = type(value)
        if isinstance(value, PLAIN):
            words.append(f"{kind.__name__} {value!r}")
        elif name := self._name_of(value):
            words.append(name)
            parts.append(value)
        elif id(value) in self._constants:
            words.append(f"constant {self._constants[id(value)][0]}")
        elif isinstance(value, list) and lazy:
            words.append("list")
            parts.append(value)
        elif value is MISSING:
            words.append("missing")
        elif id(value) in above or len(words) > DEEP:
            raise Opaque(kind.__qualname__)
        else:
            self._inside(value, words, parts, above | {id(value)}, lazy=lazy)

    def _inside(
        self, value: Any, words: list[str], parts: list[Any], above: set[int], *, lazy: bool
    ) -> None:
        kind = type(value)
        if kind is tuple:
            inner, ordered = value, True
        elif isinstance(value, list | tuple):
            inner, ordered, lazy = value, True, False
        elif isinstance(value, dict):
            inner = [part for pair in value.items() for part in pair]
            ordered, lazy = True, False
        elif isinstance(value, set | frozenset):
            inner, ordered, lazy = value, False, False
        elif callable(value) or not hasattr(value, "__dict__"):
            raise Opaque(getattr(value, "__qualname__", kind.__qualname__))
        else:
            inner = [part for pair in vars(value).items() for part in pair]
            ordered, lazy = True, False
        words.append(f"{kind.__qualname__}(")
        if ordered:
            for part in inner:
                self._walk(part, words, parts, above, lazy=lazy)
                words.append(",")
        else:
            # A set has no order of its own; its parts could not be told apart later.
            found: list[str] = []
            for part in inner:
                own: list[str] = []
                self._walk(part, own, parts, above, lazy=False)
                found.append("".join(own))
            if parts and len(found) > 1 and any(self._name_of(p) for p in parts):
                raise Opaque(kind.__qualname__)
            words += sorted(found)
        words.append(")")
