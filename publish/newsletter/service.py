"""Drives the protocol: performs each step, and records the facts before and after it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from publish.errors import (
    ConfigError,
    Exit,
    NothingSent,
    OutcomeUnknown,
    PublishError,
    Refused,
)
from publish.newsletter import protocol as p
from publish.newsletter import titles
from publish.newsletter.account import Sender
from publish.newsletter.answers import Answer, Proof
from publish.newsletter.campaign import SCHEDULED, Campaign, Segment
from publish.newsletter.facts import Fact, Past, after
from publish.newsletter.ledger import Ledger
from publish.newsletter.titles import Marks
from publish.post.issue import Issue

NEVER_LEFT = "it never left the draft"


class Campaigns(Protocol):
    """The service's requests to Mailchimp; ``mailchimp.Mailchimp`` is the real client."""

    def campaigns(self) -> list[Campaign]: ...
    def campaign(self, campaign: str) -> Campaign | type[p.Deleted]: ...
    def checklist(self, campaign: str) -> tuple[bool, str] | type[p.Deleted]: ...
    def create(self, settings: Mapping[str, Any], segment: Segment) -> Answer: ...
    def update(self, campaign: str, settings: Mapping[str, Any]) -> Answer: ...
    def put_content(self, campaign: str, html: str, text: str) -> Answer: ...
    def send(self, campaign: str) -> Answer: ...
    def schedule(self, campaign: str, moment: str) -> Answer: ...
    def unschedule(self, campaign: str) -> Answer: ...


class Overtaken(Refused):
    """The post is not as it was when the author said yes; nothing was sent."""


class CannotSchedule(PublishError):
    """The plan does not allow scheduling; the draft is ready and nothing was sent."""


@dataclass(frozen=True)
class Delivered:
    """The end: the campaign, and whether this run's own POST set it going."""

    campaign: Campaign
    here: bool


