"""``publish doctor``."""

from __future__ import annotations

import click

from publish.cli.newsroom import newsroom
from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.errors import Exit
from publish.settings import Settings


@click.command("doctor")
@click.option("--live", is_flag=True, help="Insist on the real account.")
@common
def command(settings: Settings, terminal: Terminal, live: bool) -> int:
    """Check settings, key, audience, sender, plan and site; say what to do about each.

    Example: publish doctor
    """
    from publish.http import fetch
    from publish.newsletter.doctor import examine

    sick = 0
    with newsroom(settings, terminal, live) as room:
        for check in examine(room.account, room.api, settings.siteurl, fetch):
            mark = "ok   " if check.well else "mend "
            line = f"{mark} {check.name}: {check.detail}"
            terminal.out(line if check.well else f"{line} — {check.remedy}")
            sick += not check.well
        terminal.note(room.said("all is well" if not sick else f"{sick} to mend"))
    return int(Exit.REFUSED if sick else Exit.OK)
