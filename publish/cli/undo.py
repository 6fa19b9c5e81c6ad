"""``publish undo``."""

from __future__ import annotations

import click

from publish.cli import options
from publish.cli.terminal import Terminal


@click.command("undo")
@click.argument("post", required=False)
@click.option("--json", "as_json", is_flag=True, help="What happened, for scripts.")
@options.with_office
def command(office: options.Office, terminal: Terminal, post: str | None, as_json: bool) -> int:
    """Take a scheduled letter back; without a name, the only one that is scheduled.

    POST may be a slug, a letter's key or a campaign's id: a letter whose post was retracted is
    taken back too. What was taken back stays back until `publish send` names it.

    Example: publish undo a-calm-handover
    """
    from publish.cli.answering import carry_out

    return carry_out(office, terminal, "undo", yes=True, as_json=as_json, post=post)
