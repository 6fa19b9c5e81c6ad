"""Campaigns in the state."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from publish.sandbox.audience import row
from publish.sandbox.state import put, read


@dataclass(frozen=True)
class Campaign:
    """A campaign. Times are epoch seconds.

    ``due`` is when it goes out (``schedule``, ``paused``) or has gone out (``sending``). The rest
    imitates Mailchimp's delays: its recipients are counted from ``counted`` on, it is listed from
    ``listed`` on, and until ``stale_until`` it shows the status ``stale``.
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


CONDITIONS = {
    "status": "CASE WHEN stale_until > :now THEN stale ELSE status END = :status",
    "type": "type = :type",
    "list_id": "list_id = :list_id",
    "since_create_time": "created > :since_create_time",
    "before_create_time": "created < :before_create_time",
    "since_send_time": "sent > :since_send_time",
    "before_send_time": "sent < :before_send_time",
}
"""The search conditions for campaigns; times are epoch seconds, exclusive."""
_SHORT = ", ".join(
    column.name for column in fields(Campaign) if column.name not in ("html", "plain_text")
)


def load(db: sqlite3.Connection, campaign_id: str) -> Campaign:
    """One campaign.

    Raises:
        Problem: 404.
    """
    query = "SELECT * FROM campaigns WHERE id = ?"
    return read(Campaign, row(db, "campaign", query, (campaign_id,)))


def search(
    db: sqlite3.Connection,
    wanted: Mapping[str, Any],
    now: float,
    order: str,
    window: tuple[int, int],
) -> tuple[list[Campaign], int]:
    """The campaigns that match ``wanted`` (see ``CONDITIONS``), without their bodies, and their
    total. ``window`` is count and offset of the returned ones, in ``order``."""
    where = " AND ".join(["listed <= :now", *(CONDITIONS[name] for name in wanted)])
    values = {**wanted, "now": now, "count": window[0], "offset": window[1]}
    # No injection: these texts hold our own names and conditions only.
    total = db.execute(f"SELECT COUNT(*) FROM campaigns WHERE {where}", values).fetchone()[0]  # noqa: S608
    rows = db.execute(
        f"SELECT {_SHORT} FROM campaigns WHERE {where}"  # noqa: S608
        f" ORDER BY {order} LIMIT :count OFFSET :offset",
        values,
    )
    return [read(Campaign, found) for found in rows], int(total)


def due(db: sqlite3.Connection, now: float) -> list[Campaign]:
    """The due campaigns, the earliest first."""
    rows = db.execute(
        "SELECT * FROM campaigns WHERE due <= ? AND status IN ('schedule', 'sending')"
        " ORDER BY due, web_id",
        (now,),
    )
    return [read(Campaign, found) for found in rows]


def save(db: sqlite3.Connection, campaign: Campaign) -> Campaign:
    """Insert or replace a campaign; the returned one has ``web_id``."""
    # SQLite's row id is the web_id.
    values = {name: value for name, value in vars(campaign).items() if name != "web_id"}
    put(db, "campaigns", "id", values)
    return load(db, campaign.id)
