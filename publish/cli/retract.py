"""``publish retract``."""

from __future__ import annotations

import click

from publish.cli import options
from publish.cli.terminal import Terminal


@click.command("retract")
@click.argument("post")
@click.option("--to", metavar="ADDRESS", help="Where its address leads from now on.")
@click.option("--gone", is_flag=True, help="Its address says that it is gone.  [default]")
@click.option("--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@click.option("--json", "as_json", is_flag=True, help="What happened, for scripts.")
@options.with_office
def command(
    office: options.Office,
    terminal: Terminal,
    post: str,
    to: str | None,
    gone: bool,
    yes: bool,
    as_json: bool,
) -> int:
    """Take a post off the site: its letter back if that has not gone out, the file to a draft.

    Its address leads to another one, or to a page that says it is gone. What was mailed stays in
    the ledger and in `publish report`. POST is a slug, a path or a published address.

    Example: publish retract a-calm-handover --to /handing-over-calmly/
    """
    from publish.cli.answering import carry_out

    return carry_out(
        office, terminal, "retract", yes=yes, as_json=as_json, post=post, to=to, gone=gone
    )
