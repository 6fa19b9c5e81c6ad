"""The cache of a check's results for single files: ``checks`` in the cache folder.

It may be deleted at any time, and is ignored if damaged or written by another version of the code.
A source's problems are keyed by its bytes, its record and the settings; the contents of a template
or page by the file's stamp, or its bytes if the stamp is too young.
"""

from __future__ import annotations

import contextlib
import pickle
from collections.abc import Callable
from dataclasses import fields, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

from publish.checks.source import Facts, Source
from publish.post import cache, stamps
from publish.post.record import Post

T = TypeVar("T")
SIZE = 32
"""Bytes of a digest."""
BODY = ("summary", "plain_summary", "text", "links", "headings", "ids", "inline")
"""Fields of a record for which its ``body_digest`` stands."""
Entry = tuple[str, bytes, bytes, bytes]
"""Of a source: its stamp, the digest of its bytes, ``_record`` of it, and its pickled facts."""
NO_ENTRY: Entry = ("", b"", b"", b"")
SMALL = tuple(part.name for part in fields(Post) if part.name not in BODY)


class Store:
    """The file at ``path``, read at once; ``save`` replaces it.

    Entries that were not used are dropped then, so that the file does not grow for ever.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        found = cache.load(path)
        same = found.get("code") == _code()
        self._old_sources, self._old_files = found["kept"] if same else ({}, {})
        self._sources: dict[str, Entry] = {}
        self._files: dict[str, tuple[str, Any]] = {}

    def with_facts(self, source: Source, stamp: str) -> Source:
        """The source with the facts of its text, from the cache or computed now.

        ``stamp`` is its file's, taken before its bytes were read.
        """
        record = _record(source)
        before, digest, made_from, packed = self._old_sources.get(source.path, NO_ENTRY)
        trusted = before != "" and before == stamp
        cached = made_from == record and (trusted or digest == _digest(source.raw))
        facts = pickle.loads(packed) if cached else _facts(source)  # noqa: S301 - sealed
        # A key must not be stored, so a source that holds one is not cached.
        if cached or not source.secrets:
            if not cached:
                digest, packed = _digest(source.raw), pickle.dumps(facts, 5)
            own = stamp if stamps.is_trustworthy(stamp) else ""
            self._sources[source.path] = own, digest, record, packed
        return replace(source, facts=facts)

    def of_file(self, file: str, find: Callable[[str], T]) -> T:
        """``find(file)``, cached by the file's stamp; its result must be plain values."""
        name = f"{find.__name__} {file}"
        stamp = stamps.stamp(file)
        old = self._old_files.get(name)
        found: T = old[1] if old and stamp and old[0] == stamp else find(file)
        if stamps.is_trustworthy(stamp):
            self._files[name] = stamp, found
        return found

    def save(self, *, files: bool = True) -> None:
        """Write the entries that were read, if they differ; an unwritable folder is no error.

        Without ``files`` the earlier entries of files stay, as this run did not read all of them.
        """
        if not files:
            self._files = self._old_files | self._files
        new = self._sources, self._files
        if new == (self._old_sources, self._old_files):
            return
        with contextlib.suppress(OSError):
            cache.save(self._path, {"code": _code(), "kept": new})


def _facts(source: Source) -> Facts:
    from publish.checks.rule import found
    from publish.checks.run import RULES

    results = {rule.id: found(rule, source) for rule in RULES if rule.cacheable}
    problems = {rule: tuple(problems) for rule, problems in results.items() if problems}
    return Facts(problems, source.header, source.readable, source.secrets)


def _record(source: Source) -> bytes:
    """A key for everything of a source except its bytes."""
    post = source.post
    given: Any = None
    if post is not None:
        known = SMALL if post.body_digest else (*SMALL, *BODY)
        given = [getattr(post, name) for name in known]
    key = repr((source.is_page, source.reading, source.complaints, given))
    return _digest(key.encode("utf-8", "surrogatepass"))


def _code() -> str:
    return cache.code_digest(Path(__file__).parents[1])


def _digest(data: bytes) -> bytes:
    return blake2b(data, digest_size=SIZE).digest()
