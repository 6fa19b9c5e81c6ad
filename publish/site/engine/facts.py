"""What pages saw of the site's model, fact by fact, each looked up once for all of them.

A fact is a variable all pages share, an attribute of a post, or a way of looking at what
another fact found. Two builds in which a fact has the same token show a template the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from publish.site.engine.look import ATTRIBUTE, VARIABLE, Found, Look
from publish.site.engine.values import MISSING, mark
from publish.site.engine.views import Place

Fact = tuple[Any, ...]
"""``(VARIABLE, name, scope)``, ``(ATTRIBUTE, a post's name, name, around)``, or
``(what, number of a fact, number of its part, key)``."""
Fixed = tuple[Any, int, Any, dict[int, Place]]
"""Who was asked, the fact's number, what the template is handed, and where its parts were met."""


class Facts:
    """The facts of this build; those of the last one first, under the same numbers.

    ``tokens`` are what they were then. ``find`` gives the post of a name, ``root`` the value of
    a variable in a scope, ``settled`` says of a post's attribute whether it is surely what it
    was, ``around`` takes a page's place and gives the one before. Without ``keep`` nothing is
    remembered from page to page, for models that change between two; unless the site's code is
    ``plain``, what templates are handed is not.
    """

    def __init__(self, facts: Iterable[Fact], tokens: Iterable[str], look: Look) -> None:
        self.list, self._old, self._look = list(facts), list(tokens), look
        self.keep, self.plain = True, False
        self.find: Callable[[str], Any] = lambda name: None
        self.root: Callable[[str, str], Any] = lambda name, scope: MISSING
        self.around: Callable[[str], str] = lambda new: new
        self.settled: Callable[[str, str], bool] = lambda name, attribute: False
        self.ambiguous: set[int] = set()
        self.variables: dict[tuple[str, str], Fixed] = {}
        self.attributes: dict[str, dict[tuple[int, str], Fixed]] = {}
        self.walks: dict[int, tuple[list[Any], Fixed]] = {}
        self._numbers: dict[Fact, int] = {}
        self._said: dict[int, str] = {}
        self._known: dict[int, Found] = {}

    def number(self, fact: Fact) -> int:
        """The number of ``fact``, a new one if it is new."""
        if not self._numbers:
            self._numbers = {known: number for number, known in enumerate(self.list)}
        number = self._numbers.setdefault(fact, len(self.list))
        if number == len(self.list):
            self.list.append(fact)
        return number

    def note(self, fact: Fact, found: Found) -> int:
        """A template was shown this; the fact's number."""
        number = self.number(fact)
        self._say(number, found[0])
        if self.keep:
            self._known[number] = found
        return number

    def same(self, number: int) -> bool:
        """Whether the fact is now what it was at the last build."""
        if number < len(self._old) and self.keep and self._stands(self.list[number]):
            self._say(number, self._old[number])
            return True
        try:
            token = self._found(number)[0]
        except Exception:  # the model is another: a fact may lead anywhere, and do anything
            return False
        if number >= len(self._old) or token != self._old[number]:
            return False
        self._say(number, token)
        return True

    def belied(self, bundles: Iterable[Iterable[int]]) -> None:
        """These were taken on trust: whatever has turned out otherwise since is not to go by."""
        old = len(self._old)
        changed = {n for n, token in self._said.items() if n < old and token != self._old[n]}
        if changed:
            for bundle in bundles:
                self.ambiguous |= changed.intersection(bundle)

    def forget(self) -> None:
        """A page may have changed the model."""
        self._known.clear()
        self.variables.clear()
        self.attributes.clear()
        self.walks.clear()

    def tokens(self) -> list[str]:
        """What the facts are now; of those that nobody asked for, what they were."""
        kept = [*self._old, *[""] * (len(self.list) - len(self._old))]
        for number, token in self._said.items():
            kept[number] = token
        return kept

    def news(self) -> tuple[int, list[Fact], dict[int, str], set[int]]:
        """What another process's facts take over with ``told``."""
        return len(self._old), self.list[len(self._old) :], self._said, self.ambiguous

    def told(self, news: tuple[int, list[Fact], dict[int, str], set[int]]) -> Callable[[int], int]:
        """Take over what a copy of this process learnt; gives our number for one of its."""
        start, facts, said, ambiguous = news
        numbers: dict[int, int] = {}

        def ours(number: int) -> int:
            return numbers.get(number, number)

        for number, fact in enumerate(facts, start):
            if isinstance(fact[1], int):
                fact = (fact[0], ours(fact[1]), *fact[2:])
            numbers[number] = self.number(fact)
        for number, token in said.items():
            self._say(ours(number), token)
        self.ambiguous |= {ours(number) for number in ambiguous}
        return ours

    def _stands(self, fact: Fact) -> bool:
        what, owner, key = fact[:3]
        return what == ATTRIBUTE and not isinstance(owner, int) and self.settled(owner, key)

    def _say(self, number: int, token: str) -> None:
        # What changes from page to page is nothing to go by.
        if self._said.setdefault(number, token) != token:
            self.ambiguous.add(number)

    def _found(self, number: int) -> Found:
        known = self._known.get(number)
        if known is None:
            known = self._looked(self.list[number])
            if self.keep:
                self._known[number] = known
        return known

    def _looked(self, fact: Fact) -> Found:
        what, owner, key = fact[:3]
        if what == VARIABLE:
            return self._look.value(self.root(owner, key))
        if isinstance(owner, int):
            part = self._found(owner)[1][key]
            return self._look.at(part, what, fact[3])
        place = self.around(fact[3])
        try:
            post = self.find(owner)
            if post is None:
                raise LookupError(owner)
            return self._look.attribute(post, key)
        finally:
            self.around(place)


def met(number: int, parts: list[Any]) -> dict[int, Place]:
    """Where the parts of a fact are met."""
    places: Mapping[int, Place] = {mark(p): (number, n, True) for n, p in enumerate(parts)}
    return dict(places)
