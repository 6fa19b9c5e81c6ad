"""One ``Markdown`` for many files: between them it is taken back to the state it was made in."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any


class FirstState:
    """What everything in a ``Markdown`` held when it was made; ``restore`` puts it back.

    ``Markdown.reset`` forgets less: the counter of tags, the number a list began with, what a
    block processor was in the middle of when an error ended it, a preprocessor taken out.
    """

    def __init__(self, md: Any, ours: Callable[[type], bool]) -> None:
        """Remember ``md``; ``ours`` says whether the objects of a class are parts of it."""
        self._dicts: list[tuple[dict[Any, Any], dict[Any, Any]]] = []
        self._lists: list[tuple[list[Any], list[Any]]] = []
        self._others: list[tuple[set[Any] | deque[Any], list[Any]]] = []
        self._seen: dict[int, Any] = {}
        waiting = [md]
        while waiting:
            part = waiting.pop()
            if id(part) not in self._seen:
                # Held, so that no other object takes its id.
                self._seen[id(part)] = part
                waiting += self._remember(part)
                if ours(type(part)) and hasattr(part, "__dict__"):
                    waiting.append(vars(part))
        self._seen.clear()

    def _remember(self, part: Any) -> list[Any]:
        """Note what a container holds; return what is in it."""
        if isinstance(part, dict):
            self._dicts.append((part, dict(part)))
            return list(part.values())
        if isinstance(part, list):
            self._lists.append((part, list(part)))
        elif isinstance(part, set | deque):
            self._others.append((part, list(part)))
        return list(part) if isinstance(part, list | set | deque | tuple) else []

    def restore(self) -> None:
        """Put everything back, in place."""
        for held, first in self._dicts:
            held.clear()
            held.update(first)
        for items, first_items in self._lists:
            items[:] = first_items
        for others, first_others in self._others:
            others.clear()
            (others.update if isinstance(others, set) else others.extend)(first_others)
