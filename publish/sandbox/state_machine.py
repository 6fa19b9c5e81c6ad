"""A campaign's state machine: allowed transitions, and whether it is ready to send. Pure.

``save → sending → sent``; ``save ⇄ schedule → sending``; ``schedule ⇄ paused``; ``sending →
canceled``. ``readers`` is the number of its recipients now.
"""

from __future__ import annotations

from typing import Any

from publish.sandbox.campaigns import Campaign
from publish.sandbox.problem import Problem, invalid

QUARTER = 15 * 60
"""Seconds between two moments a campaign can be scheduled for."""

EDITABLE = ("save", "schedule", "paused")


def checklist(campaign: Campaign, readers: int, now: float) -> list[dict[str, Any]]:
    """Every line of the send checklist, as the API shows it; ``type`` is success or error."""
    if not campaign.list_id:
        audience = (False, "No list is chosen.")
    elif campaign.counted > now:
        audience = (False, "The recipients are not ready: they are still being counted.")
    elif not readers:
        audience = (False, "No subscribed reader would receive this campaign.")
    else:
        audience = (True, f"{readers} recipients.")
    subject = campaign.setting("subject_line")
    sender = campaign.setting("from_name") if campaign.setting("reply_to") else ""
    content = bool(campaign.html or campaign.plain_text)
    lines = (
        (500, "Audience", *audience),
        (501, "Subject", bool(subject), subject or "The subject line is empty."),
        (502, "From", bool(sender), sender or "The sender is incomplete."),
        (503, "Content", content, "Designed." if content else "No content."),
    )
    return [
        {"id": number, "type": "success" if good else "error", "heading": head, "details": details}
        for number, head, good, details in lines
    ]


def faults(campaign: Campaign, readers: int, now: float) -> list[str]:
    """What the checklist's errors say."""
    lines = checklist(campaign, readers, now)
    return [line["details"] for line in lines if line["type"] == "error"]


def require_editable(status: str) -> None:
    """Raise unless the campaign can still be changed.

    Raises:
        Problem: 400.
    """
    if status not in EDITABLE:
        raise Problem(400, f"A campaign with status {status} cannot be changed.")


def require_ready(campaign: Campaign, readers: int, now: float, action: str) -> None:
    """Raise unless the campaign is saved and complete.

    Raises:
        Problem: 400.
    """
    require(campaign.status, "save", action)
    if wrong := faults(campaign, readers, now):
        raise Problem(400, f"The campaign is not ready to {action}. {' '.join(wrong)}")


def require(status: str, needed: str, action: str) -> None:
    """Raise unless the campaign has the status that ``action`` needs.

    Raises:
        Problem: 400.
    """
    if status != needed:
        raise Problem(400, f"Cannot {action} a campaign whose status is {status}.")


def check_schedule(at: int, now: float) -> None:
    """Raise unless ``at`` (epoch seconds) is a future full quarter of an hour.

    Raises:
        Problem: 400.
    """
    if at % QUARTER:
        raise invalid(("schedule_time", "The time must be on a quarter hour: :00 :15 :30 :45."))
    if at <= now:
        raise invalid(("schedule_time", "The time must be in the future."))


def when_due(campaign: Campaign, readers: int, now: float) -> str:
    """The status of a scheduled campaign when it is due: one that has become incomplete goes back
    to ``save`` instead of out."""
    if campaign.status == "sending":
        return "sent"
    return "save" if faults(campaign, readers, now) else "sending"
