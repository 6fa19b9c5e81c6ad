"""Pelican's reading of sources: each is read when its bytes are new, by as many as there are."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from pelican import signals
from pelican.generators import ArticlesGenerator, Generator, PagesGenerator
from pelican.log import LimitFilter
from pelican.readers import Readers, _filter_discardable_metadata
from pelican.utils import file_suffix

from publish.site import inputs
from publish.site.engine.complaints import Complaints
from publish.site.engine.crew import Crew
from publish.site.engine.parsed import Packed, Parsed
from publish.site.engine.trace import Trace
from publish.site.engine.values import mark

WORTH = 60
"""Sources below which a second process costs more than it saves."""


class Reading:
    """Puts ``parsed`` in place of Pelican's own cache of what readers made."""

    def __init__(self, parsed: Parsed, trace: Trace, complaints: Complaints, jobs: int) -> None:
        self._parsed, self._trace, self._complaints, self._jobs = parsed, trace, complaints, jobs
        self._begun: dict[str, Any] = {}
        Generator.get_files = _ordered(Generator.get_files)
        Readers.get_cached_data, Readers.cache_data = self._hooks()
        for kind, paths in ((ArticlesGenerator, "ARTICLE"), (PagesGenerator, "PAGE")):
            kind.generate_context = self._ahead(kind.generate_context, paths)

    def _hooks(self) -> tuple[Any, Any]:
        def get(readers: Any, path: str, default: Any = None) -> Any:
            known = self._parsed.get(path)
            if known is None:
                # Reading starts now and ends when its result is handed over.
                self._begun = self._begin(path)
                return default
            return known

        def put(readers: Any, path: str, result: Any) -> None:
            if self._begun.get("path") == path and (packed := self._end(self._begun, result)):
                self._parsed.put(packed)
            self._begun = {}

        return get, put

    def _begin(self, path: str) -> dict[str, Any]:
        if self._begun:
            self._begun["scope"].__exit__(None, None, None)  # that reading failed
        scope = self._trace.scope()
        return {"path": path, "scope": scope, "opened": scope.__enter__(),
                "stamp": inputs.stamp(path), "heard": self._complaints.heard}  # fmt: skip

    def _end(self, begun: dict[str, Any], result: Any) -> Packed | None:
        begun["scope"].__exit__(None, None, None)
        # What a reader complains of has to be heard at every build.
        if self._complaints.heard != begun["heard"] or not result[0]:
            return None
        opened = {os.path.abspath(name) for name in begun["opened"]}  # noqa: PTH100
        further = tuple(sorted(opened - {begun["path"]}))
        return self._parsed.packed(begun["path"], result, begun["stamp"], further)

    def _ahead(self, stock: Any, kind: str) -> Any:
        def generate_context(generator: Any) -> None:
            alone = signals.article_generator_preread.receivers
            if self._jobs > 1 and not (alone or signals.page_generator_preread.receivers):
                settings = generator.settings
                found = generator.get_files(
                    settings[f"{kind}_PATHS"], exclude=settings[f"{kind}_EXCLUDES"]
                )
                paths = (os.path.abspath(os.path.join(generator.path, f)) for f in found)  # noqa: PTH100, PTH118
                self._read_ahead(generator.readers, [p for p in paths if not self._parsed.has(p)])
            stock(generator)

        return generate_context

    def _read_ahead(self, readers: Any, paths: list[str]) -> None:
        if len(paths) < WORTH:
            return
        with self._trace.own():
            crew = Crew(
                self._jobs, lambda number: self._share(readers, paths[number :: self._jobs])
            )
        with _unheard(self._complaints):
            for packed in self._read(readers, paths[:: self._jobs]):
                self._parsed.put(packed, fresh=True)
        for read, notes in crew.answers():
            self._trace.told(notes)
            for packed in read:
                self._parsed.put(packed, fresh=True)

    def _share(self, readers: Any, paths: list[str]) -> Any:
        # What fails or complains is read once more, and heard, in its turn.
        with _unheard(self._complaints):
            return list(self._read(readers, paths)), self._trace.notes()

    def _read(self, readers: Any, paths: Iterable[str]) -> Iterator[Packed]:
        for path in paths:
            reader = readers.readers.get(file_suffix(path))
            if reader is None:
                continue
            begun = self._begin(path)
            try:
                content, metadata = reader.read(path)
                packed = self._end(begun, (content, _filter_discardable_metadata(metadata)))
            except Exception:  # Pelican will read it once more and say what is wrong
                begun["scope"].__exit__(None, None, None)
                continue
            if packed:
                yield packed


@contextmanager
def _unheard(complaints: Complaints) -> Iterator[None]:
    """What is said meanwhile will be said again."""
    errors, warnings = len(complaints.errors), len(complaints.warnings)
    # Pelican says nothing twice; it must not remember this once.
    said, counted = set(LimitFilter._raised_messages), dict(LimitFilter._group_count)
    handlers = logging.getLogger().handlers
    aside = [handler for handler in handlers if handler is not complaints]
    handlers[:] = [complaints]
    try:
        yield
    finally:
        del complaints.errors[errors:], complaints.warnings[warnings:]
        LimitFilter._raised_messages = said
        LimitFilter._group_count.clear()
        LimitFilter._group_count.update(counted)
        handlers[:] = [*aside, complaints]


def _ordered(stock: Any) -> Any:
    # Pelican walks a set of paths: posts of one moment would come in any order.
    class Ordered(set[str]):
        def __iter__(self) -> Any:
            return iter(sorted(set(super().__iter__())))

    # The engine itself looks for the sources first, to share the reading of them.
    known: dict[tuple[int, str], tuple[Any, set[str]]] = {}

    def get_files(generator: Any, *args: Any, **named: Any) -> set[str]:
        asked = mark(generator), repr((args, named))
        if asked not in known:
            known[asked] = generator, Ordered(stock(generator, *args, **named))
        return Ordered(known[asked][1])

    return get_files
