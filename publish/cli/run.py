"""``publish run``."""

from __future__ import annotations

import click

from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.settings import Settings


@click.command("run")
@click.option("--live", is_flag=True, help="Do it; without this it is a dry run.")
@click.option("--json", "as_json", is_flag=True, help="What was done, for scripts.")
@common
def command(settings: Settings, terminal: Terminal, live: bool, as_json: bool) -> int:
    """Do all that is due, unattended: publish, upload, see that it is live, mail.

    For a timer, at any time and as often as it likes: it looks at what is, and does what is
    missing. Two at once, a late one or one that died do no harm; nothing is mailed twice.

    Example: publish run --live
    """
    from publish.cli.answering import voice
    from publish.office import opened
    from publish.run import report as reports
    from publish.run import work

    with opened(settings, voice(terminal), live=live) as office:
        report = work.run(office) if live else work.rehearse(office)
    reports.publish(report, settings.cache, terminal.warn)
    if as_json:
        terminal.json(report.document())
    else:
        for line in report.lines:
            terminal.out(line)
    for error in report.errors:
        terminal.error(str(error))
    return int(report.code)
