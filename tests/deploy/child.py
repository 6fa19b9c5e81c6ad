"""A deploy in a process of its own, which can be killed at any of its steps.

The processes are copies of one that has imported all and has no threads yet.
"""

from __future__ import annotations

import functools
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from publish.deploy import deploy as deploying
from publish.deploy import repository
from publish.deploy.targets import command, connection, folder, s3
from tests.deploy.stand import Stand

FORK = multiprocessing.get_context("forkserver")
FORK.set_forkserver_preload(["tests.deploy.child", "tests.deploy.runs"])

STEPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (folder.Folder, ("write", "copy", "remove", "write_record")),
    (s3.S3, ("write", "copy", "remove", "write_record", "_create", "fence")),
    (repository, ("run",)),
    (connection.Connection, ("ask",)),
    (command, ("run", "write_whole")),
)
"""Everything by which a deploy changes something outside itself."""


def run(stand: Stand, kill: int = 0, **how: Any) -> int | str:
    """Deploy; the exit code (-9 when it was killed at step ``kill``), or the state it ended in."""
    ours, theirs = FORK.Pipe()
    process = FORK.Process(target=_deploy, args=(stand, kill, how, theirs, dict(os.environ)))
    process.start()
    theirs.close()
    try:
        said: str | None = ours.recv()
    except EOFError:
        said = None
    process.join(60)
    code = process.exitcode
    process.close()
    ours.close()
    assert said is not None or code == -signal.SIGKILL, code
    return said if said is not None else -signal.SIGKILL


def start(stand: Stand, **how: Any) -> Callable[[], str]:
    """Begin a deploy; what is returned waits for the state it ends in."""
    ours, theirs = FORK.Pipe()
    process = FORK.Process(target=_deploy, args=(stand, 0, how, theirs, dict(os.environ)))
    process.start()
    theirs.close()

    def wait() -> str:
        said: str = ours.recv()
        process.join(60)
        process.close()
        ours.close()
        return said

    return wait


def _deploy(stand: Stand, kill: int, how: dict[str, Any], answer: Any, env: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(env)
    if kill:
        arm(kill, STEPS)
    try:
        out = stand.back() if how.pop("back", False) else stand.deploy(**how)
        answer.send(out.state)
    except deploying.Stopped as stop:
        answer.send(f"{int(stop.code)}: {stop.message}")
    except BaseException as error:
        answer.send(f"{type(error).__name__}: {error}")
        sys.exit(1)


def arm(kill: int, steps: tuple[tuple[Any, tuple[str, ...]], ...]) -> None:
    """Count each step before it begins and when it has ended, and die at the one that is named."""
    left = kill

    def count() -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(act: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(act)
        def step(*args: Any, **options: Any) -> Any:
            count()
            done = act(*args, **options)
            count()
            return done

        return step

    for owner, names in steps:
        for name in names:
            setattr(owner, name, counted(getattr(owner, name)))
