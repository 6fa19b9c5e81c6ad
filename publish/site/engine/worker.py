"""Runs Pelican in another process, for one that does other things or builds repeatedly.

The worker reads its task from standard input, and writes progress, then the result, to standard
output; a resident one then renders single pages.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from publish import light
from publish.errors import Refused
from publish.post.stamps import ACCOUNTS
from publish.site.engine import NeedsFullPelican, Progress, Run, Task, own_process, result
from publish.site.engine.pool import end_with_parent


def start(
    task: Task, progress: Progress | None = None, worker: Worker | None = None
) -> tuple[Run, Worker]:
    """Run ``task`` in a new process, or that of ``worker``; the caller must close it.

    Raises:
        Refused, ConfigError: as ``engine.run``.
    """
    worker = worker or Worker(task.settings, full_pelican=task.full_pelican)
    try:
        return worker.run(task._replace(full_pelican=worker.full_pelican), progress), worker
    except NeedsFullPelican:
        worker.close()
        return start(task._replace(full_pelican=True), progress)
    except BaseException:
        worker.close()
        raise


class Worker:
    """A process that imports Pelican at once and waits for its task."""

    def __init__(self, settings: Path, *, full_pelican: bool = False) -> None:
        """For the site of the ``settings`` file; ``full_pelican`` imports Pelican without stubs."""
        self._settings, self.full_pelican = settings, full_pelican
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        how = ["full"] if full_pelican else []
        self._process = subprocess.Popen(  # noqa: S603 - this very program
            # Not with -m, which takes longer to find the module.
            [sys.executable, "-P", "-c", f"import {__name__} as w; w.main()", *how],
            cwd=settings.parent,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            # Ctrl-C ends the parent, which ends its worker; it must not look like a failed build.
            start_new_session=True,
        )

    def close(self) -> None:
        """End the process, whether it has had its task or not."""
        if self._process.poll() is None:
            self._process.kill()
        for stream in (self._process.stdin, self._process.stdout, self._stderr):
            with contextlib.suppress(OSError):
                stream.close()  # type: ignore[union-attr]
        self._process.wait()

    def run(self, task: Task, progress: Progress | None = None) -> Run:
        """Do the one task.

        Raises:
            Refused, ConfigError: as ``engine.run``.
            NeedsFullPelican: it must be run again with ``full_pelican``.
        """
        try:
            return result(self._ask(task, progress))
        except (EOFError, pickle.UnpicklingError):
            raise self._ended() from None

    def page(self, source: Path) -> tuple[str, bytes] | None:
        """The file and the bytes of the page of the present ``source``, from a resident worker;
        lists and letters are not updated. None if only a complete build can tell."""
        try:
            return self._ask(str(source), None)  # type: ignore[no-any-return]
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            return None

    def _ask(self, message: Any, progress: Progress | None) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        with contextlib.suppress(BrokenPipeError):
            pickle.dump(message, self._process.stdin, 5)
            self._process.stdin.flush()
        while True:
            # The data come from our own process.
            final, answer = pickle.load(self._process.stdout)  # noqa: S301
            if final:
                return answer
            if progress:
                progress(*answer)

    def _ended(self) -> Refused:
        status = self._process.wait()
        self._stderr.seek(0)
        lines = self._stderr.read().decode("utf-8", "replace").strip().splitlines()
        how = f"by signal {-status}" if status < 0 else (lines or ["no message"])[-1]
        return Refused(
            f"{self._settings.name}: the build process ended early: {how}", "build again"
        )


def _environment() -> dict[str, str]:
    # A key must not reach a template; and the worker must import this same program.
    kept = {name: v for name, v in os.environ.items() if not name.startswith(ACCOUNTS)}
    here = str(Path(__file__).resolve().parents[3])
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, (kept.get("PYTHONPATH"), here)))}


def main() -> None:
    """The process's entry point: it waits for the task after importing everything."""
    end_with_parent()
    own_process()
    if "full" not in sys.argv[1:]:
        light.install()
    import publish.site.engine.execution  # noqa: F401 - and with it Pelican
    from publish.site.engine.inprocess import run
    from publish.site.engine.single_page import render

    try:
        task = pickle.load(sys.stdin.buffer)  # noqa: S301 - our parent's
    except EOFError:
        return  # closed without a task
    # Plugins may print, so the pipe of answers is not their standard output.
    with os.fdopen(os.dup(1), "wb", buffering=0) as answer:
        os.dup2(2, 1)
        held: list[Any] = []

        def progress(phase: str, count: int) -> None:
            answer.write(pickle.dumps((False, (phase, count))))

        answer.write(pickle.dumps((True, run(task, progress, held)), 5))
        with contextlib.suppress(EOFError):  # until the parent closes the pipe
            while task.resident:
                source = pickle.load(sys.stdin.buffer)  # noqa: S301 - our parent's
                answer.write(pickle.dumps((True, render(held, source)), 5))
    sys.stderr.flush()
    # Exit without freeing memory, which would take longer than the exit.
    os._exit(0)
