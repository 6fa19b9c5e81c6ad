"""One look at an object: an attribute taken, or a list walked, counted, tested or picked from."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from publish.site.engine.values import MISSING, Describer
from publish.site.engine.views import COUNT, TEST, WALK

VARIABLE, ATTRIBUTE = "variable", "attribute"
Found = tuple[str, list[Any]]
"""A token and the parts that were left unread."""
Shortcut = Callable[[Any, str], str]
"""The token of an attribute without taking it, ``""`` where there is no short way."""


class Look:
    """Looks and describes what is found."""

    def __init__(self, describer: Describer, shortcut: Shortcut) -> None:
        self._describer, self.shortcut = describer, shortcut

    def attribute(self, owner: Any, name: str) -> Found:
        """What ``owner`` has under ``name``.

        Raises:
            Opaque: nobody can say what it is.
        """
        if token := self.shortcut(owner, name):
            return token, []
        value = MISSING
        with contextlib.suppress(AttributeError):
            value = getattr(owner, name)
        return self.value(value)

    def value(self, value: Any) -> Found:
        """What is to be said of ``value``; of a method, that it is one.

        Raises:
            Opaque: nobody can say what it is.
        """
        if type(value).__name__ == "method":
            return "method", []  # what it reads is noted while it runs
        return self._describer.describe(value)

    def sequence(self, values: Any) -> Found:
        """All ``values`` in their order.

        Raises:
            Opaque: one of them has no words.
        """
        return self._describer.sequence(values)

    def listed(self, owner: list[Any], what: str, key: Any) -> Found:
        """What a way of looking at the list ``owner`` finds.

        Raises:
            Opaque: it holds something that has no words.
        """
        if what == WALK:
            return self.sequence(owner)
        if what == COUNT:
            return self.value(len(owner))
        if what == TEST:
            return self.value(bool(owner))
        if isinstance(key, tuple):
            return self.sequence(owner[slice(*key)])
        try:
            return self.value(owner[key])
        except IndexError:
            return self.value(MISSING)

    def at(self, owner: Any, what: str, key: Any) -> Found:
        """What the step ``what`` with ``key`` finds at ``owner``.

        Raises:
            Exception: the step leads nowhere, or the model does anything.
        """
        if what == VARIABLE:
            return self.value(owner)
        if what == ATTRIBUTE:
            return self.attribute(owner, key)
        return self.listed(owner, what, key)
