"""The commands for setting up: ``where``, ``doctor``, and ``demo``, which ``make demo`` runs."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import click

import publish
from publish.cli import options
from publish.cli.terminal import Terminal
from publish.errors import Exit, Refused
from publish.settings import Settings

FOLDERS = ("plugins", "theme")


def folder(name: str) -> Path:
    """The folder ``plugins`` or ``theme``, in the installed package or beside it in a checkout."""
    package = Path(publish.__file__).resolve().parent
    installed = package / "share" / name
    return installed if installed.is_dir() else package.parent / name


@click.command()
@click.argument("name", type=click.Choice(FOLDERS), metavar="plugins|theme")
@options.flags
def where(name: str, **_: object) -> None:
    """Print the folder for PLUGIN_PATHS or THEME of a Pelican site.

    Example: publish where plugins
    """
    click.echo(folder(name))


@click.command("doctor")
@options.with_office
def doctor(office: options.Office, terminal: Terminal) -> int:
    """Check settings, account, site, targets and timer; say what to do.

    Example: publish doctor
    """
    from publish.http import fetch
    from publish.newsletter.doctor import checks
    from publish.office import checking
    from publish.run import doctor as unattended

    sick = 0
    letters = checks(office.account, office.api, office.settings.siteurl, fetch)
    own = checking.of_settings(office.settings)
    for check in chain(own, letters, unattended.checks(office.settings, office.lock)):
        mark = "ok   " if check.well else "fix  "
        line = f"{mark} {check.name}: {check.detail}"
        terminal.out(line if check.well else f"{line} — {check.remedy}")
        sick += not check.well
    terminal.note(office.with_sandbox_note("all is well" if not sick else f"{sick} to fix"))
    return int(Exit.REFUSED if sick else Exit.OK)


@click.command("demo")
@options.common
def demo(settings: Settings, terminal: Terminal) -> None:
    """Check, build, and mail the newest post to the sandbox's reader.

    Example: publish demo
    """
    import os

    from publish import sandbox
    from publish.cli import build, letters
    from publish.newsletter import issue

    # The demo uses the sandbox, even if the environment holds a key.
    os.environ.pop("MAILCHIMP_API_KEY", None)
    words = ["--settings", str(settings.path)]
    build.command.main(words, standalone_mode=False)
    if not (composed := issue.list_issues(settings.issues)):
        raise Refused(
            "no post has a letter, so there is none to mail",
            "add the plugin mail_issues to PLUGINS, and a post that is public",
        )
    letters.send.main([composed[-1].slug, "--now", "--yes", *words], standalone_mode=False)
    with sandbox.ensure(settings.root):
        # The sandbox delivers at its next tick.
        mails = _delivered(settings)
    terminal.out()
    terminal.out(f"site   {settings.output / 'index.html'}")
    for name in ("FEED_ALL_RSS", "FEED_ALL_ATOM", "FEED_ALL_JSON"):
        if settings.values.get(name):
            terminal.out(f"feed   {settings.output / str(settings.values[name])}")
    for mail in mails:
        terminal.out(f"mail   {mail}")
    terminal.out(f"{sandbox.NOTE}; to look at everything: publish preview")


def _delivered(settings: Settings) -> list[str]:
    import time

    from publish import sandbox

    folder = sandbox.folder(settings.root) / "mail"
    for _ in range(100):
        if found := sorted(str(file) for file in folder.glob("*.eml")):
            return found
        time.sleep(0.1)
    return []
