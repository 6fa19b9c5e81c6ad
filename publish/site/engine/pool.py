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
            ChildProcessError: one of them ended without.
        """
        found = []
        while self._copies:
            process, answer = self._copies[0]
            _, status = os.waitpid(process, 0)
            self._copies.pop(0)
            with answer:
                if status:
                    raise ChildProcessError("a part of the build ended early")
                answer.seek(0)
                found.append(pickle.load(answer))  # noqa: S301 - a copy of this process wrote it
        return found

    def close(self) -> None:
        """Leave no copy behind."""
        for process, answer in self._copies:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
            answer.close()
        self._copies.clear()


def _end(work: Callable[[int], Any], number: int, answer: Any) -> None:
    status = 1
    try:
        pickle.dump(work(number), answer, 5)
        answer.flush()
        status = 0
    except BaseException:  # a theme or plugin may do anything; the parent tells of it
        traceback.print_exc()
    finally:
        os._exit(status)


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
