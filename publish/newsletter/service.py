"""Runs the protocol: performs each step, and records facts before and after it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from publish.errors import (
    ConfigError,
    Exit,
    NothingSent,
    OutcomeUnknown,
    PublishError,
    Refused,
    as_publish_error,
)
from publish.newsletter import protocol as p
from publish.newsletter import titles
from publish.newsletter.account import Sender
from publish.newsletter.answers import Answer, Proof, refusal
from publish.newsletter.campaign import Campaign, settings_of
from publish.newsletter.facts import Fact, IssueState, apply, iso_of
from publish.newsletter.ledger import Ledger
from publish.newsletter.titles import Marks
from publish.post.issue import Issue

if TYPE_CHECKING:
    from publish.newsletter.mailchimp import Mailchimp

NO_EFFECT = "it never left the draft"


class PostChanged(Refused):
    """The post changed since the author confirmed; nothing was sent."""


class CannotSchedule(PublishError):
    """The plan does not allow scheduling; the draft is ready and nothing was sent."""


@dataclass(frozen=True)
class Delivered:
    """The result: the campaign, and whether this run's own POST sent or scheduled it."""

    campaign: Campaign
    by_this_run: bool


@dataclass
class Service:
    """Brings ``issue`` to readers as ``request`` says. The caller holds the ledger's lock.

    ``last_look`` is called right before a send or schedule is posted; it returns why the issue
    differs from the confirmed one, ``""`` if it does not.
    """

    api: Mailchimp
    ledger: Ledger
    sender: Sender
    issue: Issue
    request: p.SendRequest
    say: Callable[[str], None] = lambda why: None
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = field(default=time.sleep)
    last_look: Callable[[], str] = lambda: ""

    def deliver(self) -> Delivered:
        """Bring the issue to its readers, exactly once however often this is called.

        An unfinished replacement of an earlier run is completed; ``request.at`` must be its hour.

        Raises:
            CannotSchedule, PostChanged: see there.
            Refused, NothingSent, OutcomeUnknown: as their names say.
        """
        state = self._begun()
        if state.past.intent is None and not state.past.done:
            state = self._note(state, "intent", **_intent(self.issue, self.request))
        return self._run(state)

    def replace(self, campaign: str) -> Delivered:
        """Put the issue's words into its scheduled ``campaign``, for the hour ``request.at``.

        A result that is scheduled, but not by this run, was too near its hour: it goes out
        unchanged.

        Raises:
            PostChanged, Refused, NothingSent, OutcomeUnknown: as for ``deliver``.
        """
        return self._run(self._replacing(self._begun(), campaign))

    def _begun(self) -> p.State:
        past, now = self.ledger.read().get(self.issue.key) or IssueState(), self.clock()
        state = p.State(now, past, run=self.ledger.run, began=now)
        return self._note(state, "lifted") if self.request.lift and past.held else state

    def _run(self, state: p.State) -> Delivered:
        try:
            return self._steps(state)
        except (NothingSent, ConfigError, OSError) as error:
            past = self.ledger.read().get(self.issue.key, IssueState())
            if past.unanswered or past.done:
                # Only a read or the ledger failed: the letter may be out, or is.
                raise OutcomeUnknown(
                    as_publish_error(error).message,
                    "run `publish status` in a while; it settles this",
                ) from None
            raise

    def _steps(self, state: p.State) -> Delivered:
        request = replace(self.request, digest=self.issue.digest)
        while True:
            state = replace(state, now=self.clock())
            step = p.next_step(state, request)
            if isinstance(step, p.Finish):
                if not state.past.done:
                    self._note(state, "done", step.campaign.id, **step.campaign.recorded())
                return Delivered(step.campaign, state.posts > 0)
            if isinstance(step, p.Stop):
                raise failure(step)
            if isinstance(step, p.Hold):
                self._hold(step, state)
            state = self._perform(step, state)

    def _perform(self, step: p.Step, state: p.State) -> p.State:
        match step:
            case p.ListCampaigns():
                began = self.clock()
                listing = tuple(self.api.campaigns())
                seen = state.seen_at
                if seen is None and any(c.id == state.made_here for c in listing):
                    seen = self.clock()
                return replace(state, listing=listing, listed_at=began, seen_at=seen, looked=None)
            case p.Create():
                return self._create(state)
            case p.Prepare(campaign):
                return self._prepare(campaign, state)
            case p.Check(campaign):
                found = self.api.checklist(campaign)
                if not isinstance(found, tuple):
                    return _gone(state)
                return replace(state, ready=found[0], ready_at=self.clock(), detail=found[1])
            case p.ReadCampaign(campaign):
                return _looked(state, self.api.campaign(campaign))
            case p.RecordNoEffect(campaign):
                noted = self._note(state, "refused", campaign, why=NO_EFFECT, read=True)
                return replace(noted, listing=None, looked=None)
            case p.Unschedule(campaign):
                return self._unschedule(campaign, state)
            case p.PostSend(campaign):
                return self._post(campaign, state)
            case p.Wait(seconds, why, again):
                self.say(why)
                self.sleep(seconds)
                forgotten: dict[str, Any] = {} if again == "nothing" else {again: None}
                if again == "listing":
                    forgotten["looked"] = None
                return replace(state, wait=0, **forgotten)
            case _:
                raise AssertionError(step)

    def _create(self, state: p.State) -> p.State:
        state = self._note(replace(state, creates=state.creates + 1), "create_try")
        answer = self.api.create(self._settings(None), self.request.segment)
        if answer.proof is Proof.DONE:
            made = str(answer.data["id"])
            state = self._note(state, "created", made)
            return replace(state, made_here=made, seen_at=None, listing=None, trouble=0)
        if answer.proof is Proof.UNKNOWN:
            return replace(state, listing=None, detail=answer.detail)
        state = self._note(state, "refused", why=answer.detail)
        if answer.proof is Proof.DENIED:
            raise refusal(answer, "nothing was sent")
        return _troubled(state, answer)

    def _prepare(self, campaign: str, state: p.State) -> p.State:
        issue, request = self.issue, self.request
        state = self._note(state, "write_try", campaign, digest=issue.digest)
        hour = request.at if state.past.replacing else None
        looked, settings = state.looked, self._settings(hour)
        # The author said yes to these readers; the campaign may have those of an earlier category.
        moved = request.lift and isinstance(looked, Campaign) and not request.reaches(looked)
        answer = self.api.update(campaign, settings, request.segment if moved else None)
        if answer.proof is Proof.DONE:
            answer = self.api.put_content(campaign, issue.html, issue.text)
        if answer.proof is Proof.DONE:
            state = replace(state, prepared=campaign, prepared_at=self.clock(), trouble=0)
            return replace(state, ready=None, looked=None)
        if answer.proof is not Proof.DENIED:
            return _troubled(state, answer)
        # If it was deleted or sent by someone, that is the cause, whatever the refusal says.
        looked = self.api.campaign(campaign)
        if isinstance(looked, Campaign) and not looked.out:
            raise refusal(answer, "nothing was sent")
        return _looked(state, looked)

    def _replacing(self, state: p.State, campaign: str) -> p.State:
        assert self.request.at is not None
        data = {"hour": iso_of(self.request.at), "digest": self.issue.digest}
        return self._note(state, "replace_try", campaign, **data)

    def _unschedule(self, campaign: str, state: p.State) -> p.State:
        # Each request has its own fact: the time in which it may still act counts from there.
        state = self._replacing(state, campaign)
        answer = self.api.unschedule(campaign)
        pause = answer.wait or 0.5 * 2**state.withdrawals
        state = replace(state, wait=pause if answer.proof is Proof.NOT_ACTED else 0, looked=None)
        done, count = answer.proof is Proof.DONE, state.withdrawals + 1
        return replace(state, withdrawn=done, withdrawals=count, detail=answer.detail)

    def _hold(self, step: p.Hold, state: p.State) -> None:
        self._note(state, "held", step.campaign, why=step.message)
        self.api.update(step.campaign, {"title": self._title(Marks(held=True))})
        raise Refused(
            f"{step.message}; it is not scheduled any more, and is held",
            f"run `publish send {self.issue.slug}` to choose another time",
        )

    def _post(self, campaign: str, state: p.State) -> p.State:
        if why := self.last_look():
            raise PostChanged(why, "nothing was sent; run this again")
        self.ledger.keep(self.issue)
        moment = "" if self.request.at is None else iso_of(self.request.at)
        time_of = {"time": moment} if moment else {}
        tried = {"action": "schedule" if moment else "send", "digest": self.issue.digest}
        state = self._note(state, "send_try", campaign, **tried, **time_of)
        answer = self.api.schedule(campaign, moment) if moment else self.api.send(campaign)
        if answer.proof is Proof.DONE:
            status = "schedule" if moment else "sending"
            state = self._note(state, "done", campaign, status=status, **time_of)
            return replace(state, posts=state.posts + 1)
        if answer.proof is Proof.UNKNOWN:
            return replace(state, looked=None, detail=answer.detail, posts=state.posts + 1)
        state = self._note(state, "refused", campaign, why=answer.detail)
        denied = answer.proof is Proof.DENIED
        if moment and answer.status == 403 and denied and not state.past.replacing:
            raise CannotSchedule(answer.detail, "use --now")
        pause = answer.wait or 0.5 * 2**state.posts
        state = replace(state, posts=state.posts + 1, detail=answer.detail, wait=pause)
        return replace(state, ready=None, looked=None, denied=denied)

    def _settings(self, hour: datetime | None) -> dict[str, Any]:
        return settings_of(self.issue, self.sender, self._title(Marks(hour=hour)))

    def _title(self, marks: Marks) -> str:
        key, of, posts = self.issue.key, self.issue.update_of, self.issue.posts
        return titles.write(self.issue.subject, replace(marks, key=key, of=of, posts=posts))

    def _note(self, state: p.State, kind: str, campaign: str = "", **data: Any) -> p.State:
        fact = Fact(kind, self.issue.key, self.clock(), campaign, data, self.ledger.run)
        return replace(state, past=apply(state.past, self.ledger.append(fact)))


