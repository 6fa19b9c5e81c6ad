"""Takes a letter back and marks it as held, in the ledger and in the campaign's title.

The order matters (docs/exactly-once.md, "Taken back stays back"): the fact ``held`` comes first, so
that after a crash at any later point no machine with this ledger sends the letter unasked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from publish.errors import NothingSent, OutcomeUnknown, PublishError, Refused
from publish.newsletter import titles
from publish.newsletter.answers import Proof
from publish.newsletter.campaign import DRAFT, PAUSED, SCHEDULED, Campaign
from publish.newsletter.catalogue import Letter
from publish.newsletter.facts import Fact
from publish.newsletter.ledger import Ledger
from publish.newsletter.titles import Marks

if TYPE_CHECKING:
    from publish.newsletter.mailchimp import Mailchimp

AGAIN = "run `publish undo` again"
SHOWN = "`publish status` shows what there is"


class NothingScheduled(Refused):
    """There is nothing to take back, and no reader had the letter."""


def take_back(
    api: Mailchimp, ledger: Ledger, letter: Letter, name: str, clock: Callable[[], float]
) -> bool:
    """Make every scheduled campaign of the letter a held draft; ``name`` is its name in messages. A
    letter with an unfinished replacement is held too. Returns whether Mailchimp's titles have the
    mark; where one could not be written, only the ledger records it. The caller holds the ledger's
    lock.

    Raises:
        Refused: there is nothing to take back, or it is too late.
        NothingSent: Mailchimp refused; it is still scheduled.
        OutcomeUnknown: the answer was lost, and it may still be scheduled.
    """
    scheduled = waiting(letter, name)
    marked = True
    for campaign in scheduled:
        ledger.append(Fact("held", letter.key, clock(), campaign.id, run=ledger.run))
        _unschedule(api, campaign, name)
        marked &= mark(api, letter, campaign.id)
        ledger.append(Fact("undone", letter.key, clock(), campaign.id, run=ledger.run))
    for campaign in () if scheduled else letter.drafts:
        marked &= hold(api, ledger, letter, campaign, "taken back", clock)
    return marked


def waiting(letter: Letter, name: str) -> tuple[Campaign, ...]:
    """The scheduled campaigns of a letter that can be taken back; none where a replace of it is
    unfinished or a title is to be marked.

    Raises:
        Refused: there is nothing to take back, or it is too late.
        OutcomeUnknown: an unanswered order may still schedule it.
    """
    if not letter.waiting and not letter.unfinished and not unmarked(letter):
        raise _nothing(letter, name)
    return letter.waiting


def hold(
    api: Mailchimp,
    ledger: Ledger,
    letter: Letter,
    draft: Campaign,
    why: str,
    clock: Callable[[], float],
) -> bool:
    """Hold a draft; returns whether its title has the mark."""
    if not letter.past.held:
        ledger.append(Fact("held", letter.key, clock(), draft.id, {"why": why}, ledger.run))
    return mark(api, letter, draft.id)


def mark(api: Mailchimp, letter: Letter, campaign: str) -> bool:
    """Mark the campaign's title as held; returns whether Mailchimp certainly accepted that."""
    found = api.campaign(campaign)
    if not isinstance(found, Campaign) or found.status != DRAFT:
        return False
    marks = Marks(
        letter.key,
        held=True,
        of=letter.posts[0] if letter.kind == "update" else "",
        posts=letter.posts if letter.kind == "digest" else (),
    )
    title = titles.write(titles.subject_in(found.title), marks)
    return api.update(campaign, {"title": title}).proof is Proof.DONE


def too_late(name: str, out: Campaign, remedy: str = "a mail cannot be called back") -> Refused:
    """The refusal for a letter whose campaign can no longer be changed from here."""
    if out.status == PAUSED:
        return Refused(f"{name}: it is {out.state}", "then run this again")
    return Refused(f"{name}: too late, it is {out.state}", remedy)


def unmarked(letter: Letter) -> bool:
    """Whether it is held while a draft's title lacks the mark."""
    return letter.held and any(not draft.held for draft in letter.drafts)


def _unschedule(api: Mailchimp, campaign: Campaign, name: str) -> None:
    answer = api.unschedule(campaign.id)
    try:
        looked = api.campaign(campaign.id)
    except PublishError as error:
        if answer.proof is not Proof.UNKNOWN:
            raise
        lost = f"{name}: the answer was lost and it may still be scheduled: {error.message}"
        raise OutcomeUnknown(lost, AGAIN) from None
    if not isinstance(looked, Campaign) or looked.status == DRAFT:
        return
    if looked.status != SCHEDULED:
        raise too_late(name, looked)
    if answer.proof in (Proof.DENIED, Proof.NOT_ACTED):
        raise NothingSent(f"{name}: {answer.detail}", AGAIN)
    if answer.proof is Proof.UNKNOWN:
        raise OutcomeUnknown(f"{name}: the answer was lost and it is still scheduled", AGAIN)


def _nothing(letter: Letter, name: str) -> Exception:
    if letter.active:
        return too_late(name, letter.active)
    if letter.past.unanswered:
        return OutcomeUnknown(
            f"{name}: an unanswered order may still schedule it",
            "run this again in a few minutes; `publish status` says more",
        )
    if letter.held:
        return NothingScheduled(f"{name}: it was taken back before", "nothing sends it unasked")
    return NothingScheduled(f"{name}: nothing is scheduled", SHOWN)
