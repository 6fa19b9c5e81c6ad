"""What ``send`` would do and why, for each post. Pure: the letters are handed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from publish.newsletter.campaign import SCHEDULED
from publish.newsletter.selection import Candidate, Verdict


@dataclass(frozen=True)
class PlanItem:
    """One post's line of the plan. ``verdict`` is a ``Verdict``'s name; ``writes`` are the
    requests, in their order; ``time`` is when it goes out, ISO 8601, ``""`` for now."""

    slug: str
    title: str
    key: str
    send: bool
    verdict: str
    why: str
    writes: tuple[str, ...] = ()
    campaign: str = ""
    time: str = ""


def plan_item(choice: Candidate, at: datetime | None) -> PlanItem:
    """The plan for one post: every write if it goes out, and the reason if it does not."""
    letter, issue = choice.letter, choice.issue
    head = (issue.slug, issue.title, issue.key)
    if not choice.send:
        out = letter.active
        return PlanItem(
            *head, False, choice.verdict.value, choice.why,
            campaign=out.id if out else letter.past.done, time=out.send_time if out else "",
        )  # fmt: skip
    hour = letter.unfinished if choice.verdict is Verdict.COMPLETE else at
    draft = letter.past.tried or (letter.campaigns[0].id if letter.campaigns else "")
    name = draft or "{new}"
    action = "send" if hour is None else f"schedule {hour:%Y-%m-%dT%H:%MZ}"
    scheduled = any(c.status == SCHEDULED for c in letter.campaigns)
    writes = [] if draft else ["POST /campaigns"]
    writes += [f"POST /campaigns/{name}/actions/unschedule"] if scheduled else []
    writes += [
        f"PATCH /campaigns/{name}",
        f"PUT /campaigns/{name}/content",
        f"POST /campaigns/{name}/actions/{action}",
    ]
    time = f"{hour:%Y-%m-%dT%H:%M:%S+00:00}" if hour else ""
    return PlanItem(*head, True, choice.verdict.value, choice.why, tuple(writes), draft, time)
