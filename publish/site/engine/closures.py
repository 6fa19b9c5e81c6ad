"""Templates with all that they extend, include and import, as one digest of their texts."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, meta, nodes
from jinja2.bccache import Bucket, BytecodeCache

from publish.post import cache
from publish.site.engine.fingerprint import of_bytes

VOLATILE = {"lipsum", "pprint", "random"}
"""Filters and functions of Jinja's that draw lots, or show of what type a list is."""


class Closures:
    """Digests of templates.

    ``names`` is, by the digest of a template's text, what the text names; None if a name is made
    while it renders or something in it is volatile. It is kept from build to build. ``met`` are
    the names of all templates that take part in any.
    """

    def __init__(self, names: dict[bytes, list[str] | None]) -> None:
        self.names = names
        self._known: dict[tuple[int, str], bytes | None] = {}
        self.met: set[str] = set()

    def of(self, env: Environment, called: str) -> bytes | None:
        """The digest; None where it is unknown which templates take part."""
        key = id(env), called
        if key not in self._known:
            self._known[key] = self._closure(env, called)
        return self._known[key]

    def _closure(self, env: Environment, called: str) -> bytes | None:
        parts, waiting, met = [], [called], set()
        while waiting:
            one = waiting.pop()
            if one in met:
                continue
            met.add(one)
            try:
                text = env.loader.get_source(env, one)[0]  # type: ignore[union-attr]
            except Exception:  # a template that need not be there
                if one == called:
                    return None
                parts.append(f"no {one}")
                continue
            parts.append(f"{one}\0{text}")
            named = self._named(env, text)
            if named is None:
                return None
            waiting += named
        self.met |= met
        return of_bytes("\0".join(sorted(parts)).encode("utf-8", "surrogatepass"))

    def _named(self, env: Environment, text: str) -> list[str] | None:
        digest = of_bytes(text.encode("utf-8", "surrogatepass"))
        if digest not in self.names:
            tree = env.parse(text)
            found = list(meta.find_referenced_templates(tree))
            calls = [vars(each)["name"] for each in tree.find_all((nodes.Filter, nodes.Name))]
            wild = not VOLATILE.isdisjoint(calls)
            self.names[digest] = None if wild or None in found else [str(each) for each in found]
        return self.names[digest]


class Compiled(BytecodeCache):
    """Compiled templates in one checked file; Jinja's own cache runs whatever bytes it finds."""

    def __init__(self, file: Path, key: bytes) -> None:
        self._file, self._key = file, key
        known = cache.load(file)
        self._old: dict[str, bytes] = known.get("code", {}) if known.get("key") == key else {}
        self._now: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Called when Jinja loads a template."""
        # Each generator has an environment of its own, and loads what another has compiled.
        if data := self._now.get(bucket.key) or self._old.get(bucket.key):
            bucket.bytecode_from_string(data)
            self._now[bucket.key] = data

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Jinja has compiled a template."""
        self._now[bucket.key] = bucket.bytecode_to_string()

    def save(self) -> None:
        """Write what this build used.

        Raises:
            OSError: it cannot be written.
        """
        if any(self._old.get(key) != data for key, data in self._now.items()):
            cache.save(self._file, {"key": self._key, "code": self._old | self._now})
