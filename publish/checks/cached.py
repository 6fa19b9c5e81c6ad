"""A check's results, cached for the next check: ``checks`` in the cache folder.

Deletable at any time. Nothing is believed that another version of the code wrote, or that was
damaged on the disk. A source's problems count by its bytes, its record and the settings; a
file's keys, and the whole answer, by the stamps of files.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterable
from dataclasses import astuple, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

from publish.checks import environment
from publish.checks.source import Source
from publish.post import cache
from publish.post.diagnostic import Diagnostic, Problem

SIZE = 32
"""Bytes of a digest."""
YOUNG = 2_000_000_000
"""Nanoseconds. A file changed so lately may change again and keep its stamp."""

Stamp = tuple[int, int, int, int]
Seen = dict[str, tuple[Stamp, bytes]]
"""Files by name: their stamp, and of a young one a digest too (else ``b""``)."""
Answer = tuple[Seen, float, list[tuple[Any, ...]]]
"""The files looked at, the time up to which the answer holds, and the findings."""


class Store:
    """The file at ``path``, read at once; ``save`` replaces it.

    Entries that were not read meanwhile are dropped then: the file does not grow for ever.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._old_sources, self._old_files, self._old_answers = _load(path)
        self._sources: dict[bytes, tuple[Any, ...]] = {}
        self._files: dict[bytes, tuple[Stamp, tuple[int, ...]]] = {}
        self._answers = dict(self._old_answers)

    def known(self, source: Source) -> Source:
        """The source with the problems of the rules over texts, found now if not yet known."""
        from publish.checks.registry import RULES
        from publish.checks.rule import found

        record = repr((source.path, source.is_page, source.reading, source.post, source.complaints))
        name = _digest(record.encode("utf-8", "surrogateescape"), source.raw)
        plain = self._old_sources.get(name)
        if plain is None:
            told = {rule.id: found(rule, source) for rule in RULES if rule.cacheable}
            plain = tuple(
                (rule, tuple((p.line, p.message, p.remedy, p.severity) for p in problems))
                for rule, problems in told.items()
                if problems
            )
        if not source.secrets:  # a key is kept nowhere, so nothing is of the source that holds one
            self._sources[name] = plain
        return replace(source, problems={
            rule: tuple(Problem(line, said, do, "", how) for line, said, do, how in problems)
            for rule, problems in plain
        })  # fmt: skip

    def secrets(self, file: Path) -> tuple[int, ...]:
        """The lines of a file that hold something shaped like a key."""
        name = os.fsencode(file)
        stamp = stamp_of(file)
        if stamp is None:
            return environment.scan(file)
        old = self._old_files.get(name)
        lines = old[1] if old and old[0] == stamp else environment.scan(file)
        if not _young(stamp):
            self._files[name] = stamp, lines
        return lines

    def answer(self, seen: Seen, *, built: bool) -> list[Diagnostic] | None:
        """All findings of the last whole check, if the files are as they were ``seen`` then."""
        known, until, findings = self._old_answers.get(built, ({}, 0.0, []))
        if not known or time.time() >= until or known.keys() != seen.keys():
            return None
        for name, (stamp, content) in seen.items():
            was, had = known[name]
            if was != stamp or (had and had != (content or _content(name))):
                return None
        return [Diagnostic(*parts) for parts in findings]

    def keep(self, seen: Seen, until: float, findings: list[Diagnostic], *, built: bool) -> None:
        """Keep the whole answer: of files as ``seen``, true up to ``until`` (epoch seconds)."""
        self._answers[built] = seen, until, [astuple(finding) for finding in findings]

    def save(self, *, files: bool = True) -> None:
        """Write the entries that were read, if they differ; an unwritable folder is no error.

        Without ``files``, their earlier entries stay: this run did not read all files.
        """
        if not files:
            self._files = self._old_files | self._files
        new = self._sources, self._files, self._answers
        if new == (self._old_sources, self._old_files, self._old_answers):
            return
        with contextlib.suppress(OSError):
            cache.save(self._path, {"code": _code(), "kept": new})


def seen(files: Iterable[str]) -> Seen:
    """The files' stamps now; call this before anything is read of them."""
    found = {name: stamp for name in files if (stamp := stamp_of(name)) is not None}
    return {n: (stamp, _content(n) if _young(stamp) else b"") for n, stamp in found.items()}


def stamp_of(file: str | Path) -> Stamp | None:
    """Size, times of change in nanoseconds and inode of a file; None if it is not there."""
    try:
        found = os.stat(file)  # noqa: PTH116 - thousands of them
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def _young(stamp: Stamp) -> bool:
    return max(stamp[1:3]) > time.time_ns() - YOUNG


def _content(name: str) -> bytes:
    try:
        # Opening a pipe would wait for ever.
        return _digest(Path(name).read_bytes()) if os.path.isfile(name) else b"?"  # noqa: PTH113
    except OSError:
        return b"?"


def _code() -> str:
    return cache.code_digest(Path(__file__).parents[1])


def _load(path: Path) -> tuple[dict[bytes, Any], dict[bytes, Any], dict[bool, Answer]]:
    found = cache.load(path)
    if found.get("code") != _code():
        return {}, {}, {}
    sources, files, answers = found["kept"]
    return sources, files, answers


def _digest(*parts: bytes | memoryview) -> bytes:
    """Of several parts, so that none can pass for the end of another."""
    made = blake2b(digest_size=SIZE)
    for part in parts:
        made.update(len(part).to_bytes(8))
        made.update(part)
    return made.digest()
