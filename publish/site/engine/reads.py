"""One template at work: every thing it reads is noted, so that a later build can read it again.

Notes are steps. A step starts at a variable or at a part of what an earlier step found, and
says what was done there: an attribute taken, a list walked, counted, tested or picked from.
If the same steps find the same tokens, the same template writes the same page.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, SupportsIndex

from publish.site.engine.values import MISSING, PLAIN, Describer, Opaque, digest

Step = tuple[int, int, str, Any]
"""Index of the step it starts from and of that step's part (-1, 0: the page), what, and which."""
VARIABLE, ATTRIBUTE, WALK, COUNT, TEST, PICK = (
    "variable",
    "attribute",
    "walk",
    "count",
    "test",
    "pick",
)

Shortcut = Callable[[Any, str], str]
"""The token of an attribute without taking it, ``""`` where there is no short way."""


class Reads:
    """What one page's template read. ``volatile`` says why nobody can know all of it."""

    def __init__(
        self, describer: Describer, roots: Sequence[Mapping[str, Any]], shortcut: Shortcut
    ) -> None:
        self._describer, self._roots, self._shortcut = describer, roots, shortcut
        self.steps: list[Step] = []
        self.tokens: list[str] = []
        self.templates: list[str] = []
        self.volatile = ""
        self._found: list[list[Any]] = []
        self._places: dict[int, tuple[int, int]] = {}
        self._views: dict[int, ListView] = {}
        self._seen: dict[tuple[int, str], tuple[Any, Any, Any]] = {}

    @property
    def digest(self) -> str:
        """Stands for everything that was found."""
        return digest("\0".join(self.tokens))

    def distrust(self, why: str) -> None:
        """The page is made of something that is not noted: render it at every build."""
        self.volatile = self.volatile or why

    def variable(self, name: str, value: Any) -> Any:
        """``value`` is what the template got for ``name``; what to hand it instead."""
        known = next((root[name] for root in self._roots if name in root), MISSING)
        if known is not value and not (known is MISSING and not _given(value)):
            return value  # the template's own: made of what was noted already
        return self._noted((-1, 0, VARIABLE, name), known, value)

    def attribute(self, owner: Any, name: str, value: Any) -> Any:
        """``value`` is what the template got for an attribute; what to hand it instead."""
        key = (id(owner), name)
        if key in self._seen:
            _, before, handed = self._seen[key]
            # A page may change what it reads.
            if before is value or (type(value) in PLAIN and before == value):
                return handed
        place = self._places.get(id(owner))
        if place is None:
            self.distrust(f"an object of type {type(owner).__name__} came from nowhere")
            return value
        step = (*place, ATTRIBUTE, name)
        if token := self._shortcut(owner, name):
            self._note(step, token, [])
            handed = value
        elif type(value).__name__ == "method":
            self._note(step, "method", [])  # what it reads is noted while it runs
            handed = value
        else:
            handed = self._noted(step, value, value)
        self._seen[key] = (owner, value, handed)
        return handed

    def listed(self, view: ListView, what: str, key: Any, value: Any) -> Any:
        """``value`` is what was got from a list; what to hand the template instead."""
        place = self._places[id(view.raw)]
        if what == WALK:
            return self._sequence((*place, what, None), value)
        if isinstance(key, slice):
            return self._sequence((*place, what, (key.start, key.stop, key.step)), value)
        return self._noted((*place, what, key), value, value)

    def _sequence(self, step: Step, values: list[Any]) -> list[Any]:
        try:
            token, parts = self._describer.sequence(values)
        except Opaque as error:
            self.distrust(f"a list holds {error}")
            return values
        self._note(step, token, parts)
        return [self._handed(value) for value in values]

    def _noted(self, step: Step, known: Any, value: Any) -> Any:
        try:
            token, parts = self._describer.describe(known)
        except Opaque as error:
            self.distrust(f"{step[3]} is {error}")
            return value
        self._note(step, token, parts)
        return self._handed(value)

    def _note(self, step: Step, token: str, parts: list[Any]) -> None:
        here = len(self.steps)
        self.steps.append(step)
        self._found.append(parts)
        for number, part in enumerate(parts):
            token += _met(self._places, part, here, number)
        self.tokens.append(token)

    def _handed(self, value: Any) -> Any:
        if type(value) is list and id(value) in self._places:
            view = self._views.get(id(value))
            if view is None:
                view = self._views[id(value)] = ListView(self, value)
            return view
        if type(value) is tuple:
            return tuple(self._handed(part) for part in value)
        return value


def _met(places: dict[int, tuple[int, int]], part: Any, here: int, number: int) -> str:
    """Which earlier part is the same object; two may look the same and be told apart."""
    place = places.setdefault(id(part), (here, number))
    return "" if place == (here, number) else f" as {place[0]}.{place[1]}"


def raw(value: Any) -> Any:
    """``value`` as it is without views, for what is not a template."""
    if isinstance(value, ListView):
        return value.raw
    if type(value) in (tuple, list):
        return type(value)(raw(part) for part in value)
    if type(value) is dict:
        return {key: raw(part) for key, part in value.items()}
    return value


