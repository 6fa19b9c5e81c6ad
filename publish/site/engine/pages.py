"""Renders a page again only if a value that its template used has changed.

A page hangs on three kinds of things, each with a fingerprint of the last build's:

- its template, with all that this extends, includes and imports;
- variables: those that all pages share are compared once a build, a page's own for each page;
- attributes of posts: each post's record is compared once a build, and single attributes only of
  posts whose record differs. A page is fresh if its looks and the changed attributes do not meet.
"""

from __future__ import annotations

import types
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pelican.paginator import Page

from publish.post import cache
from publish.site.engine.closures import Closures
from publish.site.engine.fingerprint import MISSING, Digests, name
from publish.site.engine.staging import Staging
from publish.site.engine.tracking import Looks, Tracker

FIXED = {"output_file", "localsiteurl", "SITEURL"}
"""Variables that the writer sets for each page."""
GROUPS = ("generated_content", "static_content")
Note = tuple[bytes, tuple[str, ...], tuple[str, ...], dict[str, bytes], list[tuple[str, str]],
             dict[tuple[str, str], bytes]]  # fmt: skip
"""An entry whose looks are still names of posts and attributes."""


class Entry(NamedTuple):
    """What a page was made of.

    ``template`` is the digest of its closure. ``own`` are names the writer was given for this
    page alone. ``shared`` are variables of all pages, ``values`` the page's own with fingerprints.
    ``looks`` are numbers of post attributes, an array of unsigned ints as bytes. ``list_page`` are
    attributes of paginator pages.
    """

    template: bytes
    own: tuple[str, ...]
    shared: tuple[str, ...]
    values: dict[str, bytes]
    looks: bytes
    list_page: dict[tuple[str, str], bytes]


