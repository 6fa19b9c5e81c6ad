"""``publish report``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from publish.cli import options
from publish.cli.terminal import Terminal
from publish.errors import ConfigError


@click.command("report")
@click.argument("post", required=False)
@click.option("--json", "as_json", is_flag=True, help="The figures for scripts.")
@click.option("--plot", type=click.Path(path_type=Path), metavar="FILE", help="Draw them (.svg).")
@options.with_office
def command(
    office: options.Office,
    terminal: Terminal,
    post: str | None,
    as_json: bool,
    plot: Path | None,
) -> None:
    """Recipients, opens, clicks, unsubscribes and bounces of each letter that went out.

    Example: publish report --plot figures.svg
    """
    from publish.newsletter import report
    from publish.newsletter.protocol import hour_of
    from publish.office import listing
    from publish.post.files import write_whole

    if plot and plot.suffix.lower() != ".svg":
        raise ConfigError(f"--plot: {plot} is no .svg file", "name a file that ends in .svg")
    rows = listing.figures(office, [] if post is None else [post])
    if plot:
        write_whole(plot, report.plot(rows).encode())
        terminal.note(f"{plot} drawn")
    if as_json:
        terminal.json([asdict(row) for row in rows])
    elif rows:
        for line in report.table(rows, lambda text: office.format_local(hour_of(text))):
            terminal.out(line)
        terminal.note(office.with_sandbox_note("as Mailchimp reports it"))
    else:
        terminal.out(office.with_sandbox_note("no letter was sent yet"))
