"""``publish test``."""

from __future__ import annotations

import click

from publish.cli import options
from publish.cli.terminal import Terminal


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
@options.with_office
def command(
    office: options.Office,
    terminal: Terminal,
    post: str,
    addresses: tuple[str, ...],
    more: tuple[str, ...],
) -> int:
    """Mail a test of exactly the bytes that `send` would upload, of a draft too.

    Example: publish test a-calm-handover --to me@example.com
    """
    from publish.cli.answering import carry_out

    return carry_out(office, terminal, "test", yes=True, post=post, to=(*addresses, *more))
