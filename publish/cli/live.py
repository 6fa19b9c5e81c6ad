"""The commands that take a site live: ``deploy``, and ``run`` for a timer."""

from __future__ import annotations

from dataclasses import asdict

import click

from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.errors import ConfigError
from publish.settings import Settings


@click.command("deploy")
@click.argument("target", required=False)
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing anywhere.")
@click.option(
    "--rollback",
    is_flag=False,
    flag_value="",
    metavar="[RELEASE]",
    help="Go back to an earlier release, and hold it.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Deploy although a rollback or a newer release is up: ends a hold.",
)
@click.option("--allow-deletes", is_flag=True, help="Even if over a fifth of the pages vanish.")
@click.option("--no-verify", is_flag=True, help="Do not wait until the release is live.")
@click.option("--json", "as_json", is_flag=True, help="What was done, for scripts.")
@common
def deploy(
    settings: Settings,
    terminal: Terminal,
    target: str | None,
    dry_run: bool,
    rollback: str | None,
    resume: bool,
    allow_deletes: bool,
    no_verify: bool,
    as_json: bool,
) -> None:
    """Upload the built site and verify that readers get it.

    TARGET is a name in the setting DEPLOY; the only one need not be named. Running it again is
    always right: what is up already is not uploaded twice.

    Example: publish deploy --dry-run
    """
    from publish.cli.confirming import voice
    from publish.deploy.deploy import VERIFY, DeployOptions, Stopped
    from publish.office import golive

    if rollback is not None and resume:
        raise ConfigError("--rollback and --resume exclude each other", "choose one")
    options = DeployOptions(dry_run, resume, allow_deletes, 0 if no_verify else VERIFY)
    try:
        out = golive.go_live(settings, target, options, voice(terminal), rollback=rollback)
    except Stopped as stop:
        if as_json:
            terminal.json(asdict(stop.outcome) | {"errors": [str(stop)]})
        raise
    for path in out.foreign[:10]:
        terminal.note(f"{path}: is not ours; left alone")
    if len(out.foreign) > 10:
        terminal.note(f"and {len(out.foreign) - 10} more that are not ours")
    for line in out.warnings:
        terminal.warn(line)
    if as_json:
        terminal.json(asdict(out))
        return
    for step in golive.steps(out):
        terminal.out(step) if dry_run else terminal.detail(step)
    terminal.good(golive.summary(out))
    if rollback is not None and not dry_run:
        what = "upload nothing older than what you went back from"
        until = "until you commit a correction or say --resume"
        terminal.note(f"held: `publish deploy` and `publish run` {what}, {until}")


@click.command("run")
@click.option("--live", is_flag=True, help="Do it; without this it is a dry run.")
@click.option("--json", "as_json", is_flag=True, help="What was done, for scripts.")
@common
def run(settings: Settings, terminal: Terminal, live: bool, as_json: bool) -> int:
    """Do all that is due, unattended: build, upload, verify, mail.

    For a timer, at any time and as often as it likes: it looks at what is, and does what is
    missing. Two at once, a late one or one that died do no harm; nothing is mailed twice.

    Example: publish run --live
    """
    from publish.cli.confirming import voice
    from publish.office.context import opened
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
