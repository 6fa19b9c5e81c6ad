"""Settles the open sends of earlier runs by reading from Mailchimp; sends nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from publish.newsletter import holding, status
from publish.newsletter.catalogue import Letter
from publish.newsletter.facts import Fact
from publish.newsletter.protocol import Deleted, vanished
from publish.newsletter.service import failure
from publish.newsletter.status import State
from publish.office import letters
from publish.office.context import Office


def states(office: Office, chosen: Sequence[Letter]) -> list[State]:
    """The true state of each letter; the campaigns of unanswered sends are read by id."""
    looked = {name: office.api.campaign(name) for name in set(status.open_tries(chosen))}
    settle, run = office.account.limits.settle, office.ledger.run
    return [status.state_of(letter, looked, office.clock(), settle, run) for letter in chosen]


def settled_by_hand(office: Office, letter: Letter) -> tuple[Fact, ...]:
    """The facts for a scheduled letter that a person unscheduled or deleted in Mailchimp.

    Raises:
        OutcomeUnknown: it was deleted after its hour, so it may have been mailed.
    """
    now, run = office.clock(), office.ledger.run
    if not letter.lost or office.api.campaign(letter.lost) is not Deleted:
        return status.manual_unschedule(letter, now, run)
    facts = status.deleted_in_time(letter, now, run)
    if not facts:
        raise failure(vanished(letter.lost))
    return facts


def settle(office: Office, going: Collection[str] = ()) -> None:
    """Settle every open send, except those of the letters ``going`` (keys), which are about to be
    sent and so settled. A replacement whose post is no longer public is held. The caller holds the
    ledger's lock."""
    past = office.ledger.read()
    if not any(known.tries or known.replacing for key, known in past.items() if key not in going):
        return
    found = letters.load_letters(office)
    others = [letter for letter in found.all if letter.key not in going]
    for state in states(office, [letter for letter in others if letter.past.tries]):
        for fact in state.facts:
            office.ledger.append(fact)
    for letter in others:
        if letter.unfinished and letter.issue is None and not letter.scheduled:
            why = "its post is not public any more"
            for draft in letter.drafts:
                holding.hold(office.api, office.ledger, letter, draft, why, office.clock)
            office.voice.say(f"{office.words.letter(letter)}: {why}; it is kept back")