@dataclass
class Service:
    """One audience, one ledger. The caller holds the ledger's lock.

    ``last_look`` is asked right before a send or schedule is posted; what it answers is why the
    issue is not what the author said yes to, ``""`` where it is.
    """

    api: Campaigns
    ledger: Ledger
    sender: Sender
    say: Callable[[str], None] = lambda why: None
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = field(default=time.sleep)
    last_look: Callable[[Issue], str] = lambda issue: ""

    def deliver(self, issue: Issue, terms: p.SendRequest) -> Delivered:
        """Bring the issue to its readers, exactly once however often this is called.

        A replace that an earlier run left unfinished is completed; ``terms.at`` is its hour then.

        Raises:
            CannotSchedule, Overtaken: see there.
            Refused, NothingSent, OutcomeUnknown: as their names say.
        """
        view = self._lifted(self._view(issue), issue, terms)
        if view.past.intent is None and not view.past.done:
            view = self._note(view, issue, "intent", **_intent(issue, terms))
        return self._run(view, issue, terms)

    def replace(self, issue: Issue, terms: p.SendRequest, campaign: str) -> Delivered:
        """Put the issue's words into its scheduled ``campaign``, for the hour ``terms.at``.

        A result that is scheduled though not by this run was too near its hour: it goes out as
        it was.

        Raises:
            Overtaken, Refused, NothingSent, OutcomeUnknown: as for ``deliver``.
        """
        view = self._lifted(self._view(issue), issue, terms)
        return self._run(self._replacing(view, issue, terms, campaign), issue, terms)

    def _lifted(self, view: p.State, issue: Issue, terms: p.SendRequest) -> p.State:
        named = terms.lift and view.past.held
        return self._note(view, issue, "lifted") if named else view

    def _view(self, issue: Issue) -> p.State:
        past = self.ledger.read().get(issue.key) or Past()
        return p.State(self.clock(), past, run=self.ledger.run)

    def _run(self, view: p.State, issue: Issue, terms: p.SendRequest) -> Delivered:
        terms = replace(terms, digest=issue.digest)
        posts = view.posts
        while True:
            view = replace(view, now=self.clock())
            step = p.next_step(view, terms)
            if isinstance(step, p.Finish):
                if not view.past.done:
                    self._note(view, issue, "done", step.campaign.id, **_out(step.campaign))
                return Delivered(step.campaign, view.posts > posts)
            if isinstance(step, p.Halt):
                raise _failure(step)
            if isinstance(step, p.Hold):
                self._hold(step, view, issue)
            try:
                view = self._perform(step, view, issue, terms)
            except (NothingSent, ConfigError) as error:
                if view.past.unanswered:
                    # It was only a read that failed, but an earlier send is still open.
                    raise OutcomeUnknown(
                        error.message, "run `publish status` in a while; it settles this"
                    ) from None
                raise

    def _perform(self, step: p.Step, view: p.State, issue: Issue, terms: p.SendRequest) -> p.State:
        match step:
            case p.Find():
                began = self.clock()
                listing = tuple(self.api.campaigns())
                seen = view.seen_at
                if seen is None and any(c.id == view.made_here for c in listing):
                    seen = self.clock()
                return replace(view, listing=listing, listed_at=began, seen_at=seen, looked=None)
            case p.Create():
                return self._create(view, issue, terms)
            case p.Prepare(campaign):
                return self._prepare(campaign, view, issue, terms)
            case p.Check(campaign):
                found = self.api.checklist(campaign)
                if not isinstance(found, tuple):
                    return _gone(view)
                return replace(view, ready=found[0], ready_at=self.clock(), detail=found[1])
            case p.Look(campaign):
                looked = self.api.campaign(campaign)
                return replace(view, looked=looked) if isinstance(looked, Campaign) else _gone(view)
            case p.RecordNoEffect(campaign):
                noted = self._note(view, issue, "refused", campaign, why=NEVER_LEFT, read=True)
                return replace(noted, listing=None, looked=None)
            case p.Unschedule(campaign):
                return self._unschedule(campaign, view, issue, terms)
            case p.Act(campaign):
                return self._act(campaign, view, issue, terms)
            case p.Wait(seconds, why, again):
                self.say(why)
                self.sleep(seconds)
                forgotten: dict[str, Any] = {} if again == "nothing" else {again: None}
                if again == "listing":
                    forgotten["looked"] = None
                return replace(view, wait=0, **forgotten)
            case _:
                raise AssertionError(step)

    def _create(self, view: p.State, issue: Issue, terms: p.SendRequest) -> p.State:
        view = self._note(replace(view, creates=view.creates + 1), issue, "create_try")
        answer = self.api.create(self._settings(issue, None), terms.segment)
        if answer.proof is Proof.DONE:
            made = str(answer.data["id"])
            view = self._note(view, issue, "created", made)
            return replace(view, made_here=made, seen_at=None, listing=None, trouble=0)
        if answer.proof is Proof.UNKNOWN:
            return replace(view, listing=None, detail=answer.detail)
        view = self._note(view, issue, "refused", why=answer.detail)
        return _troubled(view, answer)

    def _prepare(self, campaign: str, view: p.State, issue: Issue, terms: p.SendRequest) -> p.State:
        view = self._note(view, issue, "write_try", campaign, digest=issue.digest)
        hour = terms.at if view.past.replacing else None
        answer = self.api.update(campaign, self._settings(issue, hour))
        if answer.proof is Proof.DONE:
            answer = self.api.put_content(campaign, issue.html, issue.text)
        if answer.proof is Proof.DONE:
            return replace(
                view, prepared=campaign, prepared_at=self.clock(), ready=None, looked=None,
                trouble=0,
            )  # fmt: skip
        if answer.proof is not Proof.DENIED:
            return _troubled(view, answer)
        # Deleted, or sent by someone? Then that is the matter, and not the words of the denial.
        looked = self.api.campaign(campaign)
        view = _troubled(view, answer)
        return replace(view, looked=looked) if isinstance(looked, Campaign) else _gone(view)

    def _replacing(
        self, view: p.State, issue: Issue, terms: p.SendRequest, campaign: str
    ) -> p.State:
        assert terms.at is not None
        data = {"hour": _iso(terms.at), "digest": issue.digest}
        return self._note(view, issue, "replace_try", campaign, **data)

    def _unschedule(
        self, campaign: str, view: p.State, issue: Issue, terms: p.SendRequest
    ) -> p.State:
        # Each order has its own line: how long it may still act counts from there.
        view = self._replacing(view, issue, terms, campaign)
        answer = self.api.unschedule(campaign)
        surely_not = answer.proof is Proof.NOT_ACTED
        return replace(
            view, looked=None, withdrawn=answer.proof is Proof.DONE, detail=answer.detail,
            withdrawals=view.withdrawals + 1,
            wait=(answer.wait or 0.5 * 2**view.withdrawals) if surely_not else 0,
        )  # fmt: skip

    def _hold(self, step: p.Hold, view: p.State, issue: Issue) -> None:
        self._note(view, issue, "held", step.campaign, why=step.message)
        self.api.update(step.campaign, {"title": _title(issue, Marks(held=True))})
        raise Refused(
            f"{issue.slug}: {step.message}; it is not scheduled any more, and stays back",
            f"run `publish send {issue.slug}` to choose another time",
        )

    def _act(self, campaign: str, view: p.State, issue: Issue, terms: p.SendRequest) -> p.State:
        if why := self.last_look(issue):
            raise Overtaken(f"{issue.slug}: {why}", "nothing was sent; run this again")
        self.ledger.keep(issue)
        action = "send" if terms.at is None else "schedule"
        moment = "" if terms.at is None else _iso(terms.at)
        time_of = {"time": moment} if moment else {}
        view = self._note(
            view, issue, "send_try", campaign, action=action, digest=issue.digest, **time_of
        )
        answer = self.api.schedule(campaign, moment) if moment else self.api.send(campaign)
        if answer.proof is Proof.DONE:
            status = "schedule" if moment else "sending"
            view = self._note(view, issue, "done", campaign, status=status, **time_of)
            return replace(view, posts=view.posts + 1)
        if answer.proof is Proof.UNKNOWN:
            return replace(view, looked=None, detail=answer.detail, posts=view.posts + 1)
        view = self._note(view, issue, "refused", campaign, why=answer.detail)
        denied = answer.proof is Proof.DENIED
        if moment and answer.status == 403 and denied and not view.past.replacing:
            raise CannotSchedule(answer.detail, "use --now")
        pause = answer.wait or 0.5 * 2**view.posts
        return replace(
            view, posts=view.posts + 1, detail=answer.detail, wait=pause, ready=None, looked=None,
            denied=denied,
        )  # fmt: skip

    def _settings(self, issue: Issue, hour: datetime | None) -> dict[str, Any]:
        return {
            "subject_line": issue.subject,
            "preview_text": issue.preheader,
            "title": _title(issue, Marks(hour=hour)),
            "from_name": self.sender.name,
            "reply_to": self.sender.reply_to,
            # The issue brings its own footer and its styles are inlined already.
            "auto_footer": False,
            "inline_css": False,
        }

    def _note(
        self, view: p.State, issue: Issue, kind: str, campaign: str = "", **data: Any
    ) -> p.State:
        fact = Fact(kind, issue.key, self.clock(), campaign, data, self.ledger.run)
        self.ledger.append(fact)
        return replace(view, past=after(view.past, fact))


