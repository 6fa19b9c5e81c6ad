"""Campaigns in the state."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from publish.sandbox import audience, state_machine


@dataclass(frozen=True)
class Campaign:
    """A campaign. Times are epoch seconds.

    ``due`` is when it goes out (``schedule``, ``paused``) or has gone out (``sending``).
    The rest is what Mailchimp is slow at: its recipients are counted from ``counted`` on, it
    is in the list from ``listed`` on, and until ``stale_until`` it shows the status ``stale``.
    """

    type: str
    created: int
    id: str = field(default_factory=lambda: secrets.token_hex(5))
    web_id: int = 0
    status: str = "save"
    list_id: str = ""
    segment: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    tracking: Mapping[str, Any] = field(default_factory=dict)
    counted: float = 0.0
    listed: float = 0.0
    due: float | None = None
    sent: int | None = None
    emails_sent: int = 0
    stale: str = ""
    stale_until: float = 0.0
    html: str = ""
    plain_text: str = ""

    def setting(self, name: str) -> str:
        """A text setting, ``""`` when it is not set."""
        return str(self.settings.get(name) or "")


@dataclass(frozen=True)
class Search:
    """Which campaigns to list and how; ``""`` and None choose all.

    The times are epoch seconds, exclusive. ``by`` is the column to sort by, ``created`` or
    ``sent``; campaigns of one second come in the order they were made.
    """

    status: str = ""
    type: str = ""
    list_id: str = ""
    created_since: int | None = None
    created_before: int | None = None
    sent_since: int | None = None
    sent_before: int | None = None
    by: str = "created"
    newest_first: bool = True


def load(db: sqlite3.Connection, campaign_id: str) -> Campaign:
    """One campaign.

    Raises:
        Problem: 404.
    """
    query = "SELECT * FROM campaigns WHERE id = ?"
    return _campaign(audience.row(db, "campaign", query, (campaign_id,)))


def search(
    db: sqlite3.Connection, wanted: Search, now: float, count: int, offset: int
) -> tuple[list[Campaign], int]:
    """``count`` of the campaigns from ``offset`` on, without their bodies, and how many fit."""
    where = " WHERE listed <= :now" + "".join(
        f" AND {condition}"
        for name, condition in _CONDITIONS.items()
        if getattr(wanted, name) not in ("", None)
    )
    values = {**vars(wanted), "now": now, "count": count, "offset": offset}
    column = {"created": "created", "sent": "COALESCE(sent, 0)"}[wanted.by]
    way = "DESC" if wanted.newest_first else "ASC"
    # Nothing of a request is in these texts: names and conditions are this module's own.
    total = db.execute(f"SELECT COUNT(*) FROM campaigns{where}", values).fetchone()[0]  # noqa: S608
    rows = db.execute(
        f"SELECT {_SHORT} FROM campaigns{where}"  # noqa: S608
        f" ORDER BY {column} {way}, web_id {way} LIMIT :count OFFSET :offset",
        values,
    )
    return [_campaign(row) for row in rows], int(total)


def due(db: sqlite3.Connection, now: float) -> list[Campaign]:
    """Those whose moment has come, the earliest first."""
    rows = db.execute(
        "SELECT * FROM campaigns WHERE due <= ? AND status IN ('schedule', 'sending')"
        " ORDER BY due, web_id",
        (now,),
    )
    return [_campaign(row) for row in rows]


def add(db: sqlite3.Connection, campaign: Campaign) -> Campaign:
    """Insert a new campaign; the returned one has its ``web_id``."""
    db.execute(
        f"INSERT INTO campaigns ({', '.join(_COLUMNS)})"  # noqa: S608 - our own names
        f" VALUES ({', '.join('?' * len(_COLUMNS))})",
        _values(campaign),
    )
    return load(db, campaign.id)


def save(db: sqlite3.Connection, campaign: Campaign) -> None:
    """Replace what the state holds of a campaign."""
    db.execute(
        f"UPDATE campaigns SET {', '.join(f'{name} = ?' for name in _COLUMNS)}"  # noqa: S608
        " WHERE id = ?",
        (*_values(campaign), campaign.id),
    )


def remove(db: sqlite3.Connection, campaign: Campaign) -> None:
    """Delete a campaign; mails that went out stay delivered."""
    db.execute("DELETE FROM campaigns WHERE id = ?", (campaign.id,))


def recipients(db: sqlite3.Connection, campaign: Campaign) -> list[audience.Member]:
    """Whom it would go to now."""
    if not campaign.list_id:
        return []
    return audience.recipients(db, campaign.list_id, campaign.segment)


def readiness(db: sqlite3.Connection, campaign: Campaign, now: float) -> state_machine.Readiness:
    """What the state machine needs to know."""
    return state_machine.Readiness(
        status=campaign.status,
        list_id=campaign.list_id,
        recipients=len(recipients(db, campaign)),
        counted=campaign.counted <= now,
        subject=campaign.setting("subject_line"),
        from_name=campaign.setting("from_name"),
        reply_to=campaign.setting("reply_to"),
        has_content=bool(campaign.html or campaign.plain_text),
    )


_OBJECTS = ("segment", "settings", "tracking")
_BODIES = ("html", "plain_text")
# SQLite counts campaigns up itself, which makes web_id.
_COLUMNS = tuple(column.name for column in fields(Campaign) if column.name != "web_id")
_SHORT = ", ".join(("web_id", *(name for name in _COLUMNS if name not in _BODIES)))
_CONDITIONS = {
    "status": "CASE WHEN stale_until > :now THEN stale ELSE status END = :status",
    "type": "type = :type",
    "list_id": "list_id = :list_id",
    "created_since": "created > :created_since",
    "created_before": "created < :created_before",
    "sent_since": "sent > :sent_since",
    "sent_before": "sent < :sent_before",
}


def _values(campaign: Campaign) -> list[Any]:
    plain = {name: getattr(campaign, name) for name in _COLUMNS}
    return [json.dumps(dict(v)) if name in _OBJECTS else v for name, v in plain.items()]


def _campaign(row: sqlite3.Row) -> Campaign:
    plain = dict(row)
    for name in _OBJECTS:
        plain[name] = json.loads(plain[name])
    return Campaign(**plain)
