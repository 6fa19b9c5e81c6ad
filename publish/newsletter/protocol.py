"""Decides exactly-once sending: from the known state to the next step. Pure.

No input or output and no clock: ``service`` performs the steps and tells what it learnt. The
reasons and every crash point are in docs/exactly-once.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from publish.errors import Exit
from publish.newsletter.campaign import DRAFT, SCHEDULED, Campaign, Segment, carrying
from publish.newsletter.facts import Past, Replacing

POLL = 0.5
"""Seconds between two looks at a campaign that has not moved yet, at first."""
ATTEMPTS = 4
"""How often one run posts a send, or repeats an idempotent write, before it gives up."""
MARGIN = 300
"""Seconds beside the settle window that a replace needs before the hour of its letter."""


@dataclass(frozen=True)
class SendRequest:
    """What the run is to do: whom to mail, when (None: now), and the limits in seconds.

    ``digest`` is that of the issue's bytes; ``lift`` says that the author named the issue, which
    is what lifts the hold on one that was taken back.
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


class Deleted:
    """A campaign that Mailchimp no longer has."""


@dataclass(frozen=True)
class State:
    """Everything known at ``now`` (epoch seconds). What is None must be requested (again).

    ``seen_at``: when a listing first showed a draft made in this run; ``looked``: the campaign
    of an unanswered send, or of the guard, as last read; ``prepared``: the draft that this run
    filled, and ``prepared_at`` when; ``ready``: the checklist's word, and ``ready_at`` when;
    ``creates``, ``posts``: drafts and sends posted in this run; ``trouble``: writes that failed
    in a row, with the last ``detail`` and the pause to make before the next; ``withdrawals``:
    unschedules posted in this run, and ``withdrawn`` whether one was answered; ``denied``: that
    Mailchimp refused the last send in its own words; ``run``: this run, as the ledger names it.
    """

    now: float
    past: Past = field(default_factory=Past)
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


@dataclass(frozen=True)
class Find:
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


class Look(_OfCampaign):
    """Read the campaign."""


class Act(_OfCampaign):
    """Post the send or schedule, once."""


class Unschedule(_OfCampaign):
    """Make the scheduled campaign a draft, to write into it."""


@dataclass(frozen=True)
class Hold:
    """Give a replace up: the campaign stays a draft, and it is sent only when named."""

    campaign: str
    message: str


class RecordNoEffect(_OfCampaign):
    """Write down that an unanswered send had no effect."""


@dataclass(frozen=True)
class Wait:
    """Let ``seconds`` pass, then drop the fact ``again`` names, so that it is requested again."""

    seconds: float
    why: str
    again: Literal["listing", "looked", "ready", "nothing"]


@dataclass(frozen=True)
class Finish:
    """The issue is out, or set to go: by this run or before it."""

    campaign: Campaign


@dataclass(frozen=True)
class Halt:
    """Go no further in this run; ``code`` tells the truth about what may have happened."""

    code: Exit
    message: str
    remedy: str


Step = (
    Find | Create | Prepare | Check | Look | Act | Unschedule | Hold | RecordNoEffect | Wait
    | Finish | Halt
)  # fmt: skip


def next_step(view: State, terms: SendRequest) -> Step:
    """The next step. Once it is performed and ``view`` brought up to date, ask again."""
    past = view.past
    if past.done:
        return Finish(Campaign(id=past.done, status=past.status or "sent"))
    if past.unanswered and (step := _unanswered(view, terms)):
        return step
    if past.held:
        return HELD
    begun = past.replacing
    if begun and not begun.acted and (step := _withdraw(begun, view, terms)):
        return step
    if view.listing is None:
        return Find()
    mine = carrying(view.listing, terms.key)
    # Of a campaign just unscheduled a listing may be late; it has been read by its id.
    behind = begun.campaign if begun and not begun.acted else ""
    if gone := [c for c in mine if c.out and c.id != behind]:
        return Finish(gone[0])
    if past.tried:
        # A second draft beside one that may have been sent is the way to a second delivery.
        return _complete(past.tried, view, terms)
    return _elect([c for c in mine if not c.out], view, terms)


