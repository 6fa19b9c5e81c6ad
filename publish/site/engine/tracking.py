"""Tracks what a template reads while it renders: variables, and attributes of posts.

Two hooks in Jinja: ``Context.resolve_or_missing`` for variables, ``Environment.getattr`` and
``getitem`` for attributes; filters such as ``sort``, ``map`` and ``attr`` use the latter. Values
are not recorded: a variable counts with all its contents, in which posts count by name.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Collection, Iterable
from datetime import date, time
from typing import Any

from jinja2.environment import Environment
from jinja2.runtime import Context
from jinja2.sandbox import modifies_known_mutable
from pelican.contents import Content
from pelican.paginator import Page

from publish.site.engine.fingerprint import CLOCK

SAFE = {"builtins", "collections", "datetime", "decimal", "fractions", "jinja2", "markupsafe",
        "pelican", "zoneinfo"}  # fmt: skip
"""Packages whose objects depend on nothing but their contents."""
_PLAIN, _POST, _LIST_PAGE, _MUTABLE, _CLOCK, _FOREIGN = range(6)
_STOCK: Any = Environment.getattr, Environment.getitem, Context.resolve_or_missing


class Reads:
    """The reads of one page: variables by name, attributes by object (compared by identity) and
    name. ``vague``: the page read a value without a fingerprint, and is rendered in every build.
    The attribute ``"*"`` stands for a whole post."""

    __slots__ = ("list_pages", "posts", "vague", "variables")

    def __init__(self) -> None:
        self.variables: set[str] = set()
        self.posts: set[tuple[Any, Any]] = set()
        self.list_pages: set[tuple[Any, Any]] = set()
        self.vague = False


class Tracker:
    """Installs the hooks, which record into ``reads`` (None between two pages). ``declared`` are
    packages of plugins that declare ``INCREMENTAL``."""

    def __init__(self, declared: Collection[str] = ()) -> None:
        self.reads: Reads | None = None
        self._safe = SAFE | set(declared)
        self._kinds: dict[type, int] = {}

    def install(self) -> None:
        """Track all templates of this process from now on."""
        tracker, record, kinds = self, self._record, self._kinds

        # Called a hundred thousand times for a few hundred pages; most values are plain.
        def tracked(stock: Any) -> Any:
            def read(env: Environment, obj: Any, attribute: Any) -> Any:
                if tracker.reads is not None and kinds.get(type(obj)) != _PLAIN:
                    record(tracker.reads, obj, attribute)
                return stock(env, obj, attribute)

            return read

        def resolved(context: Context, key: str) -> Any:
            if tracker.reads is not None:
                tracker.reads.variables.add(key)
            return _STOCK[2](context, key)

        _put(tracked(_STOCK[0]), tracked(_STOCK[1]), resolved)

    def remove(self) -> None:
        """Undo ``install``."""
        _put(*_STOCK)

    def watched(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A plugin's ``function``, wrapped so that a post passed to it is tracked as a whole."""

        @functools.wraps(function)
        def call(*args: Any, **named: Any) -> Any:
            if self.reads is not None:
                self._whole(self.reads, (*args, *named.values()))
            return function(*args, **named)

        return call

    def _whole(self, reads: Reads, values: Iterable[Any], depth: int = 0) -> None:
        for value in values:
            if self._kind_of(value) == _POST:
                reads.posts.add((value, "*"))
            elif isinstance(value, list | tuple | set) and depth < 3:
                self._whole(reads, value, depth + 1)
            elif isinstance(value, Content | Page | Context):
                reads.vague = True

    def _record(self, reads: Reads, obj: Any, attribute: Any) -> None:
        kind = self._kind_of(obj)
        if kind == _PLAIN:
            return
        if kind == _POST:
            reads.posts.add((obj, attribute))
            if isinstance(attribute, str) and attribute[:1] == "_" and attribute != "_content":
                reads.vague = True
        elif kind == _LIST_PAGE:
            reads.list_pages.add((obj, attribute))
        elif kind == _FOREIGN or (kind == _CLOCK and attribute in CLOCK):
            reads.vague = True
        elif kind == _MUTABLE and isinstance(attribute, str):
            reads.vague = reads.vague or bool(modifies_known_mutable(obj, attribute))

    def _kind_of(self, obj: Any) -> int:
        kind = self._kinds.get(type(obj))
        if kind is None:
            kind = self._kinds[type(obj)] = self._kind(type(obj))
        return kind

    def _kind(self, kind: type) -> int:
        if issubclass(kind, Content | Page):
            if kind.__hash__ is not object.__hash__:  # type: ignore[comparison-overlap]
                return _FOREIGN
            return _POST if issubclass(kind, Content) else _LIST_PAGE
        if issubclass(kind, type | types.ModuleType | types.FunctionType):
            return _FOREIGN
        if kind.__module__.partition(".")[0] not in self._safe:
            return _FOREIGN
        if issubclass(kind, list | dict | set):
            return _MUTABLE
        return _CLOCK if issubclass(kind, date | time) else _PLAIN


def _put(*functions: Any) -> None:
    environment: Any = Environment
    environment.getattr, environment.getitem, Context.resolve_or_missing = functions  # type: ignore[method-assign]
