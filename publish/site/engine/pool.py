"""Work on several cores: forked copies of this process, each with its share."""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import tempfile
import traceback
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")
WORTH = 24
"""Items below which a second process costs more than it saves."""


class Pool:
    """``jobs - 1`` copies that run ``work(number)`` from 1 on; each answers once, pickled."""

    def __init__(self, jobs: int, work: Callable[[int], Any]) -> None:
        self._copies: list[tuple[int, Any]] = []
        gc.freeze()
        for number in range(1, jobs):
            answer = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has been read
            process = os.fork()
            if not process:
                _end(work, number, answer)
            self._copies.append((process, answer))

    def answers(self) -> list[Any]:
        """What the copies answer, in order.

        Raises:
            BaseException: what ended a copy, with its ``frames``: file and line of each call.
            ChildProcessError: one was killed.
        """
        found = []
        while self._copies:
            process, answer = self._copies[0]
            _, status = os.waitpid(process, 0)
            self._copies.pop(0)
            with answer:
                if status:
                    ended = os.waitstatus_to_exitcode(status)
                    how = f"by signal {-ended}" if ended < 0 else f"with status {ended}"
                    raise ChildProcessError(f"a part of the build was ended {how}")
                answer.seek(0)
                result, error = pickle.load(answer)  # noqa: S301 - a copy of this process wrote it
                if error is not None:
                    raise error
                found.append(result)
        return found

    def close(self) -> None:
        """Leave no copy behind."""
        for process, answer in self._copies:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
            answer.close()
        self._copies.clear()


def end_with_parent() -> None:
    """End this process within a second of its parent, which may be killed while a text takes
    Markdown minutes."""
    parent = os.getppid()

    def look(*_: Any) -> None:
        if os.getppid() != parent:
            os._exit(1)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, 1, 1)


def _end(work: Callable[[int], Any], number: int, answer: Any) -> None:
    status = 1
    try:
        end_with_parent()
        try:
            data = pickle.dumps((work(number), None), 5)
        except BaseException as error:  # a theme or plugin may do anything; the parent raises it
            data = pickle.dumps((None, _portable(error)), 5)
        answer.write(data)
        answer.flush()
        status = 0
    finally:
        os._exit(status)


def _portable(error: BaseException) -> BaseException:
    """``error`` as another process can raise it, with the ``frames`` that led to it."""
    frames = [(f.filename, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    for made in (error, RuntimeError(f"{type(error).__name__}: {error}")):
        made.frames = frames  # type: ignore[attr-defined]
        with contextlib.suppress(Exception):  # an exception may be made of anything
            pickle.loads(pickle.dumps(made))  # noqa: S301 - just made
            return made
    raise AssertionError


def shared(jobs: int, work: Callable[[T], R], items: Iterable[T], worth: int = WORTH) -> list[R]:
    """``[work(item) for item in items]``, on ``jobs`` cores where there are many.

    ``work`` may leave nothing behind in this process but its results, which are pickled.
    """
    found = list(items)
    if jobs < 2 or len(found) < worth:
        return [work(item) for item in found]
    pool = Pool(jobs, lambda number: [work(item) for item in found[number::jobs]])
    try:
        parts = [[work(item) for item in found[0::jobs]], *pool.answers()]
    finally:
        pool.close()
    return [parts[n % jobs][n // jobs] for n in range(len(found))]
