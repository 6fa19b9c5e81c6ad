"""Decides each step of exactly-once sending from the known state. Pure.

No input, output or clock: ``service`` performs the steps and updates the state. The reasons and
every crash point are in docs/exactly-once.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from publish.errors import Exit
from publish.newsletter.campaign import DRAFT, SCHEDULED, Campaign, Segment, carrying
from publish.newsletter.facts import IssueState, Replacing, hour_of

POLL = 0.5
"""Seconds between two reads of an unchanged campaign, at first."""
ATTEMPTS = 4
"""How often one run posts a send, or repeats an idempotent write, before it gives up."""
MARGIN = 300
"""Seconds that a replacement needs before its letter's hour, besides the settle window."""


@dataclass(frozen=True)
class SendRequest:
    """The request to a run: whom to mail, when (None: now), and the limits in seconds.

    ``digest`` is that of the issue's bytes; ``lift``: the author named the issue, which lifts the
    hold of one that was taken back.
    """

    key: str
    list_id: str
    segment: Segment
    at: datetime | None
    settle: float
    barrier: float
    ready: float = 120
    digest: str = ""
    lift: bool = False

    def reaches(self, campaign: Campaign) -> bool:
        """Whether the readers of ``campaign`` are those to mail."""
        here = campaign.list_id == self.list_id
        return here and self.segment.fits(campaign.segment or {})


class Deleted:
    """A campaign that Mailchimp no longer has."""


@dataclass(frozen=True)
class State:
    """Everything known at ``now`` (epoch seconds). A value of None must be requested (again).

    ``seen_at``: when a listing first showed a draft made in this run; ``looked``: the campaign of
    an unanswered send, or of the guard, as last read; ``prepared``: the draft that this run filled,
    and ``prepared_at`` when; ``ready``: the checklist's word, and ``ready_at`` when; ``creates``,
    ``posts``: drafts and sends posted in this run; ``trouble``: writes that failed in a row, with
    the last ``detail`` and the pause to make before the next; ``withdrawals``: unschedules posted
    in this run, and ``withdrawn`` whether one was answered; ``denied``: that Mailchimp refused the
    last send in its own words; ``run``: this run, as the ledger names it, and ``began`` when it
    did, from which it waits where the clock was set back: then a fact of the ledger is later than
    ``now``.
    """

    now: float
    past: IssueState = field(default_factory=IssueState)
    listing: tuple[Campaign, ...] | None = None
    listed_at: float = 0
    made_here: str = ""
    seen_at: float | None = None
    looked: Campaign | type[Deleted] | None = None
    prepared: str = ""
    prepared_at: float = 0
    ready: bool | None = None
    ready_at: float = 0
    creates: int = 0
    posts: int = 0
    trouble: int = 0
    detail: str = ""
    wait: float = 0
    withdrawals: int = 0
    withdrawn: bool = False
    denied: bool = False
    run: str = ""
    began: float = float("inf")


@dataclass(frozen=True)
class ListCampaigns:
    """List the audience's campaigns."""


@dataclass(frozen=True)
class Create:
    """Create a draft, once."""


@dataclass(frozen=True)
class _OfCampaign:
    campaign: str


class Prepare(_OfCampaign):
    """Write settings and content into the draft; idempotent."""


class Check(_OfCampaign):
    """Ask the send checklist."""


class ReadCampaign(_OfCampaign):
    """Read the campaign."""


class PostSend(_OfCampaign):
    """Post the send or schedule, once."""


class Unschedule(_OfCampaign):
    """Make the scheduled campaign a draft, so that it can be written."""


@dataclass(frozen=True)
class Hold:
    """Give up a replacement: the campaign stays a draft, and is sent only when named."""

    campaign: str
    message: str


class RecordNoEffect(_OfCampaign):
    """Record that an unanswered send had no effect."""


@dataclass(frozen=True)
class Wait:
    """Let ``seconds`` pass, then drop the fact ``again`` names, so that it is requested again."""

    seconds: float
    why: str
    again: Literal["listing", "looked", "ready", "nothing"]


@dataclass(frozen=True)
class Finish:
    """The issue is sent or scheduled, by this run or an earlier one."""

    campaign: Campaign


@dataclass(frozen=True)
class Stop:
    """End this run; ``code`` tells what may have happened."""

    code: Exit
    message: str
    remedy: str


Step = (
    ListCampaigns
    | Create
    | Prepare
    | Check
    | ReadCampaign
    | PostSend
    | Unschedule
    | Hold
    | RecordNoEffect
    | Wait
    | Finish
    | Stop
)


