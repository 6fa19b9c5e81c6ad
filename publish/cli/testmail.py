"""``publish test``."""

from __future__ import annotations

import click

from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.settings import Settings


@click.command("test")
@click.argument("post")
@click.option(
    "--to",
    "addresses",
    multiple=True,
    required=True,
    metavar="ADDRESS",
    help="Whom to mail the test to; may be given several times.",
)
@click.argument("more", nargs=-1, metavar="[ADDRESS]…")
@click.option("--live", is_flag=True, help="Fail unless MAILCHIMP_API_KEY is set.")
@common
def command(
    settings: Settings,
    terminal: Terminal,
    post: str,
    addresses: tuple[str, ...],
    more: tuple[str, ...],
    live: bool,
) -> int:
    """Mail a test of exactly the bytes that `send` would upload, of a draft too.

    Example: publish test a-calm-handover --to me@example.com
    """
    from publish.cli.answering import carry_out, voice
    from publish.office import opened

    with opened(settings, voice(terminal), live=live) as office:
        return carry_out(office, terminal, "test", yes=True, post=post, to=(*addresses, *more))
