"""``publish undo``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from publish.cli.options import with_office
from publish.cli.terminal import Terminal

if TYPE_CHECKING:
    from publish.office import Office


@click.command("undo")
@click.argument("post", required=False)
@click.option("--json", "as_json", is_flag=True, help="What happened, for scripts.")
@with_office
def command(office: Office, terminal: Terminal, post: str | None, as_json: bool) -> int:
    """Take a scheduled letter back; without a name, the only one that is scheduled.

    POST may be a slug, a letter's key or a campaign's id: a letter whose post was retracted is
    taken back too. What was taken back stays back until `publish send` names it.

    Example: publish undo a-calm-handover
    """
    from publish.cli.answering import carry_out

    return carry_out(office, terminal, "undo", yes=True, as_json=as_json, post=post)