def next_step(state: State, request: SendRequest) -> Step:
    """The next step. Call it again after performing the step and updating ``state``."""
    past = state.past
    if past.done:
        return Finish(Campaign(past.done, past.status or "sent", send_time=past.hour))
    if past.unanswered and (step := _unanswered(state, request)):
        return step
    if past.held and past.lifted != state.run:
        return HELD
    begun = past.replacing
    if begun and not begun.acted and (step := _withdraw(begun, state, request)):
        return step
    if state.listing is None:
        return ListCampaigns()
    mine = carrying(state.listing, request.key)
    # A listing may lag behind for a campaign just unscheduled; it was read by its id.
    behind = begun.campaign if begun and not begun.acted else ""
    if gone := [c for c in mine if c.out and c.id != behind]:
        return Finish(gone[0])
    if past.tried:
        # A second draft beside one that may have been sent could lead to a second delivery.
        return _complete(past.tried, state, request)
    return _elect([c for c in mine if not c.out], state, request)


def too_late(hour: datetime, now: float, settle: float) -> bool:
    """Whether a letter's words can no longer be replaced before ``hour``: an unschedule whose
    answer is lost must have acted, or surely not, while there is time to schedule again."""
    return hour.timestamp() - now < settle + MARGIN


def _unanswered(state: State, request: SendRequest) -> Step | None:
    """A send was posted and its answer is unknown: only reading the campaign can tell."""
    posted = state.past.unanswered
    assert posted is not None
    looked = state.looked
    if not isinstance(looked, Campaign) or looked.id != posted.campaign:
        return _unseen(posted.campaign, state)
    if looked.out:
        return Finish(looked)
    waits = _settling(posted.at, state, request, "an answer was lost; looking again")
    return waits or RecordNoEffect(posted.campaign)


def _withdraw(begun: Replacing, state: State, request: SendRequest) -> Step | None:
    """The next step until the campaign is a draft that no late request can change; None when it
    is."""
    looked = state.looked
    if not isinstance(looked, Campaign) or looked.id != begun.campaign:
        return _unseen(begun.campaign, state)
    if looked.status == SCHEDULED:
        why = "Mailchimp does not show it as taken back yet"
        if state.withdrawals and (step := _settling(begun.at, state, request, why)):
            return step
        if state.withdrawals >= ATTEMPTS:
            return _nothing_sent(state)
        if state.wait:
            return Wait(state.wait, state.detail, "looked")
        due = hour_of(looked.send_time)
        if due is not None and too_late(due, state.now, request.settle):
            return Finish(looked)
        return Unschedule(begun.campaign)
    if looked.out:
        return Finish(looked)
    if state.withdrawn:
        return None
    return _settling(begun.at, state, request, "an unanswered order may still act")


def _unseen(campaign: str, state: State) -> Step:
    """The step if the campaign read last is another one, or ``campaign`` is gone."""
    return vanished(campaign) if state.looked is Deleted else ReadCampaign(campaign)


def _settling(
    since: float,
    state: State,
    request: SendRequest,
    why: str,
    again: Literal["listing", "looked"] = "looked",
) -> Wait | None:
    """Wait for a part of the rest of the settle window that began at ``since``; None if it has
    passed."""
    known = since if since <= state.now else state.began
    rest = known + request.settle - state.now
    return Wait(min(rest, max(POLL, request.settle / 60)), why, again) if rest > 0 else None


def _elect(drafts: list[Campaign], state: State, request: SendRequest) -> Step:
    """Choose the draft to send. All machines must choose the same one, or each would send its
    own."""
    past = state.past
    if not request.lift and any(draft.held for draft in drafts):
        return HELD
    if state.made_here and state.seen_at is None:
        made_at = dict(past.made).get(state.made_here, state.now)
        if state.now < made_at + request.settle:
            # A listing without the draft we just made is outdated, and may lack another machine's
            # too.
            pause = max(0.2, request.barrier / 4)
            return Wait(pause, "Mailchimp's list does not show the draft yet", "listing")
    if state.seen_at is not None and state.listed_at < state.seen_at + request.barrier:
        rest = state.seen_at + request.barrier - state.now
        why = "making sure that no other machine sends the same issue"
        return Wait(max(rest, 0.001), why, "listing")
    if drafts:
        return _complete(drafts[0].id, state, request)
    if past.create_open is not None:
        why = "a draft may be on its way"
        if step := _settling(past.create_open, state, request, why, "listing"):
            return step
    if state.trouble >= ATTEMPTS or state.creates >= ATTEMPTS:
        return _nothing_sent(state)
    if state.wait:
        return Wait(state.wait, state.detail, "nothing")
    return Create()


