"""Renders a page again only if a value that its template used has changed.

A page depends on three kinds of inputs, compared by fingerprint with the last build's:

- its template, with all that this extends, includes and imports;
- variables: those that all pages share are compared once a build, a page's own for each page;
- attributes of posts: each post's record is compared once a build, and single attributes only of
  posts whose record differs. A page is fresh if it has read none of the changed attributes.
"""

from __future__ import annotations

import contextlib
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pelican.paginator import Page

from publish.post import cache
from publish.site.engine.closures import Closures
from publish.site.engine.fingerprint import MISSING, Digests, fingerprint, name_of
from publish.site.engine.staging import Staging
from publish.site.engine.tracking import Reads, Tracker

FIXED = {"output_file", "localsiteurl", "SITEURL"}
"""Variables that the writer sets for each page."""
GROUPS = ("generated_content", "static_content")
SEPARATOR = "\0"
"""Separates a list page's variable from its attribute; at the end it marks a variable of pairs of
which only the terms matter."""


class Entry(NamedTuple):
    """The dependencies of a page. ``template`` is its name, ``closure`` the digest of all templates
    involved. ``own`` are the variables passed to the writer for this page alone, ``values`` the
    fingerprints of its own variables and of list pages' attributes. ``shared`` are variables of all
    pages, ``attributes`` those read of each post."""

    template: str
    closure: bytes
    own: tuple[str, ...]
    shared: tuple[str, ...]
    values: dict[str, bytes]
    attributes: dict[str, tuple[str, ...]]


