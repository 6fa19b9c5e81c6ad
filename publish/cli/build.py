"""``publish build``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.settings import Settings


@click.command("build")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="The folder to build.  [OUTPUT_PATH]"
)
@click.option("--full", is_flag=True, help="Ignore every cache.")
@click.option("--jobs", type=click.IntRange(1), help="Processes to use.  [default: the cores]")
@click.option("--json", "as_json", is_flag=True, help="Counts and timings for scripts.")
@common
def command(
    settings: Settings,
    terminal: Terminal,
    output: Path | None,
    full: bool,
    jobs: int | None,
    as_json: bool,
) -> None:
    """Build the site; write only what changed, and nothing unless all of it succeeded.

    Example: publish build --full
    """
    from publish.cli.answering import voice
    from publish.office import fit, orphans
    from publish.site.build import build
    from publish.site.standing import sentence

    terminal.progress("building")
    done = build(
        settings,
        output=output,
        full=full,
        jobs=jobs,
        approve=lambda: fit.require(settings, voice(terminal), built=False),
        examine=lambda folder: fit.examine(settings, folder),
    )
    for line in orphans.by_ledger(settings) if output is None else ():
        terminal.warn(line)
    for path in done.foreign:
        terminal.warn(f"{path}: not written by publish; left alone")
    if as_json:
        terminal.json(asdict(done))
        return
    terminal.good(
        sentence(done.output, len(done.written), len(done.removed), done.unchanged, done.issues)
    )