def _complete(campaign: str, state: State, request: SendRequest) -> Step:
    """From a chosen draft to the one POST that mails it."""
    if state.looked is Deleted:
        if state.past.tried:
            return vanished(campaign)
        if state.trouble < ATTEMPTS:
            # No send was ever posted for it: a person deleted the draft; choose another.
            return Wait(max(0.2, request.barrier / 4), "the draft was deleted", "listing")
    begun = state.past.replacing
    if isinstance(state.looked, Campaign) and state.looked.out:
        return Finish(state.looked)
    if begun and state.denied and state.posts >= ATTEMPTS:
        return Hold(campaign, f"Mailchimp does not schedule it again: {state.detail}")
    if state.trouble >= ATTEMPTS or state.posts >= ATTEMPTS:
        return _nothing_sent(state)
    if state.wait:
        return Wait(state.wait, state.detail, "nothing")
    if state.prepared != campaign:
        if not isinstance(state.looked, Campaign) or state.looked.id != campaign:
            return ReadCampaign(campaign)
        if state.looked.held and not request.lift:
            return HELD
        return _after_other_words(state, request) or Prepare(campaign)
    if state.ready is None:
        return Check(campaign)
    if not state.ready:
        if state.now > state.prepared_at + request.ready:
            return Stop(
                Exit.NOTHING_SENT,
                f"Mailchimp does not call the issue ready: {state.detail}",
                "fix that in Mailchimp, then run `publish send` again",
            )
        return Wait(1.0, f"Mailchimp is not ready: {state.detail}", "ready")
    if state.listed_at < state.ready_at:
        # Meanwhile a person or another machine may have sent the issue.
        return ListCampaigns()
    if not isinstance(state.looked, Campaign):
        return ReadCampaign(campaign)
    return _guard(state.looked, state, request)


def _after_other_words(state: State, request: SendRequest) -> Step | None:
    """Wait while another run's unanswered write may still arrive, and would replace our words."""
    wrote = state.past.wrote
    if wrote is None or wrote.digest == request.digest:
        return None
    why = "other words may still be on their way to Mailchimp"
    return _settling(wrote.at, state, request, why)


def _after_open_orders(state: State, request: SendRequest) -> Step | None:
    """Wait while an unschedule of another run may still act: it would undo our schedule."""
    open_since = [at for run, at in state.past.orders if run != state.run]
    if request.at is None or not open_since:
        return None
    return _settling(max(open_since), state, request, "an unanswered order may still act")


def _guard(draft: Campaign, state: State, request: SendRequest) -> Step:
    """Check before the POST that the campaign still has our title and our readers."""
    if draft.key != request.key or draft.status != DRAFT:
        return Stop(
            Exit.REFUSED,
            f"campaign {draft.id} was renamed in Mailchimp, so it is not surely this issue",
            "put its name back or delete it there, then run `publish send` again",
        )
    if draft.held:
        return HELD
    if not request.reaches(draft):
        why = f"campaign {draft.id} has other readers in Mailchimp than the settings say"
        remedy = "set its audience back or delete it there, then run `publish send` again"
        return Hold(draft.id, why) if state.past.replacing else Stop(Exit.REFUSED, why, remedy)
    if request.at is not None and request.at.timestamp() <= state.now:
        if state.past.replacing:
            return Hold(draft.id, "its hour has passed meanwhile")
        return Stop(
            Exit.NOTHING_SENT, "the time to send has passed meanwhile", "run `publish send` again"
        )
    return _after_open_orders(state, request) or PostSend(draft.id)


HELD = Stop(Exit.REFUSED, "it was taken back, and is held", "name it to send it")


def vanished(campaign: str) -> Stop:
    """The stop for a deleted campaign that may have been sent: only a person can know."""
    return Stop(
        Exit.UNKNOWN,
        f"campaign {campaign} is no longer in Mailchimp, and it may have been sent before",
        "look in Mailchimp; if it never went out, name its post to send with --as-update",
    )


def _nothing_sent(state: State) -> Stop:
    remedy = "`publish doctor` says more; then " if state.denied else ""
    again = f"{remedy}run `publish send` again"
    return Stop(Exit.NOTHING_SENT, f"nothing was sent: {state.detail}", again)
