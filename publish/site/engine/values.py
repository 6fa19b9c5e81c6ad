"""What a template was shown, put into words that two builds can compare.

A value is described by a token: equal tokens mean that a template cannot tell the values apart
without reading on, and whatever it reads on from is one of the value's parts.
"""

from __future__ import annotations

import datetime
import hashlib
import sys
import types
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup
from pelican.utils import SafeDatetime

MISSING = object()
"""Stands for a variable or an attribute that is not there."""
mark = object.__hash__
"""A number that no other object alive has. ``id`` would do, but Python tells every listener of
each call, and a build listens."""
LONG = 48
"""Characters above which a token is kept as a digest."""
DEEP = 5_000
"""Values inside one value above which nobody should compare them one by one."""

PLAIN = {
    str, bytes, int, float, complex, bool, type(None), Markup, datetime.date, datetime.datetime,
    datetime.time, datetime.timedelta, datetime.timezone, ZoneInfo, SafeDatetime,
}  # fmt: skip
"""Types whose objects are all that their ``repr`` says. A subclass may know more."""
READING = {"get", "items", "keys", "values", "copy"}
"""Methods of a dictionary that leave it as it is."""


def vouched(kind: Any) -> bool:
    """Whether a plugin says that its class or function looks at nothing else.

    It says so with ``INCREMENTAL = True`` in its module: what it gives depends on nothing but
    what it is given.
    """
    package = sys.modules.get(str(kind.__module__).partition(".")[0])
    return bool(getattr(package, "INCREMENTAL", False))


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
        self._constants = {mark(value): (name, value) for name, value in (constants or {}).items()}

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
        if kind in PLAIN or (not lazy and isinstance(value, PurePath)):
            words.append(f"{kind.__name__} {value!r}")
        elif name := self._name_of(value):
            words.append(repr(name))
            parts.append(value)
        elif mark(value) in self._constants:
            words.append(f"constant {self._constants[mark(value)][0]}")
        elif kind is list and lazy:
            words.append("list")
            parts.append(value)
        elif value is MISSING:
            words.append("missing")
        elif mark(value) in above or len(words) > DEEP:
            raise Opaque(kind.__qualname__)
        else:
            self._inside(value, words, parts, above | {mark(value)}, lazy=lazy)

    def _inside(
        self, value: Any, words: list[str], parts: list[Any], above: set[int], *, lazy: bool
    ) -> None:
        kind = type(value)
        words.append(f"{kind.__qualname__}(")
        if kind is set or kind is frozenset:
            # A set has no order of its own; its parts could not be told apart later.
            found: list[str] = []
            for part in value:
                own: list[str] = []
                inner: list[Any] = []
                self._walk(part, own, inner, above, lazy=False)
                if inner:
                    raise Opaque(kind.__qualname__)
                found.append("".join(own))
            words += sorted(found)
        else:
            for part in _parts(value):
                self._walk(part, words, parts, above, lazy=lazy and kind is tuple)
                words.append(",")
        words.append(")")


def _parts(value: Any) -> list[Any]:
    """What a value holds, in its order.

    Raises:
        Opaque: it may hold or do more than can be seen.
    """
    kind = type(value)
    if kind is tuple or kind is list:
        return list(value)
    if kind is dict:
        return [part for pair in value.items() for part in pair]
    if kind is types.SimpleNamespace:
        return [part for pair in vars(value).items() for part in pair]
    if not vouched(kind) or callable(value):
        raise Opaque(getattr(value, "__qualname__", kind.__qualname__))
    held = [*getattr(value, "__dict__", {}).items()]
    for base in kind.__mro__:
        names = base.__dict__.get("__slots__", ())
        for name in (names,) if isinstance(names, str) else names:
            held.append((name, getattr(value, name, MISSING)))
    own = [part for pair in held for part in pair]
    if isinstance(value, dict):
        return own + _parts(dict(value))
    return own + [base(value) for base in (str, tuple, list) if isinstance(value, base)]
