"""Settles the open sends of earlier runs by reading from Mailchimp; sends nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import reduce

from publish.errors import OutcomeUnknown
from publish.newsletter import holding, status
from publish.newsletter.campaign import SCHEDULED, Campaign, by_age
from publish.newsletter.catalogue import Letter
from publish.newsletter.facts import Fact, IssueState, apply, hour_of
from publish.newsletter.protocol import vanished
from publish.newsletter.status import State
from publish.office import letters
from publish.office.context import Office
from publish.office.letters import Letters
from publish.office.words import command
from publish.post.issue import key_of


def states(office: Office, chosen: Sequence[Letter]) -> list[State]:
    """The true state of each letter."""
    return [_state(office, _read(office, letter)) for letter in chosen]


def as_read(office: Office, found: Letters) -> Letters:
    """The letters; of those with an unanswered order as their campaigns are, with what that settles
    in their ``past``. It is not recorded."""
    return replace(found, all=tuple(_settled(office, x) if x.past.tries else x for x in found.all))


def _settled(office: Office, letter: Letter) -> Letter:
    letter = _read(office, letter)
    state = _state(office, letter)
    past = letter.past if state.unknown else reduce(apply, state.facts, letter.past)
    return replace(letter, past=past)


def _state(office: Office, letter: Letter) -> State:
    settle, run = office.account.limits.settle, office.ledger.run
    return status.state_of(letter, office.clock(), settle, run)


def _read(office: Office, letter: Letter) -> Letter:
    """The letter with the campaigns of unanswered orders as they are: a listing may lag."""
    names = {posted.campaign for posted in letter.past.tries}
    own = [c for c in map(office.api.campaign, names) if isinstance(c, Campaign)]
    others = (c for c in letter.campaigns if c.id not in names)
    return replace(letter, campaigns=tuple(by_age([*own, *others])))


def settled_by_hand(office: Office, letter: Letter) -> tuple[Fact, ...]:
    """The facts for a scheduled letter that a person unscheduled or deleted in Mailchimp.

    Raises:
        OutcomeUnknown: it was deleted after its hour, so it may have been mailed.
    """
    now, run = office.clock(), office.ledger.run
    if not letter.lost:
        return status.manual_unschedule(letter, now, run)
    facts = status.deleted_in_time(letter, now, run)
    if not facts:
        again = command("send", letter.slug, "--as-update")
        raise OutcomeUnknown(
            f"{office.words.letter(letter)}: {vanished(letter.lost).message}",
            f"look in Mailchimp; if it never went out: {again}",
        )
    return facts


def settle(office: Office, going: Collection[str] = ()) -> None:
    """Settle every open send, except those of the letters ``going`` (keys), which are about to be
    sent and so settled. That a scheduled letter went out is recorded, and a replacement whose post
    is no longer public is held. The caller holds the ledger's lock."""
    past = office.ledger.read()
    unsure = {key for key, known in past.items() if key not in going and _unsure(known, office.now)}
    if not unsure:
        return
    found = letters.load_letters(office)
    for state in states(office, [letter for letter in found.all if letter.key in unsure]):
        if state.unknown or state.lost:
            office.voice.say(f"{office.words.post(state.slug, state.title)}: {state.state}")
        for fact in state.facts:
            office.ledger.append(fact)
    public = {key_of(uids[:1]) for uids in office.site.public()}
    for letter in found.all:
        lasts = letter.unfinished and letter.issue is None and not letter.scheduled
        if (
            lasts
            and letter.key not in {*going, *public}
            and letters.is_known(office.settings, letter)
        ):
            for draft in letter.drafts:
                holding.hold(office.api, office.ledger, letter, draft, letters.GONE, office.clock)
            office.voice.say(f"{office.words.letter(letter)}: {letters.GONE}; it is kept back")


def _unsure(known: IssueState, now: datetime) -> bool:
    """Whether Mailchimp may have newer facts of a letter than the ledger."""
    hour = hour_of(known.hour) if known.status == SCHEDULED else None
    return bool(known.tries or known.replacing or (hour and hour <= now))
