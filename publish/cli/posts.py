"""Which posts a command is about, and when they go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import click

from publish.cli.newsroom import Newsroom
from publish.newsletter import issue, schedule, selection
from publish.newsletter.campaign import Segment
from publish.newsletter.selection import Choice
from publish.post.issue import Issue
from publish.settings import Settings


def pick(settings: Settings, posts: Sequence[str]) -> list[Issue]:
    """The heads of the named posts; of all when none is named."""
    heads = issue.heads(settings)
    return selection.named(heads, posts) if posts else heads


def choices(room: Newsroom, posts: Sequence[str]) -> list[Choice]:
    """The verdict on each post that was named, or on every post."""
    heads = issue.heads(room.settings)
    chosen = {i.key for i in selection.named(heads, posts)} if posts else set()
    found = selection.choose(
        heads, room.ledger.read(), datetime.now(UTC),
        max_age_days=room.account.limits.max_age_days, chosen=chosen,
    )  # fmt: skip
    return [c for c in found if c.issue.key in chosen] if chosen else found


@dataclass(frozen=True)
class Timing:
    """When to send: ``at`` None is now; ``asked`` says that the author named the time."""

    at: datetime | None
    asked: bool


def timing(room: Newsroom, now: bool, at: str | None) -> Timing:
    """``--now``, ``--at``, or the next quarter of an hour that leaves time to undo."""
    if now and at:
        raise click.UsageError("--now and --at exclude each other: choose one")
    moment = datetime.now(UTC)
    if at:
        zone = schedule.zone(room.settings.timezone)
        return Timing(schedule.parse_at(at, moment, zone), True)
    minutes = room.account.limits.undo_minutes
    if now or not minutes:
        return Timing(None, now)
    return Timing(schedule.next_quarter(moment, timedelta(minutes=minutes)), False)


def spoken(room: Newsroom, at: datetime | None) -> str:
    """The time for the author's eye."""
    return "now" if at is None else schedule.spoken(at, schedule.zone(room.settings.timezone))


def named_segment(room: Newsroom, only: Segment) -> str:
    """Which readers, for the author's eye; ``""`` for all of them."""
    if only.saved:
        found = room.api.segment(only.saved)
        return f"segment “{found.get('name')}” ({found.get('member_count') or 0} readers)"
    return f"those who chose {only.interest}" if only.interest else ""


def segment(room: Newsroom, item: Issue) -> Segment:
    """The readers of the first of the post's categories that has a topic; else everyone."""
    for category in item.categories:
        if value := room.account.topics.get(category.casefold()):
            return Segment(saved=int(value)) if value.isdigit() else room.api.interest(value)
    return Segment()
