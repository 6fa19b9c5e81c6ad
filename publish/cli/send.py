"""``publish send``."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import click

from publish.cli import findings, posts
from publish.cli.newsroom import Newsroom, newsroom
from publish.cli.options import common
from publish.cli.posts import Timing
from publish.cli.terminal import Terminal
from publish.errors import ConfigError, Refused
from publish.newsletter import issue
from publish.newsletter.digest import join
from publish.newsletter.protocol import Terms
from publish.newsletter.service import CannotSchedule, Delivered, Service
from publish.post.issue import Issue, key_of
from publish.settings import Settings


@click.command("send")
@click.argument("names", nargs=-1, metavar="[POST]…")
@click.option("--now", is_flag=True, help="Mail at once, without time to undo.")
@click.option(
    "--at",
    metavar="TIME",
    help="07:30, `next tuesday 7:30` or 2026-11-30 07:30, in the site's time zone.",
)
@click.option("--digest", is_flag=True, help="Mail the posts together, as one issue.")
@click.option("--as-update", is_flag=True, help="Mail a changed post again, as an issue anew.")
@click.option("--live", is_flag=True, help="Insist on the real account.")
@click.option("--yes", is_flag=True, help="Do not ask; needed where there is no terminal.")
@click.option("--json", "as_json", is_flag=True, help="What happened, for scripts.")
@common
def command(
    settings: Settings,
    terminal: Terminal,
    names: tuple[str, ...],
    now: bool,
    at: str | None,
    digest: bool,
    as_update: bool,
    live: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Bring each new post to the audience exactly once.

    It shows what will go to whom and when, then asks. Running it again is always right: after a
    crash, a lost answer or on a second machine nobody gets an issue twice.

    Example: publish send a-calm-handover --at 07:30
    """
    if as_update and not names:
        raise click.UsageError("--as-update: name the post")
    if as_update and digest:
        raise click.UsageError("--as-update and --digest exclude each other: choose one")
    findings.require(settings, terminal)
    with newsroom(settings, terminal, live) as room:
        when = posts.timing(room, now, at)
        chosen = posts_of = _chosen(room, names, as_update)
        if not chosen:
            terminal.json([]) if as_json else terminal.out(room.said("nothing to send"))
            return
        if digest:
            chosen = [join(posts_of)]
        _show(room, chosen, when)
        if not yes:
            _ask(terminal)
        if not room.account.sandbox:
            from publish.newsletter import livegate

            livegate.require(posts_of)
        with room.lock():
            results = [_deliver(room, item, when, as_json) for item in chosen]
        if as_json:
            terminal.json(results)


def _chosen(room: Newsroom, names: tuple[str, ...], as_update: bool) -> list[Issue]:
    found = []
    for choice in posts.choices(room, names):
        if as_update:
            found.append(_update(room, issue.whole(room.settings, choice.issue)))
        elif choice.send:
            found.append(issue.whole(room.settings, choice.issue))
        elif names:
            room.terminal.note(room.said(f"{choice.issue.slug}: {choice.why}"))
    return found


def _update(room: Newsroom, item: Issue) -> Issue:
    kept = room.ledger.folder / "issues" / item.key
    if kept.is_dir() and issue.read(kept).digest == item.digest:
        raise Refused(
            f"{item.slug}: it is word for word what was sent",
            "change and build the post first, or leave --as-update out",
        )
    return replace(item, key=key_of([item.uid], update=item.digest))


def _show(room: Newsroom, chosen: list[Issue], when: Timing) -> None:
    audience = room.api.audience()
    size = int((audience.get("stats") or {}).get("member_count") or 0)
    for item in chosen:
        say = room.terminal.note
        say(f"subject    {item.subject}")
        say(f"preheader  {item.preheader}")
        whom = f"{audience.get('name')} ({size} reader{'s' if size != 1 else ''})"
        if only := posts.named_segment(room, posts.segment(room, item)):
            whom += f", only {only}"
        say(f"audience   {whom}")
        say(f"from       {room.account.from_name} <{room.account.reply_to}>")
        say(room.said(f"time       {posts.spoken(room, when.at)}"))
        say(f"page       {item.url}")
        say("writes     a draft, its content, and one order to mail it")


def _ask(terminal: Terminal) -> None:
    if not sys.stdin.isatty():
        raise ConfigError("there is no terminal to ask at", "add --yes")
    if not click.confirm("Send this?"):
        raise Refused("nothing was sent", "run `publish send` again when it is right")


def _deliver(room: Newsroom, item: Issue, when: Timing, as_json: bool) -> dict[str, object]:
    account = room.account
    service = Service(room.api, room.ledger, room.sender, room.terminal.progress)
    terms = Terms(
        item.key, account.audience, posts.segment(room, item), when.at,
        account.limits.settle, account.limits.barrier, ready=min(120, account.limits.settle),
    )  # fmt: skip
    try:
        done = service.deliver(item, terms)
    except CannotSchedule as refusal:
        if when.asked:
            raise Refused(
                f"this Mailchimp plan does not schedule ({refusal.message})",
                "run `publish send --now` when it is time",
            ) from None
        _count_down(room, account.limits.undo_minutes)
        done = service.deliver(item, replace(terms, at=None))
    if not as_json:
        _tell(room, item, done, terms.at)
    return {
        "slug": item.slug,
        "key": item.key,
        "campaign": done.campaign.id,
        "status": done.campaign.status,
        "sent_by_this_run": done.here,
        "time": terms.at.isoformat() if terms.at and done.campaign.status == "schedule" else None,
        "digest": item.digest,
        "sandbox": account.sandbox,
    }


def _tell(room: Newsroom, item: Issue, done: Delivered, at: datetime | None) -> None:
    state = done.campaign.state
    if not done.here:
        room.terminal.good(room.said(f"{item.slug}: {state} before; nothing was sent again"))
    elif at is None:
        room.terminal.good(room.said(f"{item.slug}: {state} (campaign {done.campaign.id})"))
    else:
        room.terminal.good(room.said(f"{item.slug}: goes out {posts.spoken(room, at)}"))
        room.terminal.good(f"  to take it back until then: publish undo {item.slug}")


def _count_down(room: Newsroom, minutes: int) -> None:
    end = datetime.now(UTC) + timedelta(minutes=minutes)
    room.terminal.note(
        f"this Mailchimp plan does not schedule: sending {posts.spoken(room, end)}; "
        "Ctrl-C takes it back"
    )
    while (rest := (end - datetime.now(UTC)).total_seconds()) > 0:
        room.terminal.progress(f"sending in {int(rest) // 60}:{int(rest) % 60:02}")
        time.sleep(min(rest, 0.5))
