"""Lists as a template sees them: the same items, and every way of looking is noted."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from typing import Any, Protocol, SupportsIndex

from publish.site.engine.values import MISSING

WALK, COUNT, TEST, PICK = "walk", "count", "test", "pick"
"""What can be done with a list; the last with an index, or with a slice's three numbers."""
Place = tuple[int, int] | tuple[int, int, bool]
"""Where an object was met: a step of the page and the number of its part; with a third word, a
fact of the site and the number of its part."""


class Looker(Protocol):
    """Who notes what a template does with a list."""

    def listed(self, view: ListView, what: str, key: Any, value: Any) -> Any:
        """``value`` is what was got; what to hand the template instead."""

    def distrust(self, why: str) -> None:
        """The page is made of something that is not noted."""


class Desk:
    """The template at work, if one is. ``busy`` while the noting itself looks at objects."""

    def __init__(self) -> None:
        self.reads: Any = None
        self.busy = False


class ListView(list[Any]):
    """A list met at ``place``, shown to the template at the ``desk``."""

    def __init__(self, desk: Desk, raw: list[Any], place: Place) -> None:
        super().__init__(raw)
        self.raw, self.place, self._desk = raw, place, desk

    def _looked(self, what: str, key: Any, value: Any) -> Any:
        looker: Looker | None = self._desk.reads
        return value if looker is None else looker.listed(self, what, key, value)

    def _walked(self) -> list[Any]:
        found: list[Any] = self._looked(WALK, None, self.raw)
        return found

    def __iter__(self) -> Iterator[Any]:
        return iter(self._walked())

    def __reversed__(self) -> Iterator[Any]:
        yield from reversed(self._walked())

    def __len__(self) -> int:
        return int(self._looked(COUNT, None, len(self.raw)))

    def __bool__(self) -> bool:
        return bool(self._looked(TEST, None, bool(self.raw)))

    def __getitem__(self, key: Any) -> Any:
        try:
            value = self.raw[key]
        except IndexError:
            self._looked(PICK, key, MISSING)
            raise
        return self._looked(PICK, key, value)

    def __contains__(self, item: object) -> bool:
        return item in self._walked()

    def __eq__(self, other: object) -> bool:
        return self._walked() == (other._walked() if isinstance(other, ListView) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __lt__(self, other: Any) -> bool:
        return self._walked() < list(other)

    def __gt__(self, other: Any) -> bool:
        return self._walked() > list(other)

    __hash__ = None

    def __add__(self, other: Any) -> Any:
        return self._walked() + list(other)

    def __radd__(self, other: Any) -> Any:
        return list(other) + self._walked()

    def __mul__(self, times: SupportsIndex) -> Any:
        return self._walked() * times

    __rmul__ = __mul__

    def __repr__(self) -> str:
        return repr(self._walked())

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        return list, (list(self._walked()),)

    def copy(self) -> list[Any]:
        """A list of the template's own."""
        return list(self._walked())

    def index(self, *sought: Any) -> int:
        """Where an item stands."""
        return self._walked().index(*sought)

    def count(self, sought: Any) -> int:
        """How often an item is in it."""
        return self._walked().count(sought)


def _changing(name: str) -> Any:
    def change(self: ListView, *args: Any, **named: Any) -> Any:
        # It changes the list for every page that comes after, as it does without a view.
        looker: Looker | None = self._desk.reads
        if looker is not None:
            looker.distrust("the template changes a list")
        getattr(list, name)(self, *args, **named)
        return getattr(self.raw, name)(*args, **named)

    return change


for _name in ("append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse",
              "__setitem__", "__delitem__", "__iadd__", "__imul__"):  # fmt: skip
    setattr(ListView, _name, _changing(_name))


def raw(value: Any) -> Any:
    """``value`` as it is without views, for what is not a template."""
    if isinstance(value, ListView):
        return value.raw
    # What holds no view is handed on itself: who gets it may change it, or tell it from a copy.
    if type(value) in (tuple, list):
        parts = [raw(part) for part in value]
        return value if alike(parts, value) else type(value)(parts)
    if type(value) is dict:
        parts = [raw(part) for part in value.values()]
        return value if alike(parts, [*value.values()]) else dict(zip(value, parts, strict=True))
    return value


def alike(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether two lists hold the very same objects."""
    return len(one) == len(other) and all(map(operator.is_, one, other))
