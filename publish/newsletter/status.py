"""Each letter's true state according to Mailchimp, and the facts that settle open sends. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from publish.newsletter.campaign import DELETED, STATES, Campaign
from publish.newsletter.catalogue import Kind, Letter
from publish.newsletter.facts import Fact, OpenSend, hour_of
from publish.newsletter.service import NO_EFFECT


@dataclass(frozen=True)
class State:
    """``state`` in words; ``unknown``: a send may still act; ``lost``: its campaign was deleted and
    may have been mailed; ``unfinished``: the hour of a replacement that was begun; ``facts``: to be
    added to the ledger. Times are ISO 8601."""

    slug: str
    title: str
    kind: Kind
    key: str
    state: str
    campaign: str = ""
    status: str = ""
    send_time: str = ""
    emails_sent: int = 0
    archive_url: str = ""
    held: bool = False
    lost: bool = False
    unfinished: str = ""
    unknown: bool = False
    facts: tuple[Fact, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        found = asdict(self)
        del found["facts"]
        return found


def state_of(letter: Letter, now: float, settle: float, run: str = "") -> State:
    """The state of a letter at ``now`` (epoch seconds); ``settle`` in seconds, ``run`` this run.
    Campaigns of unanswered sends and of a lost letter have been read by their ids."""
    state = State(letter.slug, letter.title, letter.kind, letter.key, "not sent")
    for posted in letter.past.tries:
        if not any(c.id == posted.campaign for c in letter.campaigns):
            words = "gone from Mailchimp after a send without an answer: look there"
            facts = _gone(letter, posted.campaign, now, run)
            return replace(state, state=words, campaign=posted.campaign, unknown=True, facts=facts)
    out, draft = letter.active, next(iter(letter.drafts), None)
    if letter.unfinished:
        hour = letter.unfinished.isoformat()
        words = "its words were being replaced, and that is not finished"
        return _shown(replace(state, state=words, unfinished=hour), out or draft)
    if out is not None:
        return _shown(replace(state, state=out.state, facts=_done(letter, out, now, run)), out)
    if letter.past.unanswered:
        return _after_a_try(_shown(state, draft), letter.past.unanswered, now, settle, run)
    if letter.held:
        facts = () if letter.waiting else manual_unschedule(letter, now, run)
        return _shown(replace(state, state=letter.why_held, held=True, facts=facts), draft)
    if letter.lost:
        state = replace(state, campaign=letter.lost)
        if facts := deleted_in_time(letter, now, run):
            words = "deleted in Mailchimp before its hour; it goes out only by name"
            return replace(state, state=words, held=True, facts=facts)
        words = "deleted in Mailchimp; whether it went out before that, only you can know"
        facts = _gone(letter, letter.lost, now, run)
        return replace(state, state=words, status=DELETED, lost=True, facts=facts)
    if letter.past.done:
        said = STATES.get(letter.past.status or "sent", letter.past.status)
        words = f"{said} by the ledger; Mailchimp does not list it"
        status = letter.past.status
        return replace(state, state=words, campaign=letter.past.done, status=status)
    return _shown(state, draft)


def _shown(state: State, campaign: Campaign | None) -> State:
    if campaign is None:
        return state
    return replace(
        state,
        campaign=campaign.id,
        status=campaign.status,
        send_time=campaign.send_time,
        emails_sent=campaign.emails_sent,
        archive_url=campaign.archive_url,
    )


def _after_a_try(state: State, posted: OpenSend, now: float, settle: float, run: str) -> State:
    if now < posted.at + settle:
        rest = int(min(posted.at + settle - now, settle)) + 1
        words = f"unknown: an unanswered send may still act for {rest} s"
        return replace(state, state=words, campaign=posted.campaign, unknown=True)
    data = {"why": NO_EFFECT, "read": True}
    refused = Fact("refused", state.key, now, posted.campaign, data, run)
    return replace(state, campaign=posted.campaign, facts=(refused,))


def _done(letter: Letter, out: Campaign, now: float, run: str) -> tuple[Fact, ...]:
    if letter.past.done == out.id and letter.past.status == out.status:
        return ()
    return (Fact("done", letter.key, now, out.id, out.recorded(), run),)


def _gone(letter: Letter, campaign: str, now: float, run: str) -> tuple[Fact, ...]:
    if letter.past.status == DELETED:
        return ()
    data = {"status": DELETED, **({"time": hour} if (hour := letter.past.promised) else {})}
    return (Fact("done", letter.key, now, campaign, data, run),)


def manual_unschedule(letter: Letter, now: float, run: str) -> tuple[Fact, ...]:
    """The facts for a letter that is held by Mailchimp alone: by its title, or scheduled in the
    ledger and made a draft by a person, or by a run that died. Empty for any other letter."""
    past = letter.past
    ended = past.held and not any(draft.id == past.done for draft in letter.drafts)
    if not letter.held or ended or past.unanswered:
        return ()
    return _taken_back(letter, now, run, "taken back in Mailchimp")


def deleted_in_time(letter: Letter, now: float, run: str) -> tuple[Fact, ...]:
    """The facts for a ``lost`` letter whose campaign was deleted before its hour: it is held. Empty
    after that hour, as it may have been mailed before."""
    hour = hour_of(letter.past.promised)
    if hour is None or hour.timestamp() <= now:
        return ()
    return _taken_back(letter, now, run, "deleted in Mailchimp")


def _taken_back(letter: Letter, now: float, run: str, why: str) -> tuple[Fact, ...]:
    return tuple(
        Fact(kind, letter.key, now, letter.past.done or letter.past.tried, {"why": why}, run)
        for kind in ("held", "undone")
    )
