"""``publish status``."""

from __future__ import annotations

import time
from collections.abc import Mapping

import click

from publish.cli import posts
from publish.cli.newsroom import Newsroom, newsroom
from publish.cli.options import common
from publish.cli.terminal import Terminal
from publish.errors import Exit
from publish.newsletter.facts import Past
from publish.post.issue import Issue
from publish.settings import Settings


@click.command("status")
@click.argument("names", nargs=-1, metavar="[POST]…")
@click.option("--json", "as_json", is_flag=True, help="The states for scripts.")
@click.option("--live", is_flag=True, help="Insist on the real account.")
@common
def command(
    settings: Settings, terminal: Terminal, names: tuple[str, ...], as_json: bool, live: bool
) -> int:
    """Each post's true state, read from Mailchimp; settles what a run left unknown.

    A named post that changed since it was sent is shown with the words that changed.

    Example: publish status a-calm-handover
    """
    from publish.newsletter import status

    with newsroom(settings, terminal, live) as room, room.lock():
        heads = posts.pick(settings, names)
        past = room.ledger.read()
        if not names:
            heads += _digests(room, past)
        open_ends = [past[h.key] for h in heads if h.key in past and past[h.key].try_at]
        looked = {p.tried: room.api.campaign(p.tried) for p in open_ends}
        sent = {h.key: d for h in heads if (d := _kept(room, h).get("digest"))}
        found = status.states(
            heads, room.api.campaigns(), past, looked, sent, time.time(),
            room.account.limits.settle,
        )  # fmt: skip
        status.settle(room.ledger, found)
        if as_json:
            terminal.json([state.as_dict() for state in found])
        for head, state in zip(heads, found, strict=True):
            if as_json:
                break
            extra = f", {state.emails_sent} mailed" if state.emails_sent else ""
            at = f", {state.send_time}" if state.send_time else ""
            changed = "; changed since it was sent" if state.changed else ""
            terminal.out(room.said(f"{state.slug}: {state.state}{at}{extra}{changed}"))
            if state.changed and names:
                _changes(room, head)
    return int(Exit.UNKNOWN if any(state.unknown for state in found) else Exit.OK)


def _digests(room: Newsroom, past: Mapping[str, Past]) -> list[Issue]:
    """Issues of several posts: no folder of the build has them, only the ledger."""
    from publish.newsletter import issue

    keys = [key for key, known in past.items() if (known.intent or {}).get("posts")]
    folders = [room.ledger.folder / "issues" / key for key in keys]
    return [issue.read(folder) for folder in folders if folder.is_dir()]


def _kept(room: Newsroom, head: Issue) -> dict[str, str]:
    import json

    try:
        text = (room.ledger.folder / "issues" / head.key / "issue.json").read_text("utf-8")
        return dict(json.loads(text))
    except (OSError, ValueError):
        return {}


def _changes(room: Newsroom, head: Issue) -> None:
    from publish.newsletter import changes, issue

    old = issue.read(room.ledger.folder / "issues" / head.key)
    new = issue.whole(room.settings, head)
    for line in changes.words(f"{old.subject}\n{old.text}", f"{new.subject}\n{new.text}"):
        room.terminal.out(f"    {line}")
