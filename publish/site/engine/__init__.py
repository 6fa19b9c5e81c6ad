"""Runs Pelican, and renders only pages whose inputs changed.

Generators and plugins run in full in every build, so the inputs of pages are always right. Cached
from build to build are: sources after their plugins' work (``sources``), pages by the values their
templates read (``pages``), copies and plugins' files by their keys (``staging``). If any code in
use is neither known nor declared fit (``trust``), stock Pelican runs.

Errors that Pelican only logs (a post without a date, a broken link) fail the build here.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from publish.post.diagnostic import Complaint

ISSUES = ".issues"
"""The prefix of composed issues' files among the site's files."""
Progress = Callable[[str, int], None]
"""Called with a phase (``read``, ``pages``) and its advance; a negative number is its total."""


Judge = Callable[[list[Any], Mapping[str, Any], Sequence[Complaint]], tuple[Any, bool]]
"""From Pelican's generators, the settings, and the errors of Pelican and the plugins so far to an
answer, and whether the site is fit. Called in a fork of the process that runs Pelican: the result
is pickled, and so is the function itself if another process runs it."""
Fit = Callable[[Path], bytes | None]
"""From a source to its bytes, which are not read again; None if Pelican must not open it."""


class Task(NamedTuple):
    """One run. ``settings`` is the settings file, ``overrides`` replace its values. ``stage`` is a
    folder for this run alone: the site goes to ``stage/site``, the record of its files to
    ``stage/pages``. ``folder`` holds the caches of earlier runs, ``record`` is the record of the
    files in the output, of which ``intact`` are unchanged since. ``code`` are Python files on which
    sources and pages depend. ``ignore_caches`` starts from nothing. ``jobs`` is the number of
    processes.
    ``judge`` is called once everything is read and before anything is rendered. A source that is
    not ``fit`` is never opened. ``until`` ends the run early: at ``"read"`` when ``judge`` has
    answered, at ``"letters"`` when plugins have composed these; at ``"read"`` the letters of a fit
    site are composed too if ``compose`` returns true for its generators. ``full_pelican`` imports
    Pelican without stubs, as the last run needed. Files of issues are called ``.issues/SLUG/…``
    among those of the site. A ``resident`` worker stays after the run, to render single pages
    (``Worker.page``)."""

    settings: Path
    overrides: Mapping[str, Any]
    stage: Path
    folder: Path
    record: Path
    intact: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    ignore_caches: bool = False
    jobs: int = 1
    judge: Judge | None = None
    fit: Fit | None = None
    until: Literal["", "read", "letters"] = ""
    resident: bool = False
    compose: Callable[[list[Any]], bool] | None = None
    full_pelican: bool = False


class Run(NamedTuple):
    """The result of a run. ``warnings`` are Pelican's harmless ones. ``reads`` are absolute paths
    that were read outside content, theme and plugin folders. ``due`` is when the next scheduled
    post becomes public (seconds since the epoch; 0: none waits). ``untracked``: the next build
    cannot be skipped. ``kept`` are files that stay as they lie in the output. ``rendered`` is how
    many pages were rendered. ``judged`` is what ``judge`` returned; if it does not find the site
    ``fit``, nothing is rendered. ``seconds`` is by phase.
    ``errors`` are what Pelican and the plugins refuse, of a run until ``"read"``; any other fails
    by them. ``full_pelican`` tells that all that Pelican can load was needed."""

    warnings: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    due: float = 0.0
    untracked: bool = False
    kept: tuple[str, ...] = ()
    rendered: int = 0
    judged: Any = None
    seconds: Mapping[str, float] = {}
    errors: tuple[Complaint, ...] = ()
    full_pelican: bool = False
    fit: bool = True


class UnfitSource(ValueError):
    """Raised instead of reading a source that Pelican must not open."""


class BadMoment(ValueError):
    """A date that cannot be compared with others, in the front matter's ``key``."""

    def __init__(self, key: str) -> None:
        super().__init__(f"`{key.title()}:` is not a valid date")
        self.key = key


class NeedsFullPelican(Exception):
    """A stub was used: the task must be run again with ``full_pelican``."""


_own: list[bool] = []
"""Holds True while this process may still run Pelican itself."""


def cores() -> int:
    """The number of cores this process may use; only Linux tells which of all."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def own_process() -> None:
    """Declare that this process belongs to one command, so that its first run of Pelican takes
    place in it. A run changes Pelican and its plugins for good, so any further run, and every run
    of a process that does other things, gets a process of its own."""
    _own.append(True)
    # Thousands of objects live to the end of the process: garbage collection finds nothing.
    gc.set_threshold(100_000, 50, 100)


def run(task: Task, progress: Progress | None = None) -> Run:
    """Run ``task``.

    Raises:
        Refused: anything failed; the message names the file.
        ConfigError: the settings file fails.
    """
    # A forked process may wait for ever for a lock held by a thread of its parent.
    if _own and threading.active_count() == 1:
        _own.clear()
        from publish.site.engine.inprocess import run_here

        try:
            return result(run_here(task, progress))
        except NeedsFullPelican:
            task = task._replace(full_pelican=True)
    from publish.site.engine.worker import start

    done, worker = start(task, progress)
    worker.close()
    return done


def result(found: Run | Exception) -> Run:
    """Return the run, or raise its error."""
    if isinstance(found, Exception):
        raise found
    return found
