"""One template at work: every thing it reads is noted, so that a later build can read it again.

What it reads of the site's posts and of the variables all pages share are facts of the site,
looked up once for all pages. What it reads of the page's own (its list of posts, the page's
number) are steps: each starts at a variable or at a part of what an earlier step found.
If all facts and steps find the same tokens, the same template writes the same page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from publish.site.engine.facts import Facts, Fixed, met
from publish.site.engine.look import ATTRIBUTE, VARIABLE, Found, Look
from publish.site.engine.replay import Step, again_met, names
from publish.site.engine.values import MISSING, Opaque, digest, mark
from publish.site.engine.views import WALK, Desk, ListView, Place, alike


class Reads:
    """What one page's template read. ``volatile`` says why nobody can know all of it.

    ``local`` are the variables of the page's own, ``root`` gives any other with the scope it
    was found in, and None for one that is of no account. ``around`` is what a post's attributes
    depend on besides the post. ``touched`` are the numbers of facts.
    """

    def __init__(
        self, facts: Facts, look: Look, desk: Desk, local: Mapping[str, Any],
        root: Callable[[str], tuple[Any, str] | None], around: str = "",
    ) -> None:  # fmt: skip
        self._facts, self._look, self._desk = facts, look, desk
        self._local, self._root, self._around = local, root, around
        self.fixed = facts.attributes.setdefault(around, {})
        self.steps: list[Step] = []
        self.tokens: list[str] = [names(local)]
        self.templates: list[str] = []
        self.touched: set[int] = set()
        self.met: dict[int, Place] = {}
        self.volatile = ""
        self._kept: list[Any] = []
        self._views: dict[int, ListView] = {}
        self._places: dict[int, tuple[int, int]] = {}

    @property
    def digest(self) -> str:
        """Stands for everything that was found by steps."""
        return digest("\0".join(self.tokens))

    @property
    def _keeps(self) -> bool:
        return self._facts.keep and self._facts.plain and not self.volatile

    def distrust(self, why: str) -> None:
        """The page is made of something that is not noted: render it at every build."""
        self.volatile = self.volatile or why
        # From now on the page may change what it and others have read.
        self._facts.forget()
        self.fixed = {}

    def variable(self, name: str, value: Any) -> Any:
        """``value`` is what the template got for ``name``; what to hand it instead."""
        if name in self._local:
            if self._local[name] is not value:
                return value  # the template's own: made of what was noted already
            return self._stepped((-1, 0, VARIABLE, name), value)
        found = self._root(name)
        if found is None:
            return value
        known, scope = found
        if known is not value and not (known is MISSING and not _given(value)):
            return value
        fixed = self._facts.variables.get((name, scope))
        if fixed is not None and fixed[0] is known:
            return self.known(fixed)
        handed = self._noted((VARIABLE, name, scope), known, value)
        if self._last is not None and self._keeps:
            number, places = self._last
            self._facts.variables[name, scope] = (known, number, handed, places)
        return handed

    def attribute(self, owner: Any, name: str, value: Any, *, named: str, firm: bool) -> Any:
        """``value`` is what the template got for an attribute; what to hand it instead.

        ``named`` is the owner's name if no other post has it. A ``firm`` value is the same as
        long as no page changes the model.
        """
        place = self.met.get(mark(owner))
        if place is None:
            self.distrust(f"an object of type {type(owner).__name__} came from nowhere")
            return value
        if named:
            fact: Any = (ATTRIBUTE, named, name, self._around)
        elif len(place) == 3:
            fact = (ATTRIBUTE, place[0], place[1], name)
        else:
            return self._stepped((*place, ATTRIBUTE, name), value, owner)
        handed = self._noted(fact, value, value, owner)
        if firm and self._last is not None and self._keeps:
            self.fixed[mark(owner), name] = (owner, self._last[0], handed, self._last[1])
        return handed

    def listed(self, view: ListView, what: str, key: Any, value: Any) -> Any:
        """``value`` is what was got from a list; what to hand the template instead."""
        place = view.place
        if isinstance(key, slice):
            key = (key.start, key.stop, key.step)
        whole = what == WALK or isinstance(key, tuple)
        if len(place) == 3:
            if not whole:
                return self._noted((what, place[0], place[1], key), value, value)
            return self._walked((what, place[0], place[1], key), value)
        if self._views.get(mark(view.raw)) is not view:
            self.distrust("a list of another page")
            return value
        step = (*place, what, key)
        return self._walk_stepped(step, value) if whole else self._stepped(step, value)

    def known(self, fixed: Fixed) -> Any:
        """As ``attribute`` of what has been taken before on this or another page."""
        self.touched.add(fixed[1])
        self.met.update(fixed[3])
        return fixed[2]

    def _walked(self, fact: tuple[Any, ...], values: list[Any]) -> list[Any]:
        number = self._facts.number(fact)
        memo = self._facts.walks.get(number)
        if memo and alike(memo[0], values):
            self.known(memo[1])
            return list(memo[1][2])
        try:
            found = self._look.sequence(values)
        except Opaque as error:
            self.distrust(f"a list holds {error}")
            return values
        places = self._fact(fact, found)
        handed = [self._handed(value, places) for value in values]
        if self._keeps:
            fixed = (values, number, handed, places)
            self._facts.walks[number] = (list(values), fixed)
        return list(handed)

    def _noted(self, fact: tuple[Any, ...], known: Any, value: Any, owner: Any = None) -> Any:
        self._last: tuple[int, dict[int, Place]] | None = None
        try:
            found = self._found(known, fact[2], owner)
        except Opaque as error:
            self.distrust(f"{fact[1:]} is {error}")
            return value
        places = self._fact(fact, found)
        self._last = (self._facts.number(fact), places)
        return self._handed(value, places) if found[1] else value

    def _found(self, known: Any, name: str, owner: Any) -> Found:
        if owner is not None and (token := self._look.shortcut(owner, name)):
            return token, []
        return self._look.value(known)

    def _fact(self, fact: tuple[Any, ...], found: Found) -> dict[int, Place]:
        number = self._facts.note(fact, found)
        places = met(number, found[1]) if found[1] else {}
        self.touched.add(number)
        self.met.update(places)
        return places

    def _stepped(self, step: Step, value: Any, owner: Any = None) -> Any:
        try:
            found = self._found(value, step[3], owner)
        except Opaque as error:
            self.distrust(f"{step[3]} is {error}")
            return value
        self._step(step, found)
        return self._handed(value, self.met) if found[1] else value

    def _walk_stepped(self, step: Step, values: list[Any]) -> list[Any]:
        try:
            found = self._look.sequence(values)
        except Opaque as error:
            self.distrust(f"a list holds {error}")
            return values
        self._step(step, found)
        return [self._handed(value, self.met) for value in values]

    def _step(self, step: Step, found: Found) -> None:
        token, parts = found
        here = len(self.steps)
        self.steps.append(step)
        self._kept.append(parts)
        for number, part in enumerate(parts):
            token += again_met(self._places, part, here, number)
            self.met[mark(part)] = self._places[mark(part)]
        self.tokens.append(token)

    def _handed(self, value: Any, places: Mapping[int, Place]) -> Any:
        if type(value) is list and mark(value) in places:
            place = places[mark(value)]
            if len(place) == 3:
                return ListView(self._desk, value, place)
            view = self._views.get(mark(value))
            if view is None:
                view = self._views[mark(value)] = ListView(self._desk, value, place)
            return view
        if type(value) is tuple:
            return tuple(self._handed(part, places) for part in value)
        return value


def _given(value: Any) -> bool:
    # Jinja has a marker of its own for what is not there.
    return type(value).__name__ != "MissingType"