def _given(value: Any) -> bool:
    # Jinja has a marker of its own for what is not there.
    return type(value).__name__ != "MissingType"


class ListView(list[Any]):
    """A list as a template sees it: the same items, and every way of looking is noted."""

    def __init__(self, reads: Reads, raw: list[Any]) -> None:
        super().__init__(raw)
        self.raw, self._reads = raw, reads

    def _walked(self) -> list[Any]:
        found: list[Any] = self._reads.listed(self, WALK, None, self.raw)
        return found

    def __iter__(self) -> Iterator[Any]:
        return iter(self._walked())

    def __reversed__(self) -> Iterator[Any]:
        yield from reversed(self._walked())

    def __len__(self) -> int:
        return int(self._reads.listed(self, COUNT, None, len(self.raw)))

    def __bool__(self) -> bool:
        return bool(self._reads.listed(self, TEST, None, bool(self.raw)))

    def __getitem__(self, key: Any) -> Any:
        try:
            value = self.raw[key]
        except IndexError:
            self._reads.listed(self, PICK, key, MISSING)
            raise
        return self._reads.listed(self, PICK, key, value)

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
        return self._walked()

    def index(self, *sought: Any) -> int:
        """Where an item stands."""
        return self._walked().index(*sought)

    def count(self, sought: Any) -> int:
        """How often an item is in it."""
        return self._walked().count(sought)


def _changing(name: str) -> Any:
    def change(self: ListView, *args: Any, **named: Any) -> Any:
        # It changes the list for every page that comes after, as it does without a view.
        self._reads.distrust("the template changes a list")
        getattr(list, name)(self, *args, **named)
        return getattr(self.raw, name)(*args, **named)

    return change


for _name in ("append", "extend", "insert", "pop", "remove", "clear", "sort", "reverse",
              "__setitem__", "__delitem__", "__iadd__", "__imul__"):  # fmt: skip
    setattr(ListView, _name, _changing(_name))


Found = tuple[Any, str, list[Any]]
"""What was looked at, its token and its parts."""
Line = tuple[int, int, dict[int, Found], str, Any]
"""A step, with the table of what is known of it by the owner's number."""


class Replay:
    """Takes the steps of earlier pages again, in the model of this build.

    What is found at an object is kept for the next page, which mostly reads the same; not
    without ``keep``, for models that change between two pages.
    """

    def __init__(self, describer: Describer, shortcut: Shortcut, *, keep: bool = True) -> None:
        self._describer, self._shortcut, self._keep = describer, shortcut, keep
        self._tables: dict[tuple[str, Any, str], dict[int, Found]] = {}
        self._lines: dict[tuple[int, str], tuple[Sequence[Step], list[Line]]] = {}

    def digest(
        self, steps: Sequence[Step], roots: Sequence[Mapping[str, Any]], around: str = ""
    ) -> str:
        """What ``Reads.digest`` would be; ``""`` where a step leads nowhere.

        A variable is taken from the first of ``roots`` that has it. ``around`` is what an
        object's attributes depend on besides the object.
        """
        found: list[list[Any]] = []
        tokens: list[str] = []
        places: dict[int, tuple[int, int]] = {}
        try:
            for start, part, table, what, key in self._compiled(steps, around):
                if start < 0:
                    owner = next((root[key] for root in roots if key in root), MISSING)
                else:
                    owner = found[start][part]
                known = table.get(id(owner))
                if known is None:
                    # The owner is kept with it, or its number could come to mean another object.
                    known = owner, *self._look(owner, what, key)
                    if self._keep:
                        table[id(owner)] = known
                token, parts = known[1], known[2]
                for number, each in enumerate(parts):
                    token += _met(places, each, len(found), number)
                tokens.append(token)
                found.append(parts)
        except Exception:  # the model is another: a step may lead anywhere, and do anything
            return ""
        return digest("\0".join(tokens))

    def forget(self) -> None:
        """A page may have changed the model."""
        self._tables.clear()
        self._lines.clear()

    def _compiled(self, steps: Sequence[Step], around: str) -> list[Line]:
        # Pages of a kind have one and the same sequence of steps.
        known = self._lines.get((id(steps), around))
        if known is None:
            tables = self._tables
            known = steps, [
                (start, part, tables.setdefault((what, key, around), {}), what, key)
                for start, part, what, key in steps
            ]  # fmt: skip
            self._lines[id(steps), around] = known
        return known[1]

    def _look(self, owner: Any, what: str, key: Any) -> tuple[str, list[Any]]:
        if what == VARIABLE:
            return self._describer.describe(owner)
        if what == ATTRIBUTE:
            if token := self._shortcut(owner, key):
                return token, []
            value = MISSING
            with contextlib.suppress(AttributeError):
                value = getattr(owner, key)
            if type(value).__name__ == "method":
                return "method", []
            return self._describer.describe(value)
        if what == WALK:
            return self._describer.sequence(owner)
        if what == COUNT:
            return self._describer.describe(len(owner))
        if what == TEST:
            return self._describer.describe(bool(owner))
        if isinstance(key, tuple):
            return self._describer.sequence(owner[slice(*key)])
        try:
            return self._describer.describe(owner[key])
        except IndexError:
            return self._describer.describe(MISSING)
