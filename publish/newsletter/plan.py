"""What ``send`` would do and why, for each post. Pure: the listing is handed in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from publish.newsletter.campaign import Campaign, carrying
from publish.newsletter.facts import Past
from publish.newsletter.selection import Choice


@dataclass(frozen=True)
class Intention:
    """One post's line of the plan. ``writes`` are the requests, in their order."""

    slug: str
    title: str
    key: str
    send: bool
    why: str
    writes: tuple[str, ...] = ()
    campaign: str = ""

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return asdict(self) | {"writes": list(self.writes)}


def intentions(
    choices: Sequence[Choice],
    listing: Iterable[Campaign],
    past: Mapping[str, Past],
    at: datetime | None,
) -> list[Intention]:
    """The plan: every write for what goes out, and the reason for what does not."""
    by_key: dict[str, list[Campaign]] = {}
    for campaign in listing:
        if campaign.key:
            by_key.setdefault(campaign.key, []).append(campaign)
    return [_intention(c, by_key.get(c.issue.key, []), past.get(c.issue.key), at) for c in choices]


def _intention(
    choice: Choice, campaigns: list[Campaign], past: Past | None, at: datetime | None
) -> Intention:
    issue = choice.issue
    mine = carrying(campaigns, issue.key)
    gone = [c for c in mine if c.out]
    if gone and not (past and past.done):
        why = f"Mailchimp has it already: {gone[0].state}"
        return Intention(issue.slug, issue.title, issue.key, False, why, (), gone[0].id)
    if not choice.send:
        done = past.done if past else ""
        return Intention(issue.slug, issue.title, issue.key, False, choice.why, (), done)
    draft = (past.tried if past else "") or (mine[0].id if mine else "")
    name = draft or "{new}"
    action = "send" if at is None else f"schedule {at:%Y-%m-%dT%H:%MZ}"
    writes = [] if draft else ["POST /campaigns"]
    writes += [
        f"PATCH /campaigns/{name}",
        f"PUT /campaigns/{name}/content",
        f"POST /campaigns/{name}/actions/{action}",
    ]
    return Intention(issue.slug, issue.title, issue.key, True, choice.why, tuple(writes), draft)
