"""``publish retract``."""

from __future__ import annotations

import click

from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.settings import Settings


@click.command("retract")
@click.argument("post")
@click.option("--to", metavar="ADDRESS", help="Where its address leads from now on.")
@click.option("--gone", is_flag=True, help="Its address says that it is gone.  [default]")
@click.option("--live", is_flag=True, help="Fail unless MAILCHIMP_API_KEY is set.")
@click.option("--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@click.option("--json", "as_json", is_flag=True, help="What happened, for scripts.")
@common
def command(
    settings: Settings,
    terminal: Terminal,
    post: str,
    to: str | None,
    gone: bool,
    live: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Take a post off the site: its letter back if that has not gone out, the file to a draft.

    Its address leads to another one, or to a page that says it is gone. What was mailed stays in
    the ledger and in `publish report`. POST is a slug, a path or a published address.

    Example: publish retract a-calm-handover --to /handing-over-calmly/
    """
    from publish.cli.answering import carry_out, voice
    from publish.office import opened

    with opened(settings, voice(terminal), live=live) as office:
        return carry_out(
            office, terminal, "retract", yes=yes, as_json=as_json, post=post, to=to, gone=gone
        )
