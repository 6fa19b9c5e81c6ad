"""``publish plan``."""

from __future__ import annotations

import click

from publish.cli import posts
from publish.cli.newsroom import newsroom
from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.settings import Settings


@click.command("plan")
@click.argument("names", nargs=-1, metavar="[POST]…")
@click.option("--json", "as_json", is_flag=True, help="The plan for scripts.")
@click.option("--now", is_flag=True, help="As for `publish send`.")
@click.option("--at", metavar="TIME", help="As for `publish send`.")
@click.option("--live", is_flag=True, help="Insist on the real account.")
@common
def command(
    settings: Settings,
    terminal: Terminal,
    names: tuple[str, ...],
    as_json: bool,
    now: bool,
    at: str | None,
    live: bool,
) -> None:
    """Say what `send` would do and why, for each post. Writes nothing.

    Example: publish plan a-calm-handover
    """
    from publish.newsletter.plan import intentions

    with newsroom(settings, terminal, live) as room:
        when = posts.timing(room, now, at).at
        found = intentions(
            posts.choices(room, names), room.api.campaigns(), room.ledger.read(), when
        )
        if as_json:
            terminal.json([item.as_dict() for item in found])
            return
        for item in found:
            if not item.send:
                terminal.out(f"skip  {item.slug}: {item.why}")
                continue
            terminal.out(
                room.said(f"send  {item.slug}: {item.why}; goes out {posts.spoken(room, when)}")
            )
            for write in item.writes:
                terminal.out(f"        {write}")
        if not any(item.send for item in found):
            terminal.out(room.said("nothing to send"))
