"""Notices after a build, made without a request to Mailchimp."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from publish.settings import Settings

BEHIND = 3
"""Days between a post's Date and its becoming public without a notice."""


def after_build(settings: Settings) -> list[str]:
    """A line for each scheduled letter whose post is no longer public, and for each post that
    became public today under a Date of days ago.

    Raises:
        Refused: a composed issue is damaged.
    """
    return [*_orphans(settings), *_late(settings)]


def _late(settings: Settings) -> list[str]:
    from publish.post.identity import SINCE
    from publish.site import addresses

    zone = ZoneInfo(settings.timezone)
    today, days = datetime.now(zone).date(), addresses.read(settings, SINCE)
    known = set(days.values())
    # If every post is new today, it is the first build of a site with an archive.
    if today.isoformat() not in known or len(known) == 1 or not settings.issues.is_dir():
        return []
    from publish.newsletter import issue
    from publish.newsletter.selection import MAX_DATE_AGE_DAYS

    lines = []
    for head in issue.list_issues(settings.issues):
        behind = (today - head.date.astimezone(zone).date()).days
        fresh = days.get(head.uid) == today.isoformat()
        if fresh and BEHIND < behind <= MAX_DATE_AGE_DAYS:
            lines.append(
                f"{head.source}: its Date is {behind} days ago, and it became public today: it "
                f"stands far down on the home page and in feeds — set Date to "
                f"{datetime.now(zone):%Y-%m-%d %H:%M}"
            )
    return lines


def _orphans(settings: Settings) -> list[str]:
    """From the live account's ledger, and the sandbox's if no key is set; with a line for a damaged
    one.

    Raises:
        Refused: a composed issue is damaged.
    """
    from publish import sandbox

    folders = [settings.content / "ledger"]
    if not os.environ.get("MAILCHIMP_API_KEY", "").strip():
        folders.append(sandbox.folder(settings.root) / "ledger")
    folders = [folder for folder in folders if (folder / "issues.jsonl").exists()]
    if not folders:
        return []  # most builds end here, without importing the newsletter
    from publish.newsletter import catalogue, issue, schedule
    from publish.newsletter.facts import hour_of
    from publish.newsletter.ledger import Damaged, Ledger
    from publish.office.letters import GONE, is_known
    from publish.office.words import Words, command
    from publish.post.text import moment

    heads, now = issue.list_issues(settings.issues), datetime.now(UTC)
    public = [key for head in heads for key in head.keys]
    zone = schedule.zone(settings.timezone)
    lines = []
    for folder in folders:
        ledger = Ledger(folder)
        try:
            found = catalogue.catalogue(heads, (), ledger.read(), ledger.records())
        except Damaged as damage:
            lines.append(str(damage))
            continue
        for letter in found:
            gone = catalogue.lacks_post(letter, public) and is_known(settings, letter)
            if gone and catalogue.waits(letter.past, now):
                hour = hour_of(letter.past.promised) or now
                undo = command("undo", catalogue.handle(letter, found))
                lines.append(
                    f"{Words().letter(letter)} is scheduled for {moment(hour, zone)}, and "
                    f"{GONE}; {undo} takes it back"
                )
    return lines
