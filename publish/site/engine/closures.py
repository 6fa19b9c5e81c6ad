"""Digests of templates' texts, with all that they extend, include and import."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, meta, nodes
from jinja2.bccache import Bucket, BytecodeCache

from publish.post import cache
from publish.site.engine.fingerprint import of_bytes

VOLATILE = {"lipsum", "pprint", "random"}
"""Jinja's filters and functions with random results, or results that depend on a list's type."""
TERMS = {"authors", "categories", "tags"}
"""Variables of pairs, each of a term and its posts."""
PASSING = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Block, nodes.ContextReference)
"""Nodes that pass a loop's variables to other templates."""


class Closures:
    """Digests of templates.

    ``names`` is, by the digest of a template's text, which templates the text names, and of which
    ``TERMS`` it uses more than the terms; None if a name is made while it renders or something in
    it is volatile. It is cached from build to build. ``templates`` are the names of all templates
    in any closure.
    """

    def __init__(self, names: dict[bytes, tuple[list[str], list[str]] | None]) -> None:
        self.names = names
        self._known: dict[tuple[int, str], tuple[bytes | None, set[str]]] = {}
        self.templates: set[str] = set()

    def of(self, env: Environment, template: str) -> bytes | None:
        """The digest; None if the templates involved are unknown."""
        return self._found(env, template)[0]

    def terms_only(self, env: Environment, template: str) -> set[str]:
        """The variables (of term and posts pairs) of which the template uses the terms only."""
        return TERMS - self._found(env, template)[1]

    def _found(self, env: Environment, template: str) -> tuple[bytes | None, set[str]]:
        key = id(env), template
        if key not in self._known:
            whole = set[str]()
            self._known[key] = self._closure(env, template, whole), whole
        return self._known[key]

    def _closure(self, env: Environment, template: str, whole: set[str]) -> bytes | None:
        parts, waiting, done = [], [template], set()
        while waiting:
            one = waiting.pop()
            if one in done:
                continue
            done.add(one)
            try:
                text = env.loader.get_source(env, one)[0]  # type: ignore[union-attr]
            except Exception:  # an optional template
                if one == template:
                    return None
                parts.append(f"no {one}")
                continue
            parts.append(f"{one}\0{text}")
            named = self._named(env, text)
            if named is None:
                return None
            waiting += named[0]
            whole.update(named[1])
        self.templates |= done
        return of_bytes("\0".join(sorted(parts)).encode("utf-8", "surrogatepass"))

    def _named(self, env: Environment, text: str) -> tuple[list[str], list[str]] | None:
        digest = of_bytes(text.encode("utf-8", "surrogatepass"))
        if digest not in self.names:
            tree = env.parse(text)
            found = list(meta.find_referenced_templates(tree))
            calls = [vars(each)["name"] for each in tree.find_all((nodes.Filter, nodes.Name))]
            volatile = not VOLATILE.isdisjoint(calls)
            fit = not volatile and None not in found
            self.names[digest] = (list(map(str, found)), _whole(tree)) if fit else None
        return self.names[digest]


def _whole(tree: nodes.Template) -> list[str]:
    """The ``TERMS`` whose posts a template may use too. A menu (``for category, posts in
    categories``) mostly ignores the posts: then a new post changes list pages only."""
    named = [each.name for each in tree.find_all(nodes.Name) if each.name in TERMS]
    for loop in tree.find_all(nodes.For):
        if isinstance(loop.iter, nodes.Name) and loop.iter.name in named and _of_terms(loop):
            named.remove(loop.iter.name)
    return sorted(set(named))


def _of_terms(loop: nodes.For) -> bool:
    pair = loop.target.items if isinstance(loop.target, nodes.Tuple) else []
    if len(pair) != 2 or not isinstance(pair[1], nodes.Name) or any(map(loop.find, PASSING)):
        return False
    loads = [name.name for name in loop.find_all(nodes.Name) if name.ctx == "load"]
    # ``loop.previtem`` and ``loop.nextitem`` are pairs.
    plain = [
        one
        for one in loop.find_all(nodes.Getattr)
        if isinstance(one.node, nodes.Name)
        and one.node.name == "loop"
        and one.attr not in ("nextitem", "previtem")
    ]
    return pair[1].name not in loads and loads.count("loop") == len(plain)


class Compiled(BytecodeCache):
    """A cache of compiled templates in one file with checksums; Jinja's own executes whatever bytes
    it finds."""

    SHARED = ("_now",)

    def __init__(self, file: Path, key: bytes) -> None:
        self._file, self._key = file, key
        known = cache.load(file)
        self._old: dict[str, bytes] = known.get("code", {}) if known.get("key") == key else {}
        self._now: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Called when Jinja loads a template."""
        # Each generator has an environment of its own, and reuses what another one compiled.
        if data := self._now.get(bucket.key) or self._old.get(bucket.key):
            bucket.bytecode_from_string(data)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Called after Jinja has compiled a template."""
        self._now[bucket.key] = bucket.bytecode_to_string()

    def save(self) -> None:
        """Add the templates compiled in this build.

        Raises:
            OSError: it cannot be written.
        """
        if self._now:
            cache.save(self._file, {"key": self._key, "code": self._old | self._now})