def too_late(hour: datetime, now: float, settle: float) -> bool:
    """Whether a letter's words can no longer be replaced before ``hour``: an unschedule whose
    answer is lost must have acted, or surely not, while there is time to schedule again."""
    return hour.timestamp() - now < settle + MARGIN


def _unanswered(view: State, terms: SendRequest) -> Step | None:
    """A send was posted and its answer is not known: only the campaign itself can tell."""
    posted = view.past.unanswered
    assert posted is not None
    if not _of(view.looked, posted.campaign):
        return Look(posted.campaign)
    if view.looked is Deleted:
        return _vanished(posted.campaign)
    assert isinstance(view.looked, Campaign)
    if view.looked.out:
        return Finish(view.looked)
    rest = posted.at + terms.settle - view.now
    if rest > 0:
        pause = min(rest, max(POLL, terms.settle / 60))
        return Wait(pause, "an answer was lost; looking again", "looked")
    return RecordNoEffect(posted.campaign)


def _withdraw(begun: Replacing, view: State, terms: SendRequest) -> Step | None:
    """Until the campaign is a draft that nothing late can touch; None when it is."""
    if not _of(view.looked, begun.campaign):
        return Look(begun.campaign)
    if view.looked is Deleted:
        return _vanished(begun.campaign)
    assert isinstance(view.looked, Campaign)
    rest = begun.at + terms.settle - view.now
    pause = min(rest, max(POLL, terms.settle / 60))
    if view.looked.status == SCHEDULED:
        if view.withdrawals and rest > 0:
            return Wait(pause, "Mailchimp does not show it as taken back yet", "looked")
        if view.withdrawals >= ATTEMPTS:
            return _nothing_sent(view)
        if view.wait:
            return Wait(view.wait, view.detail, "looked")
        due = hour_of(view.looked.send_time)
        if due is not None and too_late(due, view.now, terms.settle):
            return Finish(view.looked)
        return Unschedule(begun.campaign)
    if view.looked.out:
        return Finish(view.looked)
    if rest > 0 and not view.withdrawn:
        return Wait(pause, "an unanswered order may still act", "looked")
    return None


