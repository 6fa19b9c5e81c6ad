"""The command ``publish``."""

from __future__ import annotations

import sys


def main(args: list[str] | None = None) -> None:
    """Run the command and end the process with the exit code of the contract."""
    sys.exit(run(sys.argv[1:] if args is None else args))


def run(args: list[str]) -> int:
    """Run the command; its exit code. No mistake of a user's ends in a traceback."""
    if args[:1] == ["build"]:
        from publish.cli.unchanged import answered

        # Most builds have nothing to do, and loading click takes longer than finding that out.
        if answered(args[1:]):
            return 0
    from publish.cli import group

    try:
        return group.run(args)
    finally:
        # A build that was refused before it began leaves a process that waits for it.
        if engine := sys.modules.get("publish.site.engine"):
            engine.shutdown()