def _looked(state: p.State, found: Campaign | type[p.Deleted]) -> p.State:
    return replace(state, looked=found) if isinstance(found, Campaign) else _gone(state)


def _gone(state: p.State) -> p.State:
    detail = "the draft was deleted in Mailchimp"
    return replace(
        state, looked=p.Deleted, prepared="", trouble=state.trouble + 1, wait=0, detail=detail
    )


def _troubled(state: p.State, answer: Answer) -> p.State:
    pause = answer.wait or 0.25 * 2**state.trouble
    return replace(state, trouble=state.trouble + 1, detail=answer.detail, wait=pause)


def _intent(issue: Issue, request: p.SendRequest) -> dict[str, Any]:
    return {
        "uid": issue.uid,
        "slug": issue.slug,
        "subject": issue.subject,
        "digest": issue.digest,
        "audience": request.list_id,
        **({"posts": list(issue.posts)} if issue.posts else {}),
        **({"of": issue.update_of} if issue.update_of else {}),
    }


def failure(halt: p.Stop) -> PublishError:
    """The error for a ``Stop``."""
    kinds = {Exit.NOTHING_SENT: NothingSent, Exit.UNKNOWN: OutcomeUnknown}
    return kinds.get(halt.code, PublishError)(halt.message, halt.remedy, halt.code)
