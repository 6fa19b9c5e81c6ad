"""The command ``publish``."""

from __future__ import annotations

import sys

ALONE = ("build", "check")
"""Commands that read the site once and do nothing beside it."""


def main(args: list[str] | None = None) -> None:
    """Run the command and end the process with the exit code of the contract."""
    args = sys.argv[1:] if args is None else args
    code = run(args, alone=True)
    if args and args[0] in ALONE:
        _leave(code)
    sys.exit(code)


def _leave(code: int) -> None:
    """End the process as it is, if it may: to take apart all that a build holds takes a
    twentieth of it."""
    import atexit
    import os

    threading = sys.modules.get("threading")  # without it there are no threads
    if (threading and threading.active_count() > 1) or sys.stdout is None or sys.stderr is None:
        return
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        code = code or 1  # the command itself has told of a stream that cannot be written
    os._exit(code)


def run(args: list[str], *, alone: bool = False) -> int:
    """Run the command; its exit code. No mistake of a user's ends in a traceback.

    ``alone`` tells that the process ends with the command: Pelican may run in it.
    """
    if args[:1] == ["build"]:
        from publish.cli.unchanged import answered

        # Most builds have nothing to do, and loading click takes longer than finding that out.
        if answered(args[1:]):
            return 0
    if alone and args and args[0] in ALONE:
        from publish import compiled
        from publish.cli.unchanged import in_cache

        compiled.keep(in_cache(args[1:], "compiled"))
        from publish.site import engine

        engine.own_process()
        code = _run(args)
        compiled.save()
        return code
    return _run(args)


def _run(args: list[str]) -> int:
    from publish.cli import group

    return group.run(args)
