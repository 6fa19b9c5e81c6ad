"""Shares work among processes, which end with their parent, however that ends."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from typing import Any

from publish.errors import Refused

CHUNK = 8
AHEAD = 64
"""Chunks that are done before the first of them is taken: results wait in memory."""
FEW = 60
"""Items that are done sooner than two processes are started."""
_work: list[Callable[[int], Any]] = []
"""What this process does: set in a fork, for it holds what cannot be pickled."""


def share(work: Callable[[int], Any], numbers: Sequence[int], jobs: int) -> Iterator[Any]:
    """``work(number)`` for each number, in order, computed by ``jobs`` processes.

    Raises:
        Refused: one of them was killed.
    """
    if jobs < 2 or len(numbers) < FEW:
        yield from map(work, numbers)
        return
    pool = ProcessPoolExecutor(jobs, get_context("fork"), _begin, (work,))
    chunks = (numbers[at : at + CHUNK] for at in range(0, len(numbers), CHUNK))
    try:
        pending = deque(pool.submit(_done, chunk) for chunk in islice(chunks, AHEAD))
        while pending:
            yield from pending.popleft().result()
            pending.extend(pool.submit(_done, chunk) for chunk in islice(chunks, 1))
    except BrokenExecutor:
        what = "a process of the import was killed, as for want of memory"
        raise Refused(what, "end other programs, then run it again") from None
    finally:
        # All is done, or the import was stopped: a second Ctrl-C must not wait for the workers.
        for process in pool._processes.values():
            process.kill()
        pool.shutdown(cancel_futures=True)


def _begin(work: Callable[[int], Any]) -> None:
    # Ctrl-C is handled by the parent, which ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for stop in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, signal.SIG_DFL)
    _work[:] = [work]
    threading.Thread(target=_outlive, daemon=True).start()


def _outlive() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
    os._exit(0)


def _done(numbers: Sequence[int]) -> list[Any]:
    return [_work[0](number) for number in numbers]
