"""The command ``publish``."""

from __future__ import annotations

import sys

ALONE = ("build", "check")
"""Commands that read the site once, and in which Pelican may run in the same process."""


def main(args: list[str] | None = None) -> None:
    """Run the command, and exit with its exit code (see docs/reference.md)."""
    args = sys.argv[1:] if args is None else args
    _open_streams()
    code = run(args, alone=True)
    if args and args[0] in ALONE:
        _leave(code)
    sys.exit(code)


def _open_streams() -> None:
    """Open the null device as each standard stream that was closed before the start: the next file
    to be opened would get its number, and with it what a plugin or a child writes there."""
    import os

    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            null = open(os.devnull, "w" if number else "r", encoding="utf-8", errors="replace")  # noqa: PTH123, SIM115
            setattr(sys, name, null)
            os.set_inheritable(number, True)


def _leave(code: int) -> None:
    """Exit without freeing memory where that is safe: freeing a build's objects takes a twentieth
    of its time."""
    import atexit
    import os

    threading = sys.modules.get("threading")  # without this module there are no threads
    if threading and threading.active_count() > 1:
        return
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):
        code = code or 1  # the command has already reported an unwritable stream
    os._exit(code)


def run(args: list[str], *, alone: bool = False) -> int:
    """Run the command; returns its exit code. No user's mistake ends in a traceback. ``alone``: the
    process ends with the command, so that Pelican may run in it."""
    if not _here():
        print("error: this folder is gone — change into the site's folder", file=sys.stderr)
        return 2
    if args[:1] == ["build"]:
        from publish.cli.unchanged import answered

        # Most builds have nothing to do, and importing click takes longer than finding that out.
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


def _here() -> bool:
    """Whether the folder that this process is in still exists."""
    import os

    try:
        return bool(os.getcwd())  # noqa: PTH109 - pathlib takes longer to import than all of this
    except OSError:
        return False


def _run(args: list[str]) -> int:
    from publish.cli import group

    return group.run(args)
