"""Runs stock Pelican in a process of its own, and renders again only what differs.

Generators, plugins and lists are made in full in every build, so what pages are made of is always
right. Kept from build to build are: a source as its plugins left it (``sources``), a page by what
its template looked at (``pages``), a copy or a plugin's file by its key (``staging``). Where any
code in play is neither known nor declared fit (``trust``), Pelican runs as it comes.

What Pelican only logs and goes on from (a post without a date, a broken link) is a failure here.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from publish.errors import ConfigError, Exit, Refused
from publish.site.snapshot import ACCOUNTS

CHILD = "publish.site.engine.child"
ISSUES = ".issues"
"""The folder in which files of composed issues are called, among those of the site."""
UNFIT = "this source is kept from Pelican"
"""What the reading of a source that is not fit ends with."""
Progress = Callable[[str, int], None]
"""Told a phase (``read``, ``pages``) and by how much it advanced; below zero is its whole size."""


Judge = Callable[[list[Any], Mapping[str, Any], Sequence[str]], tuple[Any, bool]]
"""Given Pelican's generators, the settings, and what Pelican and the plugins refuse so far.

Its answer, and whether the site is fit. Called in a copy of the process that runs Pelican, so it
is a function of a module and what it returns is pickled.
"""
Fit = Callable[[Path], bytes | None]
"""Given a source, its bytes, which are read once, there; None if Pelican must not open it."""


@dataclass(frozen=True)
class Deferred:
    """A function of a module, ``package.module:name``, with its first arguments, by name.

    The process that runs Pelican imports it when it is called, and not before.
    """

    name: str
    given: tuple[Any, ...] = ()

    def __call__(self, *further: Any, **named: Any) -> Any:
        """Import it and call it."""
        module, _, name = self.name.partition(":")
        return getattr(importlib.import_module(module), name)(*self.given, *further, **named)


@dataclass(frozen=True)
class Task:
    """One run.

    ``settings`` is the settings file, ``overrides`` are values put over it. ``stage`` is a folder
    for this run alone: the site goes to ``stage/site``, the record of its pages to
    ``stage/pages``. ``folder`` holds what earlier runs left, ``record`` is that of the pages in
    the output, of which ``intact`` were not touched since. ``code`` are files of Python that
    decide what sources and pages are. ``forget`` makes everything again. ``jobs`` is how many
    processes may work. ``judge`` is called once all is read and before anything is rendered. A
    source that is not ``fit`` is never opened. ``until`` ends the run early: at
    ``"read"`` when ``judge`` has answered, at ``"letters"`` when plugins have composed these.
    Files of issues are called ``.issues/SLUG/…`` among those of the site. A ``resident`` worker
    stays when it is done, to show single pages (``Worker.page``).
    """

    settings: Path
    overrides: Mapping[str, Any]
    stage: Path
    folder: Path
    record: Path
    intact: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    forget: bool = False
    jobs: int = 1
    judge: Judge | None = None
    fit: Fit | None = None
    until: Literal["", "read", "letters"] = ""
    resident: bool = False


@dataclass(frozen=True)
class Run:
    """What came of it.

    ``warnings`` are Pelican's own that break nothing. ``reads`` are absolute paths that were read
    outside content, theme and plugin folders. ``due`` is when the next scheduled post becomes
    public (seconds since the epoch; 0: none waits). ``untracked`` says why the next build cannot
    be skipped, ``stock`` why stock Pelican had to run; ``""`` if neither. ``kept`` are files that
    stay as they lie in the output. ``rendered`` is how many pages were rendered, ``fresh`` how
    many sources were read. ``judged`` is what ``judge`` returned. ``seconds`` is by phase.
    ``errors`` are what Pelican and the plugins refuse, of a run until ``"read"``; any other fails
    by them.
    """

    warnings: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    due: float = 0.0
    untracked: str = ""
    stock: str = ""
    kept: tuple[str, ...] = ()
    rendered: int = 0
    fresh: int = 0
    judged: Any = None
    seconds: Mapping[str, float] = field(default_factory=dict)
    errors: tuple[str, ...] = ()


@dataclass
class Unfit(Exception):
    """The judge found the site unfit; ``answer`` is its result."""

    answer: Any


class RetryWhole(Exception):
    """Pelican needs more than was loaded: run the task in a ``whole`` worker."""


_early: dict[Path, Worker] = {}


def prewarm(settings: Path, *, whole: bool = False) -> None:
    """A build of this site is likely: let a process load Pelican while this one gets ready."""
    with contextlib.suppress(OSError):
        _early[settings] = Worker(settings, whole=whole)


def shutdown() -> None:
    """End the processes that wait for a build that did not come."""
    while _early:
        _early.popitem()[1].close()


def run(task: Task, progress: Progress | None = None, *, whole: bool = False) -> tuple[Run, bool]:
    """Run ``task``; also whether it needed all that Pelican can load (``whole``).

    Raises:
        Refused: anything failed; the message names the file.
        ConfigError: the settings file fails.
        Unfit: the judge says so.
    """
    done, worker = start(task, progress, whole=whole)
    worker.close()
    return done, worker.whole


def start(
    task: Task, progress: Progress | None = None, *, whole: bool = False
) -> tuple[Run, Worker]:
    """As ``run``; the worker is left to the caller."""
    worker = _early.pop(task.settings, None) or Worker(task.settings, whole=whole)
    try:
        return worker.run(task, progress), worker
    except RetryWhole:
        worker.close()
        worker = Worker(task.settings, whole=True)
        try:
            return worker.run(task, progress), worker
        except BaseException:
            worker.close()
            raise
    except BaseException:
        worker.close()
        raise


class Worker:
    """A process that loads Pelican at once and waits for its one task."""

    def __init__(self, settings: Path, *, whole: bool = False) -> None:
        """For the site of the ``settings`` file; ``whole`` loads all that Pelican loads."""
        self._settings, self.whole = settings, whole
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        how = ["whole"] if whole else []
        self._process = subprocess.Popen(  # noqa: S603 - this very program
            # Not with -m, which takes a while to find what this finds at once.
            [sys.executable, "-P", "-c", f"import {CHILD}; {CHILD}.main()", *how],
            cwd=settings.parent, env=_environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._said,
            # Ctrl-C ends the parent, which ends its worker; it is no failure of the build.
            start_new_session=True,
        )  # fmt: skip

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, whether it had its task or not."""
        if self._process.poll() is None:
            self._process.kill()
        for stream in (self._process.stdin, self._process.stdout, self._said):
            with contextlib.suppress(OSError):
                stream.close()  # type: ignore[union-attr]
        self._process.wait()

    def run(self, task: Task, progress: Progress | None = None) -> Run:
        """Do the one task.

        Raises:
            Refused: anything failed; the message names the file.
            ConfigError: the settings file fails.
            Unfit: the judge says so.
            RetryWhole: it has to be done once more, with all that Pelican loads.
        """
        assert self._process.stdout
        try:
            self._tell(task)
            while True:
                # Our own process, which no other can answer for.
                message = pickle.load(self._process.stdout)  # noqa: S301
                if not isinstance(message, tuple):
                    break
                if progress:
                    progress(*message)
        except (EOFError, pickle.UnpicklingError):
            raise self._ended() from None
        if isinstance(message, Unfit | RetryWhole):
            raise message
        assert isinstance(message, Run | Failed)
        if isinstance(message, Failed):
            also = f" (and {len(message.errors) - 1} more)" if len(message.errors) > 1 else ""
            kind = ConfigError if message.code == Exit.USAGE else Refused
            raise kind(
                message.errors[0] + also, "mend that and build again; the built site is as it was"
            )
        return message

    def page(self, source: Path) -> tuple[str, bytes] | None:
        """The file and the bytes of the page of ``source`` as it reads now, from a worker that
        stayed: lists and letters are as they were. None if that cannot be told so quickly.
        """
        try:
            self._tell(str(source))
            found: Any = ("", 0)
            while isinstance(found, tuple) and isinstance(found[1], int):  # how far it is
                found = pickle.load(self._process.stdout)  # type: ignore[arg-type]  # noqa: S301
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            return None
        return found if isinstance(found, tuple) else None

    def _tell(self, message: Any) -> None:
        assert self._process.stdin
        with contextlib.suppress(BrokenPipeError):
            pickle.dump(message, self._process.stdin, 5)
            self._process.stdin.flush()

    def _ended(self) -> Refused:
        status = self._process.wait()
        self._said.seek(0)
        said = self._said.read().decode("utf-8", "replace").strip().splitlines()
        how = f"by signal {-status}" if status < 0 else (said or ["no message"])[-1]
        return Refused(
            f"{self._settings.name}: the build process ended early: {how}", "build again"
        )


@dataclass(frozen=True)
class Failed:
    """A run that failed, in place of a ``Run``."""

    errors: tuple[str, ...]
    code: Exit


def _environment() -> dict[str, str]:
    # A key must not reach a template; and the worker must find this very program.
    kept = {name: v for name, v in os.environ.items() if not name.startswith(ACCOUNTS)}
    here = str(Path(__file__).resolve().parents[3])
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, (kept.get("PYTHONPATH"), here)))}
