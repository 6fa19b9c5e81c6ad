"""Takes a scheduled issue back inside its window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from publish.errors import NothingSent, OutcomeUnknown, Refused
from publish.newsletter.answers import Answer, Proof
from publish.newsletter.campaign import DRAFT, SCHEDULED, Campaign, carrying
from publish.newsletter.facts import Fact
from publish.newsletter.ledger import Ledger
from publish.newsletter.protocol import Deleted


class Unscheduler(Protocol):
    """What undoing asks of Mailchimp."""

    def campaigns(self) -> list[Campaign]: ...
    def campaign(self, campaign: str) -> Campaign | type[Deleted]: ...
    def unschedule(self, campaign: str) -> Answer: ...


def undo(
    api: Unscheduler, ledger: Ledger, key: str, slug: str, clock: Callable[[], float]
) -> Campaign:
    """Make the scheduled campaign of the issue a draft again, and write that down.

    Every scheduled campaign of the issue is taken back, in case a person replicated one.

    Raises:
        Refused: there is nothing scheduled, or it is too late.
        OutcomeUnknown: the answer was lost and Mailchimp still shows it scheduled.
    """
    mine = carrying(api.campaigns(), key)
    scheduled = [c for c in mine if c.status == SCHEDULED]
    if not scheduled:
        gone = [c for c in mine if c.out]
        if gone:
            raise Refused(
                f"{slug}: too late, it is {gone[0].state}", "a mail cannot be called back"
            )
        raise Refused(f"{slug}: nothing is scheduled", "`publish status` shows what there is")
    for campaign in scheduled:
        answer = api.unschedule(campaign.id)
        looked = api.campaign(campaign.id)
        if isinstance(looked, Campaign) and looked.status == SCHEDULED:
            if answer.proof in (Proof.DENIED, Proof.NOT_ACTED):
                raise NothingSent(f"{slug}: {answer.detail}", "run `publish undo` again")
            raise OutcomeUnknown(
                f"{slug}: the answer was lost and it is still scheduled",
                "run `publish undo` again",
            )
        if isinstance(looked, Campaign) and looked.status != DRAFT:
            raise Refused(f"{slug}: too late, it is {looked.state}", "a mail cannot be called back")
        ledger.append(Fact("undone", key, clock(), campaign.id))
    return scheduled[0]
