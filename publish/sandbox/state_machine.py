"""A campaign's life as pure decisions: what it may do next, and whether it is ready to go.

``save → sending → sent``; ``save ⇄ schedule → sending``; ``schedule ⇄ paused``;
``sending → canceled``.
"""

from __future__ import annotations

from dataclasses import dataclass

from publish.sandbox.problem import Problem, invalid

QUARTER = 15 * 60
"""Seconds between two moments a campaign can be scheduled for."""

EDITABLE = ("save", "schedule", "paused")


@dataclass(frozen=True)
class Readiness:
    """What readiness depends on. ``counted``: Mailchimp has finished counting recipients."""

    status: str
    list_id: str
    recipients: int
    counted: bool
    subject: str
    from_name: str
    reply_to: str
    has_content: bool


@dataclass(frozen=True)
class Item:
    """A line of the send checklist; ``type`` is ``success``, ``warning`` or ``error``."""

    id: int
    type: str
    heading: str
    details: str


def checklist(readiness: Readiness) -> tuple[Item, ...]:
    """Every line of the checklist, good or bad."""
    if not readiness.list_id:
        audience = (False, "No list is chosen.")
    elif not readiness.counted:
        audience = (False, "The recipients are not ready: they are still being counted.")
    elif not readiness.recipients:
        audience = (False, "No subscribed reader would receive this campaign.")
    else:
        audience = (True, f"{readiness.recipients} recipients.")
    sender = readiness.from_name if readiness.reply_to else ""
    lines = (
        (500, "Audience", *audience),
        (501, "Subject", bool(readiness.subject),
         readiness.subject or "The subject line is empty."),
        (502, "From", bool(sender), sender or "The sender is incomplete."),
        (503, "Content", readiness.has_content,
         "Designed." if readiness.has_content else "No content."),
    )  # fmt: skip
    return tuple(
        Item(number, "success" if good else "error", heading, details)
        for number, heading, good, details in lines
    )


def faults(readiness: Readiness) -> list[Item]:
    """The checklist's errors."""
    return [item for item in checklist(readiness) if item.type == "error"]


def require_editable(status: str) -> None:
    """Let a campaign be changed only before it goes out.

    Raises:
        Problem: 400.
    """
    if status not in EDITABLE:
        raise Problem(400, f"A campaign with status {status} cannot be changed.")


def require_ready(readiness: Readiness, action: str) -> None:
    """Let only a saved and complete campaign be sent or scheduled.

    Raises:
        Problem: 400.
    """
    if readiness.status != "save":
        raise Problem(400, f"Cannot {action} a campaign whose status is {readiness.status}.")
    if wrong := faults(readiness):
        reasons = " ".join(item.details for item in wrong)
        raise Problem(400, f"The campaign is not ready to {action}. {reasons}")


def require(status: str, needed: str, action: str) -> None:
    """Let ``action`` happen in one status only.

    Raises:
        Problem: 400.
    """
    if status != needed:
        raise Problem(400, f"Cannot {action} a campaign whose status is {status}.")


def check_schedule(at: int, now: float) -> None:
    """Let campaigns be scheduled for whole quarters of an hour to come (epoch seconds).

    Raises:
        Problem: 400.
    """
    if at % QUARTER:
        raise invalid(("schedule_time", "The time must be on a quarter hour: :00 :15 :30 :45."))
    if at <= now:
        raise invalid(("schedule_time", "The time must be in the future."))


def when_due(readiness: Readiness) -> str:
    """The status a waiting campaign takes when its moment comes.

    A scheduled one that was spoilt meanwhile goes back to ``save`` rather than out.
    """
    if readiness.status == "sending":
        return "sent"
    return "save" if faults(readiness) else "sending"
