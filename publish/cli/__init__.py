"""The command ``publish``."""

from __future__ import annotations

import contextlib
import signal
import sys

ALONE = ("build", "check")
"""Commands that read the site once, and in which Pelican may run in the same process."""
INTERRUPTED = 130
"""``Exit.INTERRUPTED``, which takes longer to import than a build with nothing to do."""
STOPPED = "interrupted — run it again; nothing will be sent twice"


def main(args: list[str] | None = None) -> None:
    """Run the command, and exit with its exit code (see docs/reference.md)."""
    args = sys.argv[1:] if args is None else args
    try:
        _on_stop(interrupt=True)
        _open_streams()
        code = run(args, alone=True)
        _on_stop(interrupt=False)
    except KeyboardInterrupt:  # as modules are imported, or once more while the command ends
        _on_stop(interrupt=False)
        with contextlib.suppress(OSError):  # a terminal that was closed
            print(f"error: {STOPPED}", file=sys.stderr)
        code = INTERRUPTED
    if code == INTERRUPTED or (args and args[0] in ALONE):
        _leave(code)
    sys.exit(code)


def _on_stop(*, interrupt: bool) -> None:
    """``interrupt`` the command, or just end this process, at Ctrl-C, at the end of a timer's or a
    CI job's patience, and when the terminal's window is closed (except under ``nohup``)."""
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(stop) is not signal.SIG_IGN:
            signal.signal(stop, signal.default_int_handler if interrupt else signal.SIG_DFL)


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
    of its time. An interrupted command does not wait for its threads."""
    import atexit
    import os

    threading = sys.modules.get("threading")  # without this module there are no threads
    if threading and threading.active_count() > 1 and code != INTERRUPTED:
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
