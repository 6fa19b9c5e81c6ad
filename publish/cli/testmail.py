"""``publish test``."""

from __future__ import annotations

import click

from publish.cli import posts
from publish.cli.newsroom import newsroom
from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.errors import ConfigError
from publish.settings import Settings


@click.command("test")
@click.argument("post")
@click.option("--to", "addresses", multiple=True, required=True, metavar="ADDRESS", help="Whom.")
@click.argument("more", nargs=-1, metavar="[ADDRESS]…")
@click.option("--live", is_flag=True, help="Insist on the real account.")
@common
def command(
    settings: Settings,
    terminal: Terminal,
    post: str,
    addresses: tuple[str, ...],
    more: tuple[str, ...],
    live: bool,
) -> None:
    """Mail a test of exactly the bytes that `send` would upload.

    Example: publish test a-calm-handover --to me@example.com
    """
    from publish.newsletter import issue
    from publish.newsletter.testmail import send_test

    everyone = (*addresses, *more)
    for address in everyone:
        if address.count("@") != 1 or any(c.isspace() for c in address):
            raise ConfigError(f"--to: {address!r} is no mail address", "write name@example.com")
    (head,) = posts.pick(settings, [post])
    whole = issue.whole(settings, head)
    with newsroom(settings, terminal, live) as room:
        send_test(room.api, whole, room.sender, everyone)
        terminal.good(room.said(f"test of “{whole.subject}” mailed to {', '.join(everyone)}"))
