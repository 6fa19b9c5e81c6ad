"""Drives the protocol: performs each step, writes the facts round it, tells what was learnt."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC
from typing import Any, Protocol

from publish.errors import ConfigError, Exit, NothingSent, OutcomeUnknown, PublishError
from publish.newsletter import protocol as p
from publish.newsletter.answers import Answer, Proof
from publish.newsletter.campaign import Campaign, Segment, title_for
from publish.newsletter.facts import Fact, Past, after
from publish.newsletter.ledger import Ledger
from publish.post.issue import Issue


class Campaigns(Protocol):
    """What the service asks of Mailchimp; ``mailchimp.Mailchimp`` is the real one."""

    def campaigns(self) -> list[Campaign]: ...
    def campaign(self, campaign: str) -> Campaign | type[p.Deleted]: ...
    def checklist(self, campaign: str) -> tuple[bool, str] | type[p.Deleted]: ...
    def create(self, settings: Mapping[str, Any], segment: Segment) -> Answer: ...
    def update(self, campaign: str, settings: Mapping[str, Any]) -> Answer: ...
    def put_content(self, campaign: str, html: str, text: str) -> Answer: ...
    def send(self, campaign: str) -> Answer: ...
    def schedule(self, campaign: str, moment: str) -> Answer: ...


class CannotSchedule(PublishError):
    """The plan does not allow scheduling; the draft is ready and nothing was sent."""


@dataclass(frozen=True)
class Sender:
    """Who the mail comes from."""

    name: str
    reply_to: str


@dataclass(frozen=True)
class Delivered:
    """The end: the campaign, and whether this run's own POST set it going."""

    campaign: Campaign
    here: bool


@dataclass
class Service:
    """One audience, one ledger. The caller holds the ledger's lock."""

    api: Campaigns
    ledger: Ledger
    sender: Sender
    say: Callable[[str], None] = lambda why: None
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = field(default=time.sleep)

    def deliver(self, issue: Issue, terms: p.Terms) -> Delivered:
        """Bring the issue to its readers, exactly once however often this is called.

        Raises:
            CannotSchedule: see there.
            Refused, NothingSent, OutcomeUnknown: as their names say.
        """
        view = p.View(self.clock(), self.ledger.read().get(issue.key) or Past())
        if view.past.intent is None and not view.past.done:
            view = self._note(view, issue, "intent", **_intent(issue, terms))
        posts = view.posts
        while True:
            view = replace(view, now=self.clock())
            step = p.next_step(view, terms)
            if isinstance(step, p.Finish):
                if not view.past.done:
                    status = step.campaign.status
                    self._note(view, issue, "done", step.campaign.id, status=status)
                return Delivered(step.campaign, view.posts > posts)
            if isinstance(step, p.Halt):
                raise _failure(step)
            try:
                view = self._perform(step, view, issue, terms)
            except (NothingSent, ConfigError) as error:
                if view.past.try_at is not None:
                    # It was only a read that failed, but an earlier send is still open.
                    raise OutcomeUnknown(
                        error.message, "run `publish status` in a while; it settles this"
                    ) from None
                raise

    def _perform(self, step: p.Step, view: p.View, issue: Issue, terms: p.Terms) -> p.View:
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
                return self._prepare(campaign, view, issue)
            case p.Check(campaign):
                found = self.api.checklist(campaign)
                if not isinstance(found, tuple):
                    return _gone(view)
                return replace(view, ready=found[0], ready_at=self.clock(), detail=found[1])
            case p.Look(campaign):
                looked = self.api.campaign(campaign)
                return replace(view, looked=looked) if isinstance(looked, Campaign) else _gone(view)
            case p.Settled(campaign):
                noted = self._note(view, issue, "refused", campaign, why="it never left the draft")
                return replace(noted, listing=None, looked=None)
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

    def _create(self, view: p.View, issue: Issue, terms: p.Terms) -> p.View:
        view = self._note(replace(view, creates=view.creates + 1), issue, "create_try")
        answer = self.api.create(self._settings(issue), terms.segment)
        if answer.proof is Proof.DONE:
            made = str(answer.data["id"])
            view = self._note(view, issue, "created", made)
            return replace(view, made_here=made, seen_at=None, listing=None, trouble=0)
        if answer.proof is Proof.UNKNOWN:
            return replace(view, listing=None, detail=answer.detail)
        view = self._note(view, issue, "refused", why=answer.detail)
        return _troubled(view, answer)

    def _prepare(self, campaign: str, view: p.View, issue: Issue) -> p.View:
        answer = self.api.update(campaign, self._settings(issue))
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

    def _act(self, campaign: str, view: p.View, issue: Issue, terms: p.Terms) -> p.View:
        self.ledger.keep(issue)
        action = "send" if terms.at is None else "schedule"
        moment = "" if terms.at is None else f"{terms.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S+00:00}"
        time_of = {"time": moment} if moment else {}
        view = self._note(view, issue, "send_try", campaign, action=action, **time_of)
        answer = self.api.schedule(campaign, moment) if moment else self.api.send(campaign)
        if answer.proof is Proof.DONE:
            status = "schedule" if moment else "sending"
            view = self._note(view, issue, "done", campaign, status=status, **time_of)
            return replace(view, posts=view.posts + 1)
        if answer.proof is Proof.UNKNOWN:
            return replace(view, looked=None, detail=answer.detail, posts=view.posts + 1)
        view = self._note(view, issue, "refused", campaign, why=answer.detail)
        if moment and answer.status == 403 and answer.proof is Proof.DENIED:
            raise CannotSchedule(answer.detail, "use --now")
        pause = answer.wait or 0.5 * 2**view.posts
        return replace(
            view, posts=view.posts + 1, detail=answer.detail, wait=pause, ready=None, looked=None
        )

    def _settings(self, issue: Issue) -> dict[str, Any]:
        return {
            "subject_line": issue.subject,
            "preview_text": issue.preheader,
            "title": title_for(issue.subject, issue.key),
            "from_name": self.sender.name,
            "reply_to": self.sender.reply_to,
            # The issue brings its own footer and its styles are inlined already.
            "auto_footer": False,
            "inline_css": False,
        }

    def _note(
        self, view: p.View, issue: Issue, kind: str, campaign: str = "", **data: Any
    ) -> p.View:
        fact = Fact(kind, issue.key, self.clock(), campaign, data)
        self.ledger.append(fact)
        return replace(view, past=after(view.past, fact))


def _gone(view: p.View) -> p.View:
    detail = "the draft was deleted in Mailchimp"
    return replace(
        view, looked=p.Deleted, prepared="", trouble=view.trouble + 1, wait=0, detail=detail
    )


def _troubled(view: p.View, answer: Answer) -> p.View:
    # A denial stays one however often it is asked for, but that of a draft that is gone.
    stays = answer.proof is Proof.DENIED and answer.status != 404
    trouble = p.ATTEMPTS if stays else view.trouble + 1
    pause = answer.wait or 0.25 * 2**view.trouble
    return replace(view, trouble=trouble, detail=answer.detail, wait=pause)


def _intent(issue: Issue, terms: p.Terms) -> dict[str, Any]:
    return {
        "uid": issue.uid,
        "slug": issue.slug,
        "subject": issue.subject,
        "digest": issue.digest,
        "audience": terms.list_id,
        **({"posts": list(issue.posts)} if issue.posts else {}),
    }


def _failure(halt: p.Halt) -> PublishError:
    kinds = {Exit.NOTHING_SENT: NothingSent, Exit.UNKNOWN: OutcomeUnknown}
    return kinds.get(halt.code, PublishError)(halt.message, halt.remedy, halt.code)
