"""Calls the judge once every source is read and before anything is rendered.

The judge runs in a fork: it may resolve links without side effects on Pelican and the plugins.
Meanwhile plugins compose letters, unless much was read, and the session decides which pages stay.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from pelican import Pelican, signals

from publish.site.engine import Task
from publish.site.engine.audit import Audit
from publish.site.engine.logged import LogCollector
from publish.site.engine.pool import Pool
from publish.site.engine.session import Session

MUCH = 32
"""Newly read sources from which on letters are composed only after the answer."""


class Stop(Exception):
    """Ends the run here, as the task demands, or because of findings."""


class Judging:
    """The judge of one run; ``session`` is None in one of stock Pelican."""

    def __init__(
        self,
        task: Task,
        settings: Any,
        log: LogCollector,
        audit: Audit,
        session: Session | None,
        phase: Callable[[str], None],
    ) -> None:
        self._task, self._settings, self._log = task, settings, log
        self._audit, self._phase = audit, phase
        # Templates that the dry run compiles are reused for rendering.
        self._parts: list[Any] = [session.compiled] if session else []
        if task.until == "read":  # in a build, links that the fork resolves are resolved again
            self._parts.append(log)
        self._copy: Pool | None = None
        self.fit = True
        self.answer: Any = None
        self.generators: list[Any] = []
        signal, get_writer = signals.all_generators_finalized, Pelican._get_writer
        send = signal.send

        def read(*senders: Any, **named: Any) -> Any:
            self._ask(senders[0], session)
            found = send(*senders, **named)
            if not session or session.sources.fresh >= MUCH:
                phase("plugins")
                self.settle()
                phase("judge")
            return found

        def resolved(pelican: Any) -> Any:
            writer = get_writer(pelican)
            ends = bool(task.until or log.errors)  # more errors may come
            if session and not ends:
                session.compare(self.generators, writer)
                session.begin(self.settle)
            else:
                self.settle()
            phase("plugins")
            if ends:
                raise Stop
            return writer

        signal.send, Pelican._get_writer = read, resolved

    def close(self) -> None:
        """Leave no process behind."""
        if self._copy:
            self._copy.close()

    def settle_failed(self) -> None:
        """Get the answer in a run that has failed: that the site is unfit takes precedence."""
        with contextlib.suppress(Exception):  # the run's own error is reported
            self.settle()
            if self._task.judge and not (self.generators or self._task.until):
                answer, fit = self._judge(0)
                if not fit:
                    self.answer, self.fit = answer, fit

    def _ask(self, generators: list[Any], session: Session | None) -> None:
        self._phase("read")
        self.generators = generators
        task = self._task
        if task.judge:
            self._copy = Pool(2, self._judge, self._audit, self._parts)
        if session:
            session.sources.save()
        if task.judge is None:
            return
        if task.until == "read":
            self.settle()
            self._phase("judge")
        composes = self.fit and task.compose is not None and task.compose(generators)
        if task.until == "read" and not composes:
            raise Stop

    def _judge(self, number: int) -> Any:
        for generator in self.generators:
            if hasattr(generator, "refresh_metadata_intersite_links"):
                generator.refresh_metadata_intersite_links()
        assert self._task.judge
        return self._task.judge(self.generators, self._settings, self._log.errors)

    def settle(self) -> None:
        """Wait for the answer, if it is still expected.

        Raises:
            Stop: the site is not fit to be built.
        """
        copy, self._copy = self._copy, None
        if copy is None:
            return
        [(self.answer, self.fit)] = copy.answers()
        if self._task.until != "read" and not self.fit:
            raise Stop
