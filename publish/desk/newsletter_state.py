"""Reads the snapshot's state of letters from Mailchimp and the ledger, through the office."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from publish.desk.model import Choice, Letter, LetterState, Newsletter
from publish.errors import ConfigError
from publish.settings import Settings

if TYPE_CHECKING:
    from publish.newsletter.catalogue import Letter as Known
    from publish.newsletter.report import Figures
    from publish.newsletter.status import State
    from publish.office.context import Office
    from publish.office.letters import Letters

FRESH = 6 * 60 * 60
"""Seconds for which the report of a letter older than a week is cached."""
STATES: dict[str, LetterState] = {
    "schedule": "scheduled", "sending": "sending", "sent": "sent", "archived": "sent",
    "canceling": "incomplete", "canceled": "incomplete", "paused": "incomplete",
}  # fmt: skip
"""By Mailchimp's own words."""


@dataclass
class NewsletterReader:
    """Reads Mailchimp's state, settles open sends of earlier runs, and caches reports of old
    letters."""

    live: bool
    _reports: dict[str, tuple[float, Figures]] = field(default_factory=dict)

    def __call__(self, settings: Settings) -> Newsletter:
        """Mailchimp's state at this moment.

        Raises:
            PublishError: it cannot be read, or the ledger is damaged.
        """
        from publish.office import letters, settling
        from publish.office.context import opened

        with opened(settings) as room:
            audience, readers = room.readers()
            composed = settings.cache / "preview" / "issues"
            found = letters.load_letters(room, composed if composed.is_dir() else None)
            if self.live or room.account.sandbox:
                with room.lock():
                    settling.settle(room)
            states = settling.states(room, found.all)
            sender = ""
            # The settings may name none.
            with suppress(ConfigError):
                sender = str(room.sender)
            pairs = zip(found.all, states, strict=True)
            return Newsletter(
                asked=datetime.now(UTC),
                letters=tuple(
                    letter
                    for known, state in pairs
                    if (letter := self._letter(room, found, known, state))
                ),
                audience=audience,
                readers=readers,
                sender=sender,
                choices={
                    choice.issue.uid: Choice(choice.verdict.value, choice.reason)
                    for choice in letters.choices(room, found)
                },
            )

    def _letter(self, room: Office, found: Letters, known: Known, state: State) -> Letter | None:
        from publish.newsletter.facts import hour_of
        from publish.office import letters

        how = _how(state)
        if how is None:
            return None
        campaign = next((c for c in known.campaigns if c.id == state.campaign), None)
        record, intent = known.sent_record or {}, known.past.intent or {}
        uid = known.issue.uid if known.issue else intent.get("uid") or record.get("uid") or ""
        _, changes = letters.difference(room, known, found)
        sent = known.past.done_at if not state.send_time else None
        return Letter(
            key=known.key,
            state=how,
            subject=str(record.get("subject") or known.title),
            uid=str(uid) if known.kind != "digest" else "",
            at=datetime.fromtimestamp(sent, UTC) if sent else hour_of(state.send_time),
            readers=state.emails_sent or (campaign.recipients if campaign else 0),
            figures=self._figures(room, state) if how == "sent" else None,
            changes=tuple(changes),
            several=known.kind == "digest",
            update=known.kind == "update",
            orphan=found.is_orphan(known),
            why=state.state if how in ("unknown", "incomplete") else "",
        )

    def _figures(self, room: Office, state: State) -> Figures | None:
        from publish.newsletter import report

        at, known = self._reports.get(state.campaign, (0.0, None))
        now = room.clock()
        if known and now - at < FRESH and _old(state, now):
            return known
        document = room.api.report(state.campaign) if state.status == "sent" else None
        if document is None:
            return known
        made = report.figures(state.slug, state.title, state.kind, document)
        self._reports[state.campaign] = (now, made)
        return made


def _how(state: State) -> LetterState | None:
    """The state of a letter; None for one that was never sent nor taken back."""
    if state.unknown or state.unfinished or state.lost:
        return "unknown"
    if state.held:
        return "held"
    if state.status in STATES:
        return STATES[state.status]
    return None


def _old(state: State, now: float) -> bool:
    """Whether it was sent more than a week ago."""
    from publish.newsletter.facts import hour_of

    hour = hour_of(state.send_time)
    return hour is not None and now - hour.timestamp() > 7 * 86400
