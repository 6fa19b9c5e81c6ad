"""Sends one letter by the protocol, after comparing its sources a last time."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from publish.errors import PublishError, Refused
from publish.newsletter import holding
from publish.newsletter.campaign import SCHEDULED, Segment
from publish.newsletter.facts import Fact, IssueState, hour_of
from publish.newsletter.protocol import SendRequest
from publish.newsletter.service import CannotSchedule, Delivered, Service
from publish.office import letters, settling
from publish.office.context import Office
from publish.office.letters import Letters
from publish.office.timing import LONGEST_COUNTDOWN, Timing
from publish.office.words import command
from publish.post.issue import Issue

UNSCHEDULED = "this Mailchimp plan does not schedule"


@dataclass(frozen=True)
class Delivery:
    """A letter to be delivered: its readers, its time, and its inputs at confirmation. ``replaces``
    is the campaign whose words and hour it replaces, ``""`` for none; ``named``: the author named
    it; ``sources`` and ``composed`` are digests, by path and by slug."""

    issue: Issue
    segment: Segment
    timing: Timing
    named: bool
    sources: Mapping[str, str]
    composed: Mapping[str, str]
    replaces: str = ""

    def confirmed(self) -> list[Any]:
        """The facts that its confirmation is bound to."""
        return [
            self.issue.key,
            self.issue.digest,
            self.segment.options(),
            self.timing.at,
            dict(self.sources),
            self.replaces,
        ]


def delivery_of(
    office: Office, found: Letters, issue: Issue, timing: Timing, *, named: bool, replaces: str = ""
) -> Delivery:
    """The delivery of ``issue``, with the current digests of its inputs."""
    slugs = sorted(part.slug for part in letters.parts(issue, found))
    return Delivery(
        issue,
        letters.segment(office, issue),
        timing,
        named,
        letters.source_digests(office, issue, found),
        letters.composed_digests(found.folder, slugs),
        replaces,
    )


def deliver(office: Office, item: Delivery, found: Letters) -> Delivered:
    """Deliver it, once.

    Raises:
        PostChanged: its post changed since the confirmation; nothing was sent.
        Refused, NothingSent, OutcomeUnknown: as their names say.
    """
    account = office.account
    request = SendRequest(
        item.issue.key,
        account.audience,
        item.segment,
        item.timing.at,
        account.limits.settle,
        account.limits.barrier,
        ready=min(120, account.limits.settle),
        lift=item.named,
    )
    service = Service(
        office.api,
        office.ledger,
        office.sender,
        item.issue,
        request,
        office.voice.progress,
        office.clock,
        office.sleep,
        lambda: _why_changed(office, item, found),
    )
    for letter in found.all:
        if letter.key == item.issue.key:
            for fact in settling.settled_by_hand(office, letter):
                office.ledger.append(fact)
    try:
        if item.replaces:
            past = office.ledger.read().get(item.issue.key)
            begun = past.replacing if past else None
            if begun and hour_of(begun.hour) == request.at:
                return service.deliver()
            return service.replace(item.replaces)
        try:
            return service.deliver()
        except CannotSchedule as refusal:
            _count_down(office, item, str(refusal.message))
            service.request = dataclasses.replace(request, at=None)
            return service.deliver()
    except (PublishError, KeyboardInterrupt):
        _mark_again(office, item.issue)
        raise


def result(office: Office, item: Delivery, done: Delivered) -> dict[str, Any]:
    """The result, for scripts."""
    at = _hour(done)
    row = {
        "slug": item.issue.slug,
        "title": item.issue.title,
        "key": item.issue.key,
        "campaign": done.campaign.id,
        "status": done.campaign.status,
        "sent_by_this_run": done.by_this_run,
        "time": at.isoformat() if at else None,
        "digest": item.issue.digest,
    }
    return office.for_scripts(row)


def _hour(done: Delivered) -> datetime | None:
    """When it goes out; None if it did. An earlier run may have named another hour."""
    return hour_of(done.campaign.send_time) if done.campaign.status == SCHEDULED else None


def result_lines(office: Office, item: Delivery, done: Delivered, name: str) -> list[str]:
    """The result, for the author; ``name`` is the letter's name on the command line."""
    who, campaign, at = office.words.issue(item.issue), done.campaign, _hour(done)
    if not done.by_this_run:
        hour = f", {office.format_local(at)}" if at else ""
        said = f"{who}: {campaign.state} before{hour}; nothing was sent again"
        return [office.with_sandbox_note(said)]
    if at is None:
        sent = office.words.sent(campaign.state, campaign.id)
        return [office.with_sandbox_note(f"{who}: {sent}")]
    what = "goes out with its present words" if item.replaces else "goes out"
    return [
        office.with_sandbox_note(f"{who}: {what} {office.format_local(at)}"),
        *office.words.later("take it back until then", f"publish undo {name}"),
    ]


def _why_changed(office: Office, item: Delivery, found: Letters) -> str:
    """Why the letter differs from the confirmed one; ``""`` if it does not."""
    if letters.source_digests(office, item.issue, found) != dict(item.sources):
        return "its source was saved while this ran"
    if letters.composed_digests(found.folder, sorted(item.composed)) != dict(item.composed):
        return "another build composed it again while this ran"
    return ""


def unscheduled(office: Office, slug: str, timing: Timing, why: str) -> datetime:
    """The end of the wait in this process for a letter where Mailchimp's plan has no scheduling;
    ``why`` says how that is known.

    Raises:
        Refused: its hour was promised, and is too far away to wait for.
    """
    end = office.now + timedelta(minutes=office.account.limits.undo_minutes)
    far = (timing.at or end) - office.now > LONGEST_COUNTDOWN
    if timing.asked or (timing.from_settings and far):
        remedy = f"run {command('send', slug, '--now')} when it is time"
        raise Refused(f"{UNSCHEDULED} ({why})", remedy)
    return timing.at if timing.from_settings and timing.at else end


def _count_down(office: Office, item: Delivery, why: str) -> None:
    """Wait in this process where Mailchimp's plan has no scheduling.

    Raises:
        Refused: see ``unscheduled``.
    """
    end = unscheduled(office, item.issue.slug, item.timing, why)
    office.voice.say(
        f"{UNSCHEDULED}: sending {office.format_local(end)}; {office.words.stop} takes it back"
    )
    try:
        while (rest := (end - office.now).total_seconds()) > 0:
            (office.voice.countdown or office.voice.progress)(
                f"sending in {int(rest) // 60}:{int(rest) % 60:02}"
            )
            office.sleep(min(rest, 0.5))
    except (PublishError, KeyboardInterrupt):
        for kind in ("held", "undone"):
            office.ledger.append(Fact(kind, item.issue.key, office.clock(), run=office.ledger.run))
        raise


def _mark_again(office: Office, whole: Issue) -> None:
    """Give a letter that is held, and was not sent, its mark in Mailchimp, if that answers."""
    past = office.ledger.read().get(whole.key, IssueState())
    if not past.held or past.unanswered:
        return
    with contextlib.suppress(PublishError):
        for letter in letters.load_letters(office).all:
            for draft in letter.drafts if letter.key == whole.key else ():
                holding.mark(office.api, letter, draft.id)
    said = f"{office.words.issue(whole)}: {office.words.held}"
    office.voice.say(office.with_sandbox_note(said))
