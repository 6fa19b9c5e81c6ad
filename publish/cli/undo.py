"""``publish undo``."""

from __future__ import annotations

import click

from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.settings import Settings


@click.command("undo")
@click.argument("post", required=False)
@click.option("--json", "as_json", is_flag=True, help="What happened, for scripts.")
@click.option("--live", is_flag=True, help="Fail unless MAILCHIMP_API_KEY is set.")
@common
def command(
    settings: Settings, terminal: Terminal, post: str | None, as_json: bool, live: bool
) -> int:
    """Take a scheduled letter back; without a name, the only one that is scheduled.

    POST may be a slug, a letter's key or a campaign's id: a letter whose post was retracted is
    taken back too. What was taken back stays back until `publish send` names it.

    Example: publish undo a-calm-handover
    """
    from publish.cli.answering import carry_out, voice
    from publish.office import opened

    with opened(settings, voice(terminal), live=live) as office:
        return carry_out(office, terminal, "undo", yes=True, as_json=as_json, post=post)
