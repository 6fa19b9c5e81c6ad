"""Letters that the ledger has scheduled though their posts are not public any more: told by a
build, which asks nothing of Mailchimp."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime

from publish.newsletter import catalogue, issue, schedule
from publish.newsletter.campaign import SCHEDULED
from publish.newsletter.catalogue import Letter
from publish.newsletter.ledger import Ledger
from publish.newsletter.protocol import hour_of
from publish.office.telling import called, typed
from publish.settings import Settings


def by_ledger(settings: Settings) -> list[str]:
    """A line for each of them; of the live account's ledger, and of the sandbox's where no key is
    set.

    Raises:
        Refused: a ledger or a composed issue is damaged.
    """
    from publish import sandbox

    folders = [settings.content / "ledger"]
    if not os.environ.get("MAILCHIMP_API_KEY", "").strip():
        folders.append(sandbox.folder(settings.root) / "ledger")
    heads = issue.heads(settings.issues)
    lines = []
    for folder in folders:
        ledger = Ledger(folder)
        letters = catalogue.catalogue(heads, (), ledger.read(), ledger.records())
        for letter in letters:
            if _waits(letter) and not all(any(h.key.startswith(p) for h in heads)
                                          for p in letter.posts):  # fmt: skip
                lines.append(_line(settings, letter, letters))
    return lines


def _waits(letter: Letter) -> bool:
    hour = hour_of(letter.past.hour)
    scheduled = bool(letter.past.done) and letter.past.status == SCHEDULED
    return scheduled and (hour is None or hour.timestamp() > time.time())


def _line(settings: Settings, letter: Letter, letters: list[Letter]) -> str:
    hour = hour_of(letter.past.hour) or datetime.now(UTC)
    when = schedule.spoken(hour, schedule.zone(settings.timezone))
    command = typed("undo", catalogue.handle(letter, letters))
    return (
        f"{called(letter)} is scheduled for {when}, and its post is not public any more; "
        f"{command} takes it back"
    )
