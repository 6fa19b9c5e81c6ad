"""``publish plan``."""

from __future__ import annotations

from dataclasses import asdict

import click

from publish.cli import options
from publish.cli.terminal import Terminal


@click.command("plan")
@click.argument("names", nargs=-1, metavar="[POST]…")
@click.option("--json", "as_json", is_flag=True, help="The plan for scripts.")
@click.option("--now", is_flag=True, help="As for `publish send`.")
@click.option("--at", metavar="TIME", help="As for `publish send`.")
@options.with_office
def command(
    office: options.Office,
    terminal: Terminal,
    names: tuple[str, ...],
    as_json: bool,
    now: bool,
    at: str | None,
) -> None:
    """Say what `send` would do and why, for each post. Writes nothing.

    Letters are composed aside from the present sources. With -v, or --json, each request is shown.

    Example: publish plan a-calm-handover
    """
    from publish.office import listing

    found, lines = listing.planned(office, names, now, at)
    if as_json:
        terminal.json([asdict(item) for item in found])
        return
    for line in lines:
        terminal.out(line)