class Pages:
    """The pages of this run beside those of the ``last`` record, valid under ``key``."""

    SHARED = ("_made", "rendered")

    def __init__(
        self, last: dict[str, Any], key: bytes, staging: Staging, tracker: Tracker
    ) -> None:
        old = last if last.get("key") == key else {}
        self._key, self._staging, self._tracker = key, staging, tracker
        self.old = {page: Entry(*entry) for page, entry in old.get("pages", {}).items()}
        self._values: dict[str, bytes | None] = old.get("values", {})
        self._records: dict[str, bytes | None] = old.get("records", {})
        self._facts: dict[str, dict[str, bytes | None]] = old.get("facts", {})
        self._closures = Closures(old.get("texts", {}))
        self._fresh: dict[str, Entry] = {}
        self._made: dict[str, Entry] = {}
        self._written: set[str] = set()
        self._double: set[str] = set()
        self._digests = Digests({}, "")
        self._changed: dict[str, set[str]] = {}
        self._stale: set[str] = set()
        self.posts: dict[str, Any] = {}
        self._names: dict[Any, str] = {}
        self.context: dict[str, Any] = {}
        self._env: Any = None
        self.reuse = True
        self.rendered: set[str] = set()

    # Once a build: what differs from the last one.

    def compare(self, generators: list[Any]) -> None:
        """Find out what changed, after every post is resolved and before anything is rendered."""
        self.context, self._env = generators[0].context, generators[0].env
        found = (post for group in GROUPS for post in self.context[group].values())
        self.posts = {name_of(post): post for post in found if post is not None}
        self._names = {post: name for name, post in self.posts.items()}
        self._digests = Digests(self.posts, self.context["SITEURL"])
        # Resolving an {attach} link moves a file, so the order of pages matters.
        bodies = (getattr(post, "_content", None) for post in self.posts.values())
        if any(body and ("attach}" in body or "attach|" in body) for body in bodies):
            self.reuse = False
        if not self.reuse:
            self.old, self._values, self._records, self._facts = {}, {}, {}, {}
        self._stale = {v for v, was in self._values.items() if was is None or self._value(v) != was}
        for name, record in self._records.items():
            if record is None or name not in self.posts or self._digests.record(name) != record:
                before = self._facts[name]
                now = self._facts[name] = {each: self._fact(name, each) for each in before}
                self._changed[name] = {k for k, d in now.items() if d is None or d != before[k]}

    def count_stale(self) -> int:
        """The approximate number of pages to render."""
        if not self.old:
            return sum(1 for name in self.posts if not name.startswith("Static "))
        return sum(self._dirty(entry, self._env) for entry in self.old.values())

    def load_templates(self) -> None:
        """Load the templates of the last build's pages, so that forks need not."""
        for template in self._closures.templates:
            with contextlib.suppress(Exception):  # rendering the template reports it
                self._env.get_template(template)

    def _dirty(self, entry: Entry, env: Any) -> bool:
        """Whether a dependency that it shares with other pages has changed."""
        return (
            self._closures.of(env, entry.template) != entry.closure
            or not self._stale.isdisjoint(entry.shared)
            or any(
                name in entry.attributes and not changed.isdisjoint(entry.attributes[name])
                for name, changed in self._changed.items()
            )
        )

    def _fact(self, name: str, attribute: str) -> bytes | None:
        post = self.posts.get(name)
        return MISSING if post is None else self._digests.fact(post, attribute)

    def _value(self, key: str) -> bytes | None:
        variable, terms, _ = key.partition(SEPARATOR)
        found = self.context.get(variable, MISSING)
        if terms and type(found) is list and all(type(pair) is tuple for pair in found):
            return fingerprint([pair[0] for pair in found])
        if found is MISSING:
            found = self._env.globals.get(variable, MISSING)
            if callable(found):  # Jinja's own or a declared plugin's
                return b"callable"
        return MISSING if found is MISSING else self._digests.of(found)

    # One page.

    def fresh(self, page: str, template: Any, context: Mapping[str, Any], own: Any) -> bool:
        """Whether ``page`` is up to date in the output; if so it is kept."""
        if page in self._written:
            self._double.add(page)  # two pages of one file: the writer decides which one wins
            return False
        self._written.add(page)
        entry = self.old.get(page)
        if entry is None or not self.reuse or not self._staging.intact(page):
            return False
        if (entry.template, entry.own) != (template.name, own):
            return False
        if self._dirty(entry, template.environment):
            return False
        if any(self._own(context, key) != was for key, was in entry.values.items()):
            return False
        self._fresh[page] = entry
        self._staging.keep(page)
        return True

    def render(self, template: Any, context: Mapping[str, Any], own: Any) -> str:
        """Render the page, and record what its template uses."""
        self.rendered.add(context["output_file"])
        self._tracker.reads = reads = Reads()
        try:
            text: str = template.render(context)
        finally:
            self._tracker.reads = None
        if self.reuse and not reads.vague and (entry := self._entry(template, context, own, reads)):
            self._made[context["output_file"]] = entry
        return text

    def _entry(self, template: Any, context: Any, own: Any, reads: Reads) -> Entry | None:
        """The page's dependencies; None if they are unknown."""
        closure = self._closures.of(template.environment, template.name)
        mine = reads.variables & FIXED.union(own)
        pages = {v for v in mine if isinstance(context.get(v), Page)}
        names = {context[variable]: variable for variable in pages}
        used = mine - pages - {"output_file"}  # by which the entry is found
        for page, attribute in reads.list_pages:
            if page not in names:
                return None  # a list page from elsewhere
            used.add(f"{names[page]}{SEPARATOR}{attribute}")
        seen: dict[str, tuple[str, ...]] = {}
        for post, attribute in reads.posts:
            name = self._names.get(post)
            if name is None or not isinstance(attribute, str):
                return None
            seen[name] = (*seen.get(name, ()), str(attribute))
        values = {each: self._own(context, each) for each in used}
        if closure is None or None in values.values():
            return None
        terms = self._closures.terms_only(template.environment, template.name)
        shared = tuple(v + SEPARATOR * (v in terms) for v in reads.variables - mine)
        return Entry(template.name, closure, own, shared, values, seen)  # type: ignore[arg-type]

    def _own(self, context: Mapping[str, Any], key: str) -> bytes | None:
        """The fingerprint of a page's own variable, or of an attribute of a list page in it."""
        variable, _, attribute = key.partition(SEPARATOR)
        value = context.get(variable, MISSING)
        if attribute:
            value = getattr(value, attribute, MISSING)
            if type(value) is types.MethodType:
                try:
                    value = value()
                except Exception:  # it takes arguments, which the template passes
                    return None
        return MISSING if value is MISSING else self._digests.of(value)

    def save(self, file: Path) -> None:
        """Write the record of this build.

        Raises:
            OSError: it cannot be written.
        """
        # Two pages of one file, and pages overwritten by a copy or a plugin's file, may be stale.
        for page in self._double.union(self._staging.foreign()):
            self._made.pop(page, None)
            self._fresh.pop(page, None)
        pages = self._fresh | self._made
        # Occasionally remove values that no page reads any more.
        whole = len(self._made) > len(pages) // 2
        facts = {} if whole else {c: known for c, known in self._facts.items() if c in self.posts}
        for entry in (pages if whole else self._made).values():
            for name, attributes in entry.attributes.items():
                seen, known = facts.setdefault(name, {}), self._facts.get(name, {})
                for attribute in attributes:
                    if attribute not in seen:
                        seen[attribute] = (
                            known[attribute] if attribute in known else self._fact(name, attribute)
                        )
        shared = set().union(*(entry.shared for entry in pages.values()))
        cache.save(
            file,
            {
                "key": self._key,
                "texts": self._closures.names,
                "pages": {page: tuple(entry) for page, entry in pages.items()},
                "values": {variable: self._value(variable) for variable in shared},
                "records": {name: self._digests.record(name) for name in facts},
                "facts": facts,
                "files": self._staging.left(),
            },
        )
