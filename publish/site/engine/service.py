"""What the engine offers to plugins: ``settings.get("ENGINE")``, None in stock Pelican."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from publish.site.engine.audit import Audit
from publish.site.engine.pool import Pool, spread
from publish.site.engine.staging import Staging

T = TypeVar("T")
R = TypeVar("R")
WORTH = 24
"""Items below which a second process costs more than it saves."""


class Service:
    """``holds`` keeps a plugin's files from build to build, ``shared`` works on all cores.
    ``planning``: nothing will be rendered, as ``publish check`` needs names and sizes only."""

    def __init__(
        self,
        staging: Staging,
        jobs: int,
        audit: Audit,
        progress: Callable[[str, int], None],
        until: str = "",
    ) -> None:
        self.planning = until == "read"
        self._progress = progress
        self._staging, self._jobs, self._audit = staging, jobs, audit
        self._others = 0 if until else jobs - 1
        self._pools: list[Pool] = []

    def holds(self, name: str, key: Any) -> bool:
        """Whether a file lies in the output as it was made from an equal ``key``.

        ``name`` is relative to ``OUTPUT_PATH``, or absolute below that or below
        ``NEWSLETTER_ISSUES_PATH``. ``key`` is plain data (text, numbers, tuples) that decides the
        file's bytes. If the answer is False the plugin has to write the file.
        """
        return self._staging.holds(name, key)

    def shared(self, work: Callable[[T], R], items: Iterable[T]) -> list[R]:
        """``[work(item) for item in items]``, on all cores where there are many.

        ``work`` runs in copies of this process: it may write files of its own, and what it
        returns is pickled; whatever else it changes is lost. The terminal shows how far it is,
        under the name of the plugin's package.
        """
        found, phase = list(items), str(work.__module__).partition(".")[0]
        jobs = self._jobs if len(found) >= WORTH else 1

        def share(items: list[T]) -> list[R]:
            made = []
            for item in items:
                made.append(work(item))
                self._progress(phase, 1)
            return made

        if found:
            self._progress(phase, -len(found))
        first, own, *others = spread(jobs, share, found, self._audit)
        parts = [first + own, *others]
        return [parts[n % jobs][n // jobs] for n in range(len(found))]

    def ahead(self, work: Callable[[Any], Any], items: Iterable[Any]) -> Callable[[], Any]:
        """Begin ``work`` on ``items`` in forks, while this process goes on; the returned function
        waits for their end. With one core, or if nothing will be rendered, nothing is begun, so
        check what has been done. ``work`` may write files of its own."""
        found = list(items)

        def part(number: int) -> None:
            for item in found[number - 1 :: self._others]:
                work(item)

        jobs = 1 + self._others if found else 1
        self._pools.append(copies := Pool(jobs, part, self._audit))
        return copies.answers

    def close(self) -> None:
        """Leave no process behind."""
        for each in self._pools:
            each.close()

    def __reduce__(self) -> tuple[Any, ...]:
        return str, ()  # settings that hold it have the same fingerprint in every build
