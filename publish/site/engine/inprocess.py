"""Runs Pelican in this process, once."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from publish import light
from publish.post.stamps import ACCOUNTS
from publish.site.engine import Progress, Run, Task

Outcome = Run | Exception


class Clock:
    """When a run ``began``, and its seconds by phase."""

    def __init__(self) -> None:
        self.began = datetime.now(UTC)
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic()

    def phase(self, name: str) -> None:
        """Attribute the time since the last call to the phase ``name``."""
        now = time.monotonic()
        self.seconds[name] = round(self.seconds.get(name, 0.0) + now - self._last, 4)
        self._last = now


def run_here(task: Task, progress: Progress | None) -> Outcome:
    """Run ``task`` in the process of the command itself.

    Meanwhile standard output goes to standard error, as plugins may print; the environment holds no
    key; and the site's folder is the working directory.
    """
    if not task.full_pelican:
        light.install()
    with contextlib.chdir(task.settings.parent), _without_keys(), _without_stdout():
        return run(task, progress or (lambda phase, count: None), [])


def run(task: Task, progress: Progress, held: list[Any]) -> Outcome:
    """Run Pelican; what came of it, or the error by which ``engine.run`` ends.

    The generators of a run that went well are put into ``held``.
    """
    clock = Clock()
    from publish.site.engine.execution import Execution  # imports Pelican

    execution = Execution(task, progress, clock)
    outcome = execution.run()
    held.extend(execution.generators)
    return outcome


@contextlib.contextmanager
def _without_keys() -> Iterator[None]:
    """A key must not reach a template."""
    keys = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(ACCOUNTS)}
    try:
        yield
    finally:
        os.environ.update(keys)


@contextlib.contextmanager
def _without_stdout() -> Iterator[None]:
    sys.stdout.flush()
    stdout = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(stdout, 1)
        os.close(stdout)