def _title(issue: Issue, marks: Marks) -> str:
    return titles.write(
        issue.subject, replace(marks, key=issue.key, of=issue.update_of, posts=issue.posts)
    )


def _iso(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S+00:00}"


def _out(campaign: Campaign) -> dict[str, str]:
    """What is written down of a campaign that is out, or set to go."""
    when = campaign.send_time if campaign.status == SCHEDULED else ""
    return {"status": campaign.status, **({"time": when} if when else {})}


def _gone(view: p.State) -> p.State:
    detail = "the draft was deleted in Mailchimp"
    return replace(
        view, looked=p.Deleted, prepared="", trouble=view.trouble + 1, wait=0, detail=detail
    )


def _troubled(view: p.State, answer: Answer) -> p.State:
    # A denial stays one however often it is asked for, but that of a draft that is gone.
    stays = answer.proof is Proof.DENIED and answer.status != 404
    trouble = p.ATTEMPTS if stays else view.trouble + 1
    pause = answer.wait or 0.25 * 2**view.trouble
    return replace(view, trouble=trouble, detail=answer.detail, wait=pause)


def _intent(issue: Issue, terms: p.SendRequest) -> dict[str, Any]:
    return {
        "uid": issue.uid,
        "slug": issue.slug,
        "subject": issue.subject,
        "digest": issue.digest,
        "audience": terms.list_id,
        **({"posts": list(issue.posts)} if issue.posts else {}),
        **({"of": issue.update_of} if issue.update_of else {}),
    }


def _failure(halt: p.Halt) -> PublishError:
    kinds = {Exit.NOTHING_SENT: NothingSent, Exit.UNKNOWN: OutcomeUnknown}
    return kinds.get(halt.code, PublishError)(halt.message, halt.remedy, halt.code)
