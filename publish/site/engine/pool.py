"""Work on several cores, in forks of this process, each with its share."""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import pickle
import signal
import tempfile
import traceback
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from publish import compiled
from publish.site.engine.audit import Audit

T = TypeVar("T")
R = TypeVar("R")


class Pool:
    """``jobs - 1`` copies that run ``work(number)`` from 1 on; each answers once, pickled.

    The attributes named in ``SHARED`` of each of ``parts`` are merged back from the copies.
    """

    def __init__(
        self,
        jobs: int,
        work: Callable[[int], Any],
        audit: Audit | None = None,
        parts: Sequence[Any] = (),
    ) -> None:
        self._copies: list[tuple[int, Any]] = []
        self._parts = parts
        gc.freeze()
        with audit.own() if audit else contextlib.nullcontext():
            for number in range(1, jobs):
                answer = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has been read
                process = os.fork()
                if not process:
                    _end(functools.partial(self._part, work, number), answer)
                self._copies.append((process, answer))

    def _part(self, work: Callable[[int], Any], number: int) -> tuple[Any, list[Any]]:
        return work(number), [share(part) for part in self._parts]

    def answers(self) -> list[Any]:
        """The results of the copies, in order; all have ended.

        Raises:
            BaseException: what ended a copy, with its ``frames``: file and line of each call.
            ChildProcessError: one was killed.
        """
        try:
            return [self._answer(*copy) for copy in self._copies.copy()]
        finally:
            self.close()

    def _answer(self, process: int, answer: Any) -> Any:
        _, status = os.waitpid(process, 0)
        self._copies.remove((process, answer))
        with answer:
            if status:
                ended = os.waitstatus_to_exitcode(status)
                how = f"by signal {-ended}" if ended < 0 else f"with status {ended}"
                raise ChildProcessError(f"a part of the build was ended {how}")
            answer.seek(0)
            result, error = pickle.load(answer)  # noqa: S301 - a copy of this process wrote it
        if error is not None:
            raise error
        found, shares = result
        for part, theirs in zip(self._parts, shares, strict=True):
            join(part, theirs)
        return found

    def close(self) -> None:
        """Leave no copy behind."""
        for process, answer in self._copies:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
                os.waitpid(process, 0)
            answer.close()
        self._copies.clear()


def share(part: Any) -> list[Any]:
    """The values of the attributes of ``part`` that its ``SHARED`` names."""
    return [getattr(part, name) for name in part.SHARED]


def join(part: Any, shared: list[Any]) -> None:
    """Merge the values from a copy: append what a list lacks, and update sets and mappings."""
    for name, theirs in zip(part.SHARED, shared, strict=True):
        mine = getattr(part, name)
        more = [each for each in theirs if each not in mine] if type(mine) is list else ()
        setattr(part, name, [*mine, *more] if type(mine) is list else mine | theirs)


def spread(
    jobs: int, work: Callable[[list[T]], R], items: list[T], audit: Audit, parts: Sequence[Any] = ()
) -> list[R]:
    """``work`` of the first of ``items``, then of the rest of this process's share, then of that of
    each copy. Modules and expressions that the first one needs are loaded before forking."""
    first = work(items[:1])
    pool = Pool(jobs, lambda number: work(items[number::jobs]), audit, parts)
    try:
        return [first, work(items[jobs::jobs]), *pool.answers()]
    finally:
        pool.close()


def end_with_parent() -> None:
    """End this process within a second after its parent, which may be killed while Markdown takes
    minutes for a text."""
    parent = os.getppid()

    def look(*_: Any) -> None:
        if os.getppid() != parent:
            os._exit(1)

    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, 1, 1)


def _end(work: Callable[[], Any], answer: Any) -> None:
    status = 1
    try:
        end_with_parent()
        try:
            data = pickle.dumps((work(), None), 5)
        except BaseException as error:  # anything may be raised; the parent raises it again
            data = pickle.dumps((None, _portable(error)), 5)
        answer.write(data)
        answer.flush()
        status = 0
        compiled.save()
    finally:
        os._exit(status)


def _portable(error: BaseException) -> BaseException:
    """``error`` as another process can raise it, with the ``frames`` that led to it."""
    frames = [(f.filename, f.lineno) for f in traceback.extract_tb(error.__traceback__)]
    for made in (error, RuntimeError(f"{type(error).__name__}: {error}")):
        made.frames = frames  # type: ignore[attr-defined]
        with contextlib.suppress(Exception):  # an exception may hold anything
            pickle.loads(pickle.dumps(made))  # noqa: S301 - just made
            return made
    raise AssertionError
