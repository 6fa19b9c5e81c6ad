"""``publish undo``."""

from __future__ import annotations

import time

import click

from publish.cli import posts
from publish.cli.newsroom import newsroom
from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.errors import Refused
from publish.settings import Settings


@click.command("undo")
@click.argument("post", required=False)
@click.option("--live", is_flag=True, help="Insist on the real account.")
@common
def command(settings: Settings, terminal: Terminal, post: str | None, live: bool) -> None:
    """Take a scheduled issue back; without a name, the only one that is scheduled.

    Example: publish undo a-calm-handover
    """
    from publish.newsletter.campaign import SCHEDULED
    from publish.newsletter.undo import undo

    with newsroom(settings, terminal, live) as room, room.lock():
        if post is None:
            waiting = {c.key for c in room.api.campaigns() if c.status == SCHEDULED and c.key}
            if not waiting:
                raise Refused("nothing is scheduled", "`publish status` shows what there is")
            if len(waiting) > 1:
                raise Refused(f"{len(waiting)} issues are scheduled", "name the one to take back")
            (key,) = waiting
            slug = next((i.slug for i in posts.pick(settings, ()) if i.key == key), key)
        else:
            (head,) = posts.pick(settings, [post])
            key, slug = head.key, head.slug
        done = undo(room.api, room.ledger, key, slug, time.time)
        terminal.good(room.said(f"{slug}: taken back; campaign {done.id} is a draft again"))
