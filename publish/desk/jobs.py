"""Acts under way, performed one after the other by one thread.

A question has a token that is valid for one answer, so parallel confirmations count once. Closing
the page stops nothing.
"""

from __future__ import annotations

import queue
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from publish.desk.parts import Button
from publish.office.question import Question

Stage = Literal["asking", "asked", "doing", "done", "refused"]
KEPT = 50
"""Acts that are kept, the newest, beside those under way: for pages that are still open."""


@dataclass
class Job:
    """One act from its first question to its end. ``where`` is the page it belongs to.

    ``can_stop`` while it only waits for its moment; ``stopping`` once the author stopped it.
    ``since`` is when the present stage began.
    """

    id: str
    act: str
    where: str
    wish: Mapping[str, Any]
    title: str
    stage: Stage = "asking"
    lines: tuple[str, ...] = ()
    question: Question | None = None
    again: bool = False
    token: str = ""
    after: tuple[Button, ...] = ()
    can_stop: bool = False
    stopping: bool = False
    progress_line: str = ""
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    changed: threading.Event = field(default_factory=threading.Event)

    def finish_stage(self, stage: Stage, title: str, lines: tuple[str, ...] = ()) -> None:
        """Enter a stage, with its title and lines for the author."""
        self.title, self.lines, self.stage = title, lines or self.lines, stage
        self.can_stop, self.since = False, datetime.now(UTC)
        self.changed.set()


class Jobs:
    """All jobs, and the thread that performs them."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._queue: queue.SimpleQueue[tuple[Callable[[], None], Job] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True, name="desk-acts")
        self._thread.start()

    def close(self) -> None:
        """Let the act under way end (one that only waits is stopped), and begin no other."""
        with self._lock:
            for job in self._jobs.values():
                job.stopping = True
        self._queue.put(None)
        self._thread.join()

    def get(self, id: str) -> Job | None:
        """The job of that id, if there is one."""
        return self._jobs.get(id)

    @property
    def busy(self) -> Job | None:
        """The job that is being performed now."""
        with self._lock:
            return next((job for job in self._jobs.values() if job.stage == "doing"), None)

    def begin(self, act: str, where: str, wish: Mapping[str, Any], title: str) -> Job:
        """A new job, not yet queued."""
        job = Job(secrets.token_urlsafe(6), act, where, wish, title)
        with self._lock:
            idle = [id for id, j in self._jobs.items() if j.stage not in ("asking", "doing")]
            for old in idle[:-KEPT]:
                del self._jobs[old]
            self._jobs[job.id] = job
        return job

    def put(self, work: Callable[[], None], job: Job, patience: float) -> None:
        """Queue ``work``, and wait briefly, as most of it ends at once."""
        job.changed.clear()
        self._queue.put((work, job))
        job.changed.wait(patience)

    def ask(self, job: Job, question: Question, *, again: bool = False) -> None:
        """Attach a question to the job, with a new token for its answer; ``again`` if its facts
        have changed since it was confirmed."""
        job.token = secrets.token_urlsafe(16)
        job.question, job.again = question, again
        job.finish_stage("asked", job.title)

    def answered(self, token: str) -> Job | None:
        """The job with the question of this token, which becomes invalid."""
        with self._lock:
            job = next((j for j in self._jobs.values() if token and j.token == token), None)
            if job:
                job.token = ""
            return job

    def drop(self, job: Job) -> None:
        """Remove a job without a result."""
        with self._lock:
            self._jobs.pop(job.id, None)

    def _work(self) -> None:
        while (found := self._queue.get()) is not None:
            work, job = found
            try:
                work()
            except Exception as error:
                # Any exception is reported, so that the thread survives for the next act.
                why = f"{type(error).__name__}: {error}"
                job.finish_stage("refused", "That did not work; look how things stand", (why,))
            self._changed()
