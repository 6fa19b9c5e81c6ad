"""``publish test``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from publish.cli.options import with_office
from publish.cli.terminal import Terminal

if TYPE_CHECKING:
    from publish.office import Office


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
@with_office
def command(
    office: Office,
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