def hour_of(text: str) -> datetime | None:
    """The moment of an ISO 8601 text with its zone; None if it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _of(looked: Campaign | type[Deleted] | None, campaign: str) -> bool:
    """Whether what was looked at last is the ``campaign``, or that it is gone."""
    return looked is Deleted or (isinstance(looked, Campaign) and looked.id == campaign)


def _elect(drafts: list[Campaign], view: State, terms: SendRequest) -> Step:
    """Every machine must choose the same draft, or each would send its own."""
    past = view.past
    if not terms.lift and any(draft.held for draft in drafts):
        return HELD
    if view.made_here and view.seen_at is None:
        made_at = dict(past.made).get(view.made_here, view.now)
        if view.now < made_at + terms.settle:
            # A listing that does not show what we just made is older than our draft, and
            # would not show another machine's either.
            pause = max(0.2, terms.barrier / 4)
            return Wait(pause, "Mailchimp's list does not show the draft yet", "listing")
    if view.seen_at is not None and view.listed_at < view.seen_at + terms.barrier:
        rest = view.seen_at + terms.barrier - view.now
        why = "making sure that no other machine sends the same issue"
        return Wait(max(rest, 0.001), why, "listing")
    if drafts:
        return _complete(drafts[0].id, view, terms)
    if past.create_open is not None:
        rest = past.create_open + terms.settle - view.now
        if rest > 0:
            pause = min(rest, max(POLL, terms.settle / 60))
            return Wait(pause, "a draft may be on its way", "listing")
    if view.trouble >= ATTEMPTS or view.creates >= ATTEMPTS:
        return _nothing_sent(view)
    if view.wait:
        return Wait(view.wait, view.detail, "nothing")
    return Create()


def _complete(campaign: str, view: State, terms: SendRequest) -> Step:
    """From a chosen draft to the one POST that mails it."""
    if view.looked is Deleted:
        if view.past.tried:
            return _vanished(campaign)
        if view.trouble < ATTEMPTS:
            # Nothing was ever posted for it: a person threw the draft away; look for another.
            return Wait(max(0.2, terms.barrier / 4), "the draft was deleted", "listing")
    begun = view.past.replacing
    if isinstance(view.looked, Campaign) and view.looked.out:
        return Finish(view.looked)
    if begun and view.denied and view.posts >= ATTEMPTS:
        return Hold(campaign, f"Mailchimp does not schedule it again: {view.detail}")
    if view.trouble >= ATTEMPTS or view.posts >= ATTEMPTS:
        return _nothing_sent(view)
    if view.wait:
        return Wait(view.wait, view.detail, "nothing")
    if view.prepared != campaign:
        if not _of(view.looked, campaign):
            return Look(campaign)
        if isinstance(view.looked, Campaign) and view.looked.held and not terms.lift:
            return HELD
        return _after_other_words(view, terms) or Prepare(campaign)
    if view.ready is None:
        return Check(campaign)
    if not view.ready:
        if view.now > view.prepared_at + terms.ready:
            return Halt(
                Exit.NOTHING_SENT,
                f"Mailchimp does not call the issue ready: {view.detail}",
                "mend that in Mailchimp, then run `publish send` again",
            )
        return Wait(1.0, f"Mailchimp is not ready: {view.detail}", "ready")
    if view.listed_at < view.ready_at:
        # While it got ready, a person or another machine may have sent the issue.
        return Find()
    if not isinstance(view.looked, Campaign):
        return Look(campaign)
    return _guard(view.looked, view, terms)


def _after_other_words(view: State, terms: SendRequest) -> Step | None:
    """Wait while other words that were on their way may still come, and would replace ours."""
    wrote = view.past.wrote
    if wrote is None or wrote.digest == terms.digest:
        return None
    rest = wrote.at + terms.settle - view.now
    if rest <= 0:
        return None
    pause = min(rest, max(POLL, terms.settle / 60))
    return Wait(pause, "other words may still be on their way to Mailchimp", "looked")


def _after_open_orders(view: State, terms: SendRequest) -> Step | None:
    """Wait while an unschedule of another run may still act: it would take back what is scheduled
    now."""
    open_since = [at for run, at in view.past.orders if run != view.run]
    if terms.at is None or not open_since:
        return None
    rest = max(open_since) + terms.settle - view.now
    if rest <= 0:
        return None
    pause = min(rest, max(POLL, terms.settle / 60))
    return Wait(pause, "an unanswered order may still act", "looked")


def _guard(draft: Campaign, view: State, terms: SendRequest) -> Step:
    """Checks before the POST that the campaign still holds our issue, for our readers."""
    if draft.key != terms.key or draft.status != DRAFT:
        return Halt(
            Exit.REFUSED,
            f"campaign {draft.id} was renamed in Mailchimp, so it is not surely this issue",
            "put its name back or delete it there, then run `publish send` again",
        )
    if draft.held:
        return HELD
    if draft.list_id != terms.list_id or not terms.segment.fits(draft.segment or {}):
        return Halt(
            Exit.REFUSED,
            f"campaign {draft.id} has other readers in Mailchimp than the settings say",
            "set its audience back or delete it there, then run `publish send` again",
        )
    if terms.at is not None and terms.at.timestamp() <= view.now:
        if view.past.replacing:
            return Hold(draft.id, "its hour has passed meanwhile")
        return Halt(
            Exit.NOTHING_SENT, "the time to send has passed meanwhile", "run `publish send` again"
        )
    return _after_open_orders(view, terms) or Act(draft.id)


HELD = Halt(
    Exit.REFUSED, "it was taken back, and stays back", "name it to `publish send` to send it"
)


def _vanished(campaign: str) -> Halt:
    return Halt(
        Exit.UNKNOWN,
        f"campaign {campaign} is no longer in Mailchimp, and it may have been sent before",
        "look in Mailchimp; if it never went out, name it to `publish send` with --as-update",
    )


def _nothing_sent(view: State) -> Halt:
    return Halt(Exit.NOTHING_SENT, f"nothing was sent: {view.detail}", "run `publish send` again")
