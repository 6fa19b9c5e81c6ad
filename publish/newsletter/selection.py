"""Selects the posts that become letters, with the reason for each. Pure.

The bounds of automatic selection are in docs/exactly-once.md, "What send picks".
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum

from publish.newsletter import titles
from publish.newsletter.campaign import DELETED, SCHEDULED, STATES
from publish.newsletter.catalogue import Letter
from publish.newsletter.facts import iso_of
from publish.post.issue import Issue
from publish.post.text import count

MAX_DATE_AGE_DAYS = 60
"""The greatest age in days of a post's Date for automatic selection."""

GONE = "scheduled by the ledger, and gone from Mailchimp; it goes out only by name"


class Verdict(Enum):
    """The decision of `send` about a post."""

    SEND = "send"
    SETTLE = "settle"
    """An earlier run's answer was lost."""
    COMPLETE = "complete"
    """An earlier run began to replace it, and did not finish."""
    MOVE = "move"
    """It is scheduled, and the author names another hour."""
    DONE = "done"
    HELD = "held"
    OLD = "old"
    """Outside the bounds: it goes out only if named."""
    OVERDUE = "overdue"
    """It was due, and no run sent it."""
    NOT_REQUESTED = "unnamed"


GOING = (Verdict.SEND, Verdict.SETTLE, Verdict.COMPLETE, Verdict.MOVE)


@dataclass(frozen=True)
class Bounds:
    """The bounds of automatic selection. ``today`` is a day in the site's zone; ``public`` the day
    on which each Uid's first address became public, where known; ``since`` is ``NEWSLETTER_SINCE``,
    ``first_letter`` the day of the first letter ever sent."""

    today: date
    max_age_days: float = 7
    since: date | None = None
    public: Mapping[str, date] = field(default_factory=dict)
    first_letter: date | None = None


@dataclass(frozen=True)
class Candidate:
    """A post and the verdict on it, with the ``reason`` in words, and the ``campaign`` it refers
    to, if any."""

    letter: Letter
    issue: Issue
    verdict: Verdict
    reason: str
    campaign: str = ""

    @property
    def why(self) -> str:
        """The reason, with the campaign."""
        return f"{self.reason} (campaign {self.campaign})" if self.campaign else self.reason

    @property
    def send(self) -> bool:
        """Whether `send` sends it."""
        return self.verdict in GOING


def choose(
    letters: Sequence[Letter],
    bounds: Bounds,
    chosen: Collection[str] = (),
) -> list[Candidate]:
    """The verdict on each post that is composed, oldest first.

    ``chosen`` are the keys that the author named; then no other is selected. A post that was sent
    in a digest or under an earlier identity is not selected again, one that was taken back only if
    it is named.
    """
    return [
        _verdict(letter, letter.issue, letters, bounds, chosen)
        for letter in letters
        if letter.issue is not None
    ]


def _verdict(
    letter: Letter,
    issue: Issue,
    letters: Sequence[Letter],
    bounds: Bounds,
    chosen: Collection[str],
) -> Candidate:
    def verdict(kind: Verdict, why: str, campaign: str = "") -> Candidate:
        return Candidate(letter, issue, kind, why, campaign)

    for other in letters:
        if other is not letter and other.kind != "update" and other.begun and other.holds(issue):
            return verdict(Verdict.DONE, _elsewhere(other))
    if letter.unfinished and (not chosen or issue.key in chosen):
        return verdict(Verdict.COMPLETE, "its words were being replaced; this run completes that")
    if letter.lost and issue.key in chosen:
        return verdict(Verdict.SEND, "you named it")
    if letter.lost and not chosen:
        return verdict(Verdict.HELD, GONE)
    if letter.active or (letter.past.done and not letter.held):
        past = STATES.get(letter.past.status or "sent", letter.past.status)
        state = letter.active.state if letter.active else past
        name = letter.active.id if letter.active else letter.past.done
        return verdict(Verdict.DONE, f"already {state}", name)
    if letter.past.unanswered:
        why = "an earlier run's answer was lost; this run settles it"
        return verdict(Verdict.SETTLE, why)
    if issue.key in chosen:
        return verdict(Verdict.SEND, "you named it")
    if chosen:
        return verdict(Verdict.NOT_REQUESTED, "not named")
    if letter.held:
        return verdict(Verdict.HELD, letter.why_held)
    for other in letters:
        if other.kind != "update" and other.held and other.holds(issue):
            return verdict(Verdict.HELD, _held_elsewhere(other))
    return verdict(*_by_age(issue, bounds))


