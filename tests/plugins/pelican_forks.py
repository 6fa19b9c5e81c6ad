"""Runs ``pelican`` as a process of its own, without the time that loading Pelican takes.

A process that has loaded it forks for each run. There are two, each with a hash seed of its own,
and they take turns: what hangs on the order of a set shows in two runs, as in two processes.
"""

from __future__ import annotations

import os
import pickle
import select
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

TIMEOUT = 120
"""Seconds that one run may take."""


class Done(NamedTuple):
    """Exit status, standard output and standard error of a run."""

    code: int
    out: str
    err: str


class _Server:
    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONHASHSEED": "random"},
        )  # fmt: skip

    def run(self, folder: Path, words: Sequence[str]) -> Done:
        assert self._process.stdin
        assert self._process.stdout
        with tempfile.NamedTemporaryFile() as out, tempfile.NamedTemporaryFile() as err:
            task = str(folder), list(words), dict(os.environ), out.name, err.name
            pickle.dump(task, self._process.stdin)
            self._process.stdin.flush()
            ready, _, _ = select.select([self._process.stdout], [], [], TIMEOUT)
            if not ready:
                self._process.kill()
                raise subprocess.TimeoutExpired(["pelican", *words], TIMEOUT)
            code = pickle.load(self._process.stdout)
            return Done(code, out.read().decode(), err.read().decode())


_turns: list[Any] = []


def pelican(folder: Path, *words: str) -> Done:
    """Run ``pelican WORDS`` in ``folder``."""
    if not _turns:
        _turns.append(cycle([_Server(), _Server()]))
    return next(_turns[0]).run(folder, words)


def _serve() -> None:
    import pelican as package

    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    while True:
        try:
            task = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        process = os.fork()
        if not process:
            _run(package.main, *task)
        _, status = os.waitpid(process, 0)
        answers.write(pickle.dumps(os.waitstatus_to_exitcode(status)))


def _run(main: Any, folder: str, words: list[str], env: dict[str, str], *files: str) -> None:
    """As ``python -m pelican`` in a new process."""
    code: Any = 1
    try:
        for number, file in enumerate((os.devnull, *files)):
            os.dup2(os.open(file, os.O_RDWR), number)
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(env)
        sys.path[0] = folder
        sys.argv[:] = ["pelican", *words]
        main(words)
        code = 0
    except SystemExit as end:
        code = end.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 0 if code is None else 1)


if __name__ == "__main__":
    _serve()