class Pages:
    """The pages of this run beside those of the record in ``file``, valid under ``key``."""

    def __init__(self, file: Path | None, key: bytes, staging: Staging, tracker: Tracker) -> None:
        old = cache.load(file) if file else {}
        old = old if old.get("key") == key else {}
        self._key, self._staging, self._tracker = key, staging, tracker
        self.old = {page: Entry(*entry) for page, entry in old.get("pages", {}).items()}
        self._values: dict[str, bytes | None] = old.get("values", {})
        self._posts: dict[str, tuple[bytes | None, dict[str, tuple[int, bytes | None]]]]
        self._posts = old.get("posts", {})
        self._count: int = old.get("count", 0)
        self._closures = Closures(old.get("texts", {}), old.get("closures", {}))
        self._new: dict[str, Entry] = {}
        self._noted: dict[str, Note] = {}
        self._met: set[str] = set()
        self._double: set[str] = set()
        self._digests = Digests({}, "")
        self._changed: set[int] = set()
        self._stale: set[str] = set()
        self.posts: dict[str, Any] = {}
        self._names: dict[Any, str] = {}
        self.context: dict[str, Any] = {}
        self._env: Any = None
        self.reuse = True
        self.rendered = 0

    # Once a build: what differs from the last one.

    def compare(self, generators: list[Any]) -> None:
        """Every post is resolved and nothing is rendered: find out what changed."""
        self.context, self._env = generators[0].context, generators[0].env
        for group in GROUPS:
            for post in self.context[group].values():
                if post is not None:
                    self.posts[name(post)] = post
        self._names = {post: called for called, post in self.posts.items()}
        self._digests = Digests(self.posts, self.context["SITEURL"])
        # Such a link moves a file when it is first resolved: the order of pages matters.
        bodies = (getattr(post, "_content", None) for post in self.posts.values())
        if any(body and ("attach}" in body or "attach|" in body) for body in bodies):
            self.reuse = False
        if not self.reuse:
            self.old, self._values, self._posts = {}, {}, {}
        self._stale = {v for v, was in self._values.items() if was is None or self._value(v) != was}
        for called, (was, looks) in self._posts.items():
            post = self.posts.get(called)
            if post is not None and was is not None and self._digests.record(called) == was:
                continue
            for attribute, (number, digest) in list(looks.items()):
                now = MISSING if post is None else self._digests.fact(post, attribute)
                if now is None or now != digest:
                    self._changed.add(number)
                looks[attribute] = number, now

    def count_stale(self) -> int:
        """About how many pages will be rendered."""
        if not self.old:
            return sum(1 for called in self.posts if not called.startswith("Static "))
        current = {c: self._closures.current(c, self._env) for c in self._closures.called.copy()}
        old = self.old.values()
        return sum(self._dirty(entry) or not current.get(entry.template) for entry in old)

    def _dirty(self, entry: Entry) -> bool:
        """Whether what it shares with other pages has changed."""
        if not self._stale.isdisjoint(entry.shared):
            return True
        return bool(self._changed) and not self._changed.isdisjoint(array("I", entry.looks))

    def _value(self, variable: str) -> bytes | None:
        found = self.context.get(variable, MISSING)
        if found is MISSING:
            found = self._env.globals.get(variable, MISSING)
            if callable(found):  # Jinja's own or a declared plugin's
                return b"callable"
        return MISSING if found is MISSING else self._digests.of(found)

    # One page.

    def fresh(self, page: str, template: Any, context: Mapping[str, Any], own: Any) -> bool:
        """Whether ``page`` lies in the output as it would be rendered; if so it is kept."""
        if page in self._met:
            self._double.add(page)  # two pages of one place: the writer says whose it is
            return False
        self._met.add(page)
        entry = self.old.get(page)
        if entry is None or not self.reuse or not self._staging.intact(page):
            return False
        if entry.template != self._closures.of(template) or entry.own != own or self._dirty(entry):
            return False
        for variable, digest in entry.values.items():
            if self._digests.of(context.get(variable, MISSING)) != digest:
                return False
        for (variable, attribute), digest in entry.list_page.items():
            if self._step(context.get(variable), attribute) != digest:
                return False
        self._new[page] = entry
        self._staging.keep(page)
        return True

    def render(self, template: Any, context: Mapping[str, Any], own: Any) -> str:
        """Render the page, and record what its template uses."""
        self.rendered += 1
        self._tracker.looks = looks = Looks()
        try:
            text: str = template.render(context)
        finally:
            self._tracker.looks = None
        if self.reuse and not looks.vague and (note := self._note(template, context, own, looks)):
            self._noted[context["output_file"]] = note
        return text

    def _note(self, template: Any, context: Any, own: Any, looks: Looks) -> Note | None:
        """What the page is made of; None where that is unknown."""
        closure = self._closures.of(template)
        values: dict[str, bytes | None] = {}
        shared: list[str] = []
        names: dict[Page, str] = {}
        mine = FIXED.union(own)
        for variable in looks.variables:
            if variable not in mine:
                shared.append(variable)
                continue
            value = context.get(variable, MISSING)
            if isinstance(value, Page):
                names[value] = variable
            else:
                values[variable] = self._digests.of(value)
        steps: dict[tuple[str, str], bytes | None] = {}
        for page, attribute in looks.list_pages:
            if page not in names:
                return None  # a list page from elsewhere
            steps[names[page], attribute] = self._step(page, attribute)
        seen = []
        for post, attribute in looks.posts:
            called = self._names.get(post)
            if called is None or not isinstance(attribute, str):
                return None
            seen.append((called, str(attribute)))
        if closure is None or None in values.values() or None in steps.values():
            return None
        return closure, own, tuple(shared), values, seen, steps  # type: ignore[return-value]

    def _step(self, page: Any, attribute: str) -> bytes | None:
        try:
            value = getattr(page, attribute)
        except AttributeError:
            return MISSING
        if type(value) is types.MethodType:
            try:
                value = value()
            except Exception:  # it wants to be told something: the template will show what
                return None
        return self._digests.of(value)

    # For the next build.

    def share(self) -> tuple[dict[str, Note], int]:
        """What a copy of this process rendered, for ``merge``."""
        return self._noted, self.rendered

    def merge(self, share: tuple[dict[str, Note], int]) -> None:
        """Take over what a copy of this process rendered."""
        noted, rendered = share
        self._noted |= noted
        self.rendered += rendered

    def save(self, file: Path) -> None:
        """Write the record of this build.

        Raises:
            OSError: it cannot be written.
        """
        self._settle(self._staging.foreign())
        if len(self._noted) > len(self._new) // 2:
            self._prune()
        values = {variable: self._value(variable) for variable in self._values}
        posts = {
            called: (self._digests.record(called), looks)
            for called, (_, looks) in self._posts.items()
            if called in self.posts
        }
        pages = {page: tuple(entry) for page, entry in self._new.items()}
        cache.save(file, {
            "key": self._key, "pages": pages, "values": values, "posts": posts,
            "count": self._count, "texts": self._closures.names,
            "closures": self._closures.called,
        })  # fmt: skip

    def _settle(self, covered: Iterable[str]) -> None:
        """Number the looks of rendered pages, and drop pages that may be stale.

        ``covered`` are files that a copy or a plugin put over a page.
        """
        for page in self._double.union(covered):
            self._noted.pop(page, None)
            self._new.pop(page, None)
        for page, (closure, own, shared, values, seen, steps) in self._noted.items():
            numbers = array("I")
            for called, attribute in seen:
                looks = self._posts.setdefault(called, (None, {}))[1]
                if attribute not in looks:
                    self._count += 1
                    looks[attribute] = (
                        self._count,
                        self._digests.fact(self.posts[called], attribute),
                    )
                numbers.append(looks[attribute][0])
            for variable in shared:
                self._values.setdefault(variable, None)
            self._new[page] = Entry(closure, own, shared, values, numbers.tobytes(), steps)

    def _prune(self) -> None:
        """Drop attributes and variables that no page uses any more."""
        used: set[int] = set()
        variables: set[str] = set()
        for entry in self._new.values():
            used.update(array("I", entry.looks))
            variables.update(entry.shared)
        for called, (record, looks) in self._posts.items():
            left = {attribute: look for attribute, look in looks.items() if look[0] in used}
            self._posts[called] = record, left
        self._values = {v: digest for v, digest in self._values.items() if v in variables}
