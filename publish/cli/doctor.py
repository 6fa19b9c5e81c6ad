"""``publish doctor``."""

from __future__ import annotations

from itertools import chain

import click

from publish.cli import options
from publish.cli.terminal import Terminal
from publish.errors import Exit


@click.command("doctor")
@options.with_office
def command(office: options.Office, terminal: Terminal) -> int:
    """Check key, audience, sender, plan, site, targets and timer; say what to do about each.

    Example: publish doctor
    """
    from publish.http import fetch
    from publish.newsletter.doctor import checks
    from publish.run import doctor

    sick = 0
    letters = checks(office.account, office.api, office.settings.siteurl, fetch)
    for check in chain(letters, doctor.checks(office.settings, office.lock)):
        mark = "ok   " if check.well else "mend "
        line = f"{mark} {check.name}: {check.detail}"
        terminal.out(line if check.well else f"{line} — {check.remedy}")
        sick += not check.well
    terminal.note(office.with_sandbox_note("all is well" if not sick else f"{sick} to mend"))
    return int(Exit.REFUSED if sick else Exit.OK)
