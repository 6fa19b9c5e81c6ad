"""The command ``publish``; each subcommand's module is imported when it is used."""

from __future__ import annotations

import errno
import importlib
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import click

from publish.cli import STOPPED
from publish.errors import Exit, PublishError, as_publish_error

COMMANDS = {
    "new": "posts.new", "check": "check.command", "build": "build.command",
    "preview": "serving.preview", "desk": "serving.desk", "rename": "posts.rename",
    "retract": "letters.retract", "import": "importer.command", "plan": "letters.plan",
    "test": "letters.test", "send": "letters.send", "undo": "letters.undo",
    "status": "letters.status", "report": "letters.report", "deploy": "live.deploy",
    "run": "live.run", "doctor": "setting_up.doctor", "where": "setting_up.where",
    "sandbox": "sandbox.command", "demo": "setting_up.demo",
}  # fmt: skip
"""Each command's module and name there, in the order of an author's day."""


class Lazy(click.Group):
    """Imports a subcommand's module on use, so that ``build`` does not import ``send``'s."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, or None, for which click suggests a similar one."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(".")
        command: click.Command = getattr(importlib.import_module(f"publish.cli.{module}"), name)
        return command


@click.command(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="happy-pharmacists", prog_name="publish")
def group() -> None:
    """Write in Markdown; publish a page, feed items and a newsletter issue.

    Example: publish new "A calm handover", then publish preview, publish build, publish send.
    """


def run(args: list[str]) -> int:
    """Run the command; returns its exit code. No user's mistake ends in a traceback. If its output
    cannot be written it is still performed, and one line reports that; a closed pipe is ignored."""
    from publish.cli.terminal import Terminal, standard_streams

    if "--no-color" in args:  # also for the error of a command that could not be begun
        os.environ["NO_COLOR"] = "1"
    if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal may lack a letter
        sys.stdout.reconfigure(errors="replace")
    with standard_streams() as failed:
        code = _run(args)
        if failed and failed[0].errno != errno.EPIPE:
            Terminal.error(f"{failed[0].strerror} — fix that, then run this again")
            # Its caller cannot know whether a letter went out.
            mails = args[0] == "send" or (args[0] == "run" and "--live" in args)
            return code or int(Exit.UNKNOWN if mails else Exit.REFUSED)
    return code


def _run(args: list[str]) -> int:
    from publish.cli.terminal import Terminal

    try:
        with _no_silent_end():
            result = group.main(args=args, prog_name="publish", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        Terminal.error(STOPPED)
        return int(Exit.INTERRUPTED)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return int(Exit.USAGE)
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        shown = context.command_path if context else " ".join(["publish", *args[:1]])
        what = " ".join(error.format_message().split()).rstrip(".")
        Terminal.error(f"{what} — `{shown} --help` shows the usage")
        return int(error.exit_code)
    except SystemExit:  # click raises it for a BrokenPipeError
        Terminal.error("the other side closed the connection — run this again")
        return int(Exit.REFUSED)
    except (PublishError, OSError) as error:
        failure = as_publish_error(error)
        Terminal.error(str(failure))
        return int(failure.code)
    return int(result) if isinstance(result, int) else int(Exit.OK)


@contextmanager
def _no_silent_end() -> Iterator[None]:
    """Report a caller of ``os._exit`` in this process, such as a plugin: an aborted command must
    not look like a finished one."""
    own, leave = os.getpid(), os._exit

    def ended(status: int) -> NoReturn:
        # Our own forked processes end this way.
        if os.getpid() == own:
            from publish.cli.terminal import Terminal

            caller = sys._getframe(1)
            where = f"{caller.f_code.co_filename}:{caller.f_lineno}"
            Terminal.error(
                f"{where}: os._exit({status}) ended this before it was done — remove that call, "
                "then run this again"
            )
            status = int(Exit.REFUSED)
        leave(status)

    os._exit = ended
    try:
        yield
    finally:
        os._exit = leave
