"""``publish doctor``."""

from __future__ import annotations

from itertools import chain

import click

from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.errors import Exit
from publish.settings import Settings


@click.command("doctor")
@click.option("--live", is_flag=True, help="Fail unless MAILCHIMP_API_KEY is set.")
@common
def command(settings: Settings, terminal: Terminal, live: bool) -> int:
    """Check key, audience, sender, plan, site, targets and timer; say what to do about each.

    Example: publish doctor
    """
    from publish.cli.answering import voice
    from publish.http import fetch
    from publish.newsletter.doctor import checks
    from publish.office import opened
    from publish.run import doctor

    sick = 0
    with opened(settings, voice(terminal), live=live) as office:
        letters = checks(office.account, office.api, settings.siteurl, fetch)
        for check in chain(letters, doctor.checks(settings, office.lock)):
            mark = "ok   " if check.well else "mend "
            line = f"{mark} {check.name}: {check.detail}"
            terminal.out(line if check.well else f"{line} — {check.remedy}")
            sick += not check.well
        terminal.note(office.with_sandbox_note("all is well" if not sick else f"{sick} to mend"))
    return int(Exit.REFUSED if sick else Exit.OK)
