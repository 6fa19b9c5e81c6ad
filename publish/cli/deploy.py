"""``publish deploy``."""

from __future__ import annotations

import click

from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.settings import Settings


@click.command("deploy")
@click.argument("target", required=False)
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing anywhere.")
@click.option(
    "--rollback", is_flag=False, flag_value="", metavar="[RELEASE]",
    help="Go back to an earlier release, and hold it.",
)  # fmt: skip
@click.option(
    "--resume",
    is_flag=True,
    help="Deploy although a rollback or a newer release is up: ends a hold.",
)
@click.option("--allow-deletes", is_flag=True, help="Even if over a fifth of the pages vanish.")
@click.option("--no-verify", is_flag=True, help="Do not wait until the release is live.")
@click.option("--json", "as_json", is_flag=True, help="What was done, for scripts.")
@common
def command(
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
    from publish.deploy.deploy import DeployOptions, Stopped, document
    from publish.office import golive

    if rollback is not None and resume:
        raise click.UsageError("--rollback and --resume exclude each other: choose one")
    options = DeployOptions(dry_run, resume, allow_deletes, 0 if no_verify else None)
    try:
        out = golive.go_live(settings, target, options, terminal.progress, rollback=rollback)
    except Stopped as stop:
        if as_json:
            terminal.json(document(stop.outcome))
        raise
    for path in out.foreign[:10]:
        terminal.note(f"{path}: is not ours; left alone")
    if len(out.foreign) > 10:
        terminal.note(f"and {len(out.foreign) - 10} more that are not ours")
    for line in out.warnings:
        terminal.warn(line)
    if as_json:
        terminal.json(document(out))
        return
    *steps, end = golive.summary_lines(out)
    for step in steps:
        terminal.out(step) if dry_run else terminal.detail(step)
    terminal.good(end)
    if rollback is not None and not dry_run:
        terminal.note("held: `publish deploy` and `publish run` upload nothing older than what you "
                      "went back from, until you commit a correction or say --resume")  # fmt: skip
