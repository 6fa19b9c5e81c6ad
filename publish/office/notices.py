"""Notices after a build, made without a request to Mailchimp."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime

from publish.newsletter import catalogue, issue, schedule
from publish.newsletter.campaign import SCHEDULED
from publish.newsletter.catalogue import Letter
from publish.newsletter.ledger import Ledger
from publish.newsletter.protocol import hour_of
from publish.newsletter.selection import FARTHEST
from publish.office import letters
from publish.office.telling import called, typed
from publish.settings import Settings

BEHIND = 3
"""Days that a post's Date may lie before the day it becomes public, and nothing is said."""


def after_build(settings: Settings) -> list[str]:
    """A line for each letter that is scheduled though its post is not public any more, and for each
    post that became public today under a Date of days ago.

    Raises:
        Refused: a ledger or a composed issue is damaged.
    """
    return [*_orphans(settings), *_late(settings)]


def _late(settings: Settings) -> list[str]:
    zone = schedule.zone(settings.timezone)
    today, days = datetime.now(zone).date(), letters.since(settings.content)
    if set(days.values()) <= {today.isoformat()} or not settings.issues.is_dir():
        # The first build of a site: an archive is dated as it was written.
        return []
    lines = []
    for head in issue.list_issues(settings.issues):
        behind = (today - head.date.astimezone(zone).date()).days
        fresh = days.get(head.uid) == today.isoformat()
        if fresh and BEHIND < behind <= FARTHEST:
            lines.append(
                f"{head.source}: its Date is {behind} days ago, and it became public today: it "
                f"stands far down on the home page and in feeds — set Date to "
                f"{datetime.now(zone):%Y-%m-%d %H:%M}"
            )
    return lines


def _orphans(settings: Settings) -> list[str]:
    """Of the live account's ledger, and of the sandbox's where no key is set.

    Raises:
        Refused: a ledger or a composed issue is damaged.
    """
    from publish import sandbox

    folders = [settings.content / "ledger"]
    if not os.environ.get("MAILCHIMP_API_KEY", "").strip():
        folders.append(sandbox.folder(settings.root) / "ledger")
    heads = issue.list_issues(settings.issues)
    lines = []
    for folder in folders:
        ledger = Ledger(folder)
        found = catalogue.catalogue(heads, (), ledger.read(), ledger.records())
        for letter in found:
            if _waits(letter) and not all(any(h.key.startswith(p) for h in heads)
                                          for p in letter.posts):  # fmt: skip
                lines.append(_line(settings, letter, found))
    return lines


def _waits(letter: Letter) -> bool:
    hour = hour_of(letter.past.hour)
    scheduled = bool(letter.past.done) and letter.past.status == SCHEDULED
    return scheduled and (hour is None or hour.timestamp() > time.time())


def _line(settings: Settings, letter: Letter, found: list[Letter]) -> str:
    hour = hour_of(letter.past.hour) or datetime.now(UTC)
    when = schedule.format_local(hour, schedule.zone(settings.timezone))
    command = typed("undo", catalogue.handle(letter, found))
    return (
        f"{called(letter)} is scheduled for {when}, and its post is not public any more; "
        f"{command} takes it back"
    )
