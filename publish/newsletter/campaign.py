"""The parts of a Mailchimp campaign that an issue needs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from publish.newsletter import titles
from publish.newsletter.account import Sender
from publish.newsletter.titles import Marks
from publish.post.issue import Issue

DRAFT = "save"
SCHEDULED = "schedule"
PAUSED = "paused"
DELETED = "deleted"
"""No state of Mailchimp's: what the ledger says of a campaign that is gone and may have been
mailed before."""
STATES = {
    "save": "a draft in Mailchimp",
    "schedule": "scheduled",
    "sending": "being sent",
    "sent": "sent",
    "canceling": "being cancelled",
    "canceled": "cancelled while it was being sent",
    PAUSED: "paused in Mailchimp: resume or delete it there",
    "archived": "archived",
    DELETED: "deleted in Mailchimp",
}


@dataclass(frozen=True)
class Segment:
    """Which readers of the audience: all, a saved segment, or those with an interest."""

    saved: int = 0
    interest: str = ""
    field: str = ""

    def options(self) -> dict[str, Any]:
        """The ``segment_opts`` of the API; empty for the whole audience."""
        if self.saved:
            return {"saved_segment_id": self.saved}
        if self.interest:
            condition = {
                "condition_type": "Interests",
                "field": self.field,
                "op": "interestcontains",
                "value": [self.interest],
            }
            return {"match": "all", "conditions": [condition]}
        return {}

    def fits(self, options: Mapping[str, Any]) -> bool:
        """Whether a campaign's ``segment_opts`` name these readers and no others."""
        saved = int(options.get("saved_segment_id") or 0)
        conditions = list(options.get("conditions") or ())
        if self.interest:
            values = [c.get("value") for c in conditions if isinstance(c, Mapping)]
            return len(conditions) == 1 and values == [[self.interest]]
        if self.saved:
            # Mailchimp adds a saved segment's conditions to its id.
            return saved == self.saved
        return not saved and not conditions


@dataclass(frozen=True)
class Campaign:
    """One campaign. Times are ISO 8601 in UTC with whole seconds, as Mailchimp gives them."""

    id: str
    status: str
    title: str = ""
    create_time: str = ""
    list_id: str = ""
    segment: Mapping[str, Any] | None = None
    send_time: str = ""
    emails_sent: int = 0
    recipients: int = 0
    archive_url: str = ""

    @property
    def marks(self) -> Marks:
        """The marks in its title."""
        return titles.read(self.title)

    @property
    def key(self) -> str:
        """The key of its issue; ``""`` for a campaign that this tool did not make."""
        return self.marks.key

    @property
    def held(self) -> bool:
        """Whether it is held: taken back, and still a draft."""
        return self.status == DRAFT and self.marks.held

    @property
    def out(self) -> bool:
        """Whether it is sent, being sent, or scheduled."""
        return self.status != DRAFT

    @property
    def state(self) -> str:
        """Its state in words."""
        return STATES.get(self.status, self.status)

    def recorded(self) -> dict[str, str]:
        """What the ledger records of it once it is no draft."""
        hour = self.send_time if self.status == SCHEDULED else ""
        return {"status": self.status, **({"time": hour} if hour else {})}


def settings_of(issue: Issue, sender: Sender, title: str) -> dict[str, Any]:
    """The ``settings`` of the campaign that carries an issue."""
    return {
        "subject_line": issue.subject,
        "preview_text": issue.preheader,
        "title": title,
        "from_name": sender.name,
        "reply_to": sender.reply_to,
        # The issue has its own footer, and its styles are already inlined.
        "auto_footer": False,
        "inline_css": False,
    }


def carrying(campaigns: Iterable[Campaign], key: str) -> list[Campaign]:
    """The campaigns of one issue, oldest first."""
    return by_age(c for c in campaigns if c.key == key)


def by_age(campaigns: Iterable[Campaign]) -> list[Campaign]:
    """The oldest first; ties by id, so that every machine agrees."""
    return sorted(campaigns, key=lambda c: (c.create_time, c.id))


def parse(document: Mapping[str, Any]) -> Campaign:
    """A campaign out of the API's JSON.

    Raises:
        KeyError: it has no id or no status.
    """
    settings = document.get("settings") or {}
    recipients = document.get("recipients") or {}
    return Campaign(
        id=str(document["id"]),
        status=str(document["status"]),
        title=str(settings.get("title") or ""),
        create_time=str(document.get("create_time") or ""),
        list_id=str(recipients.get("list_id") or ""),
        segment=recipients.get("segment_opts") or {},
        send_time=str(document.get("send_time") or ""),
        emails_sent=int(document.get("emails_sent") or 0),
        recipients=int(recipients.get("recipient_count") or 0),
        archive_url=str(document.get("long_archive_url") or document.get("archive_url") or ""),
    )
