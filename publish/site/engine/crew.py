"""Work on several cores: copies of this process, each with its share.

A copy has everything that was loaded and read so far without anything being sent to it. It
answers once, with plain values, and ends without running anybody's clean-up.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from typing import Any


class Crew:
    """Copies numbered from 1 on that run ``work``; this process is number 0 and runs its own."""

    def __init__(self, size: int, work: Callable[[int], Any]) -> None:
        self._copies: list[tuple[int, int]] = []
        sys.stdout.flush()
        sys.stderr.flush()
        for number in range(1, size):
            handle, name = tempfile.mkstemp()
            os.unlink(name)  # noqa: PTH108 - known by its handle alone, it leaves nothing behind
            process = os.fork()
            if process == 0:
                _work(work, number, handle)
            self._copies.append((process, handle))

    def answers(self) -> list[Any]:
        """What the copies answered, when all have ended.

        Raises:
            ChildProcessError: a copy ended without an answer.
        """
        found = []
        for process, handle in self._copies:
            _, status = os.waitpid(process, 0)
            with os.fdopen(handle, "rb") as stream:
                stream.seek(0)
                answer = stream.read()
            if status or not answer:
                raise ChildProcessError("a part of the build ended early")
            found.append(pickle.loads(answer))  # noqa: S301 - our own process's
        self._copies = []
        return found

    def dismiss(self) -> None:
        """End the copies: nobody waits for their answers any more."""
        for process, handle in self._copies:
            os.kill(process, signal.SIGKILL)
            os.waitpid(process, 0)
            os.close(handle)
        self._copies = []


def _work(work: Callable[[int], Any], number: int, handle: int) -> None:
    status = 1
    try:
        answer = pickle.dumps(work(number), protocol=5)
        with os.fdopen(handle, "wb") as stream:
            stream.write(answer)
        status = 0
    except BaseException:  # a copy must end here, whatever happens
        traceback.print_exc()
    finally:
        os._exit(status)