def _elsewhere(other: Letter) -> str:
    known = STATES.get(other.past.status, other.past.status)
    state = other.active.state if other.active else known or "perhaps sent"
    if other.lost and other.past.status != DELETED:
        state = "scheduled by the ledger and gone from Mailchimp: `publish status` settles that"
    if other.kind == "digest":
        return f"in the digest “{other.title or other.slug}”, which is {state}"
    return (
        f"in a letter under an earlier identity (key {titles.short(other.key)}), which is {state}"
    )


def _held_elsewhere(other: Letter) -> str:
    named = f"in the digest “{other.title or other.slug}”"
    how = named if other.kind == "digest" else "under an earlier identity"
    return f"taken back {how}; it goes out only by name"


def _by_age(issue: Issue, bounds: Bounds) -> tuple[Verdict, str]:
    written = issue.date.date()
    shown = bounds.public.get(issue.uid, written)
    age = (bounds.today - shown).days
    if bounds.since and written < bounds.since:
        return Verdict.OLD, f"dated before NEWSLETTER_SINCE ({bounds.since})"
    if written < shown - timedelta(days=MAX_DATE_AGE_DAYS):
        return Verdict.OLD, f"dated over {MAX_DATE_AGE_DAYS} days before it became public"
    if age > bounds.max_age_days:
        start, days = bounds.since or bounds.first_letter, count(age, "day")
        if start and shown >= start:
            return Verdict.OVERDUE, f"it fell due on {shown}, {days} ago, and was not sent"
        return Verdict.OLD, f"public for {days}: an older post goes out only by name"
    if written < bounds.today - timedelta(days=MAX_DATE_AGE_DAYS):
        return Verdict.OLD, f"dated over {MAX_DATE_AGE_DAYS} days ago"
    return Verdict.SEND, "new"


@dataclass(frozen=True)
class PlanItem:
    """One post's line of the plan. ``verdict`` is a ``Verdict``'s name; ``writes`` are the
    requests, in their order; ``time`` is when it goes out, ISO 8601, ``""`` for now."""

    slug: str
    title: str
    key: str
    send: bool
    verdict: str
    why: str
    writes: tuple[str, ...] = ()
    campaign: str = ""
    time: str = ""


def plan_item(choice: Candidate, at: datetime | None) -> PlanItem:
    """The plan for one post: every write if it goes out, else the reason."""
    letter, issue = choice.letter, choice.issue
    head = (issue.slug, issue.title, issue.key)
    if not choice.send:
        out = letter.active
        campaign, time = (out.id, out.send_time) if out else (letter.past.done, "")
        return PlanItem(*head, False, choice.verdict.value, choice.why, (), campaign, time)
    hour = letter.unfinished if choice.verdict is Verdict.COMPLETE else at
    draft = letter.past.tried or (letter.campaigns[0].id if letter.campaigns else "")
    name = draft or "{new}"
    action = "send" if hour is None else f"schedule {hour:%Y-%m-%dT%H:%MZ}"
    scheduled = any(c.status == SCHEDULED for c in letter.campaigns)
    writes = [] if draft else ["POST /campaigns"]
    writes += [f"POST /campaigns/{name}/actions/unschedule"] if scheduled else []
    writes += [
        f"PATCH /campaigns/{name}",
        f"PUT /campaigns/{name}/content",
        f"POST /campaigns/{name}/actions/{action}",
    ]
    time = iso_of(hour) if hour else ""
    return PlanItem(*head, True, choice.verdict.value, choice.why, tuple(writes), draft, time)
