"""Calls the judge once every source is read and before anything is rendered.

The question is put to a copy of this process: it may resolve what it likes without Pelican or a
plugin noticing. Plugins compose letters meanwhile, unless much was read: then nothing is composed
before the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pelican import Pelican, signals

from publish.site.engine import Task, Unfit
from publish.site.engine.audit import Audit
from publish.site.engine.logged import LogCollector
from publish.site.engine.pool import Pool

MUCH = 32
"""Sources read from which on the answer is waited for before plugins work on the whole site."""


class Stop(Exception):
    """The run ends here, by the task or because something was found."""


class Judging:
    """The judge of one run; ``fresh`` counts the sources that were read."""

    def __init__(
        self, task: Task, settings: Any, log: LogCollector, audit: Audit,
        fresh: Callable[[], int], phase: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._task, self._settings, self._log = task, settings, log
        self._audit, self._fresh, self._phase = audit, fresh, phase
        self._copy: Pool | None = None
        self._fit = False
        self.answer: Any = None
        self.generators: list[Any] = []
        self._install()

    def close(self) -> None:
        """Leave no process behind."""
        if self._copy:
            self._copy.close()

    def verdict(self) -> Unfit | None:
        """What the judge says of a run that failed meanwhile, or before it was asked: that comes
        first."""
        try:
            self._settle()
            if self._task.judge and not (self.generators or self._task.until):
                answer, fit, _ = self._judge([])
                return None if fit else Unfit(answer)
        except Unfit as unfit:
            return unfit
        except Exception:  # what made the run fail says why
            return None
        return None

    def _install(self) -> None:
        signal, get_writer, judging = signals.all_generators_finalized, Pelican._get_writer, self
        send = signal.send

        def begun(*senders: Any, **named: Any) -> Any:
            judging._begin(senders[0])
            found = send(*senders, **named)
            if judging._fresh() >= MUCH:  # before letters are composed and pictures made smaller
                judging._phase("plugins")
                judging._settle()
                judging._phase("judge")
            return found

        def settled(pelican: Any) -> Any:
            writer = get_writer(pelican)
            judging._settle()
            judging._phase("plugins")
            if judging._task.until or judging._log.errors:
                raise Stop
            return writer

        signal.send, Pelican._get_writer = begun, settled

    def _begin(self, generators: list[Any]) -> None:
        self._phase("read")
        self.generators = generators
        if self._task.judge is None:
            return
        with self._audit.own():
            self._copy = Pool(2, lambda number: self._judge(generators))
        if self._task.until == "read":
            self._settle()
            self._phase("judge")
        if self._task.until == "read" and not self._composes():
            raise Stop

    def _composes(self) -> bool:
        compose = self._task.compose
        return self._fit and compose is not None and compose(self.generators)

    def _judge(self, generators: list[Any]) -> Any:
        for generator in generators:
            if hasattr(generator, "refresh_metadata_intersite_links"):
                generator.refresh_metadata_intersite_links()
        assert self._task.judge
        answer, fit = self._task.judge(generators, self._settings, self._log.errors)
        return answer, fit, self._log.errors

    def _settle(self) -> None:
        copy, self._copy = self._copy, None
        if copy is None:
            return
        try:
            [(self.answer, self._fit, errors)] = copy.answers()
        finally:
            copy.close()
        if self._task.until == "read":
            self._log.add(errors, [])
        elif not self._fit:
            raise Unfit(self.answer)
