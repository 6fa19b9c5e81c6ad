"""Each post's true state, read from Mailchimp; what an earlier run left open is settled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from publish.newsletter.campaign import Campaign, carrying
from publish.newsletter.facts import Fact, Past
from publish.newsletter.ledger import Ledger
from publish.newsletter.protocol import Deleted
from publish.post.issue import Issue


@dataclass(frozen=True)
class State:
    """``state`` in words; ``unknown`` when a send may still act; ``changed`` when the post is
    not what was sent; ``facts`` are what the ledger did not know yet.
    """

    slug: str
    key: str
    state: str
    campaign: str = ""
    status: str = ""
    send_time: str = ""
    emails_sent: int = 0
    archive_url: str = ""
    unknown: bool = False
    changed: bool = False
    facts: tuple[Fact, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        found = asdict(self)
        del found["facts"]
        return found


def states(
    issues: Sequence[Issue],
    listing: Sequence[Campaign],
    past: Mapping[str, Past],
    looked: Mapping[str, Campaign | type[Deleted]],
    sent: Mapping[str, str],
    now: float,
    settle: float,
) -> list[State]:
    """The state of each issue. Pure.

    ``looked`` are the campaigns of unanswered sends, as just read by id, for a listing may lag;
    ``sent`` the digest of each issue kept as sent, by key.
    """
    by_key: dict[str, list[Campaign]] = {}
    for campaign in listing:
        if campaign.key:
            by_key.setdefault(campaign.key, []).append(campaign)
    return [
        _state(issue, by_key.get(issue.key, []), past.get(issue.key) or Past(), looked, sent, now,
               settle)
        for issue in issues
    ]  # fmt: skip


def _state(
    issue: Issue,
    campaigns: list[Campaign],
    past: Past,
    looked: Mapping[str, Campaign | type[Deleted]],
    sent: Mapping[str, str],
    now: float,
    settle: float,
) -> State:
    mine = carrying(campaigns, issue.key)
    if past.try_at is not None:
        own = looked.get(past.tried)
        if own is Deleted:
            what = "gone from Mailchimp after a send without an answer: look there"
            return State(issue.slug, issue.key, what, past.tried, unknown=True)
        if isinstance(own, Campaign):
            mine = [own, *(c for c in mine if c.id != own.id)]
    out = next((c for c in mine if c.out), None)
    if out is not None:
        known = past.done == out.id and past.status == out.status
        fact = Fact("done", issue.key, now, out.id, {"status": out.status})
        return State(
            issue.slug, issue.key, out.state, out.id, out.status, out.send_time,
            out.emails_sent, out.archive_url,
            changed=sent.get(issue.key, issue.digest) != issue.digest,
            facts=() if known else (fact,),
        )  # fmt: skip
    if past.try_at is not None:
        if now < past.try_at + settle:
            rest = int(past.try_at + settle - now) + 1
            what = f"unknown: an unanswered send may still act for {rest} s"
            return State(issue.slug, issue.key, what, past.tried, "save", unknown=True)
        fact = Fact("refused", issue.key, now, past.tried, {"why": "it never left the draft"})
        return State(
            issue.slug, issue.key, "not sent: a draft", past.tried, "save", facts=(fact,)
        )  # fmt: skip
    if past.done and mine:
        fact = Fact("undone", issue.key, now, past.done, {"why": "taken back in Mailchimp"})
        return State(
            issue.slug, issue.key, "taken back: a draft", mine[0].id, "save", facts=(fact,)
        )  # fmt: skip
    if past.done:
        what = f"{past.status or 'sent'} by the ledger; Mailchimp no longer lists it"
        return State(issue.slug, issue.key, what, past.done, past.status)
    if mine:
        return State(issue.slug, issue.key, "not sent: a draft", mine[0].id, "save")
    return State(issue.slug, issue.key, "not sent")


def settle(ledger: Ledger, found: Sequence[State]) -> None:
    """Write down what the states taught. The caller holds the ledger's lock."""
    for state in found:
        for fact in state.facts:
            ledger.append(fact)
