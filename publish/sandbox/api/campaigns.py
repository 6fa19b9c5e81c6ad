"""Campaigns: ``/campaigns``, ``actions/replicate``, which makes one too, and ``/reports``."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from publish.sandbox import audience, state_machine
from publish.sandbox import campaigns as store
from publish.sandbox.api.drafting import applied
from publish.sandbox.api.paging import bound, one_of, window
from publish.sandbox.campaigns import Campaign
from publish.sandbox.problem import Problem, choice, invalid, missing
from publish.sandbox.request import Call, Routes, iso

TYPES = ("regular", "plaintext", "absplit", "rss", "variate")
STATUSES = ("save", "paused", "schedule", "sending", "sent")
DELIVERY = {"sending": "delivering", "sent": "delivered", "canceled": "canceled"}
SORT = {"create_time": "created", "send_time": "COALESCE(sent, 0)"}
TIMES = ("since_create_time", "before_create_time", "since_send_time", "before_send_time")
SUMMARY = ("opens", "unique_opens", "open_rate", "clicks", "subscriber_clicks", "click_rate")
routes = Routes("/3.0")


def shower(call: Call) -> Callable[[Campaign], dict[str, Any]]:
    """A function that renders campaigns for the API; values shared by those of one answer are
    looked up once."""

    @cache
    def named(list_id: str) -> str:
        return str(audience.audience(call.db, list_id)["name"]) if list_id else ""

    @cache
    def readers(list_id: str, segment: str) -> int:
        return len(audience.recipients(call.db, list_id, json.loads(segment)))

    def recipients(campaign: Campaign) -> int:
        if campaign.status == "sent":
            return campaign.emails_sent
        if campaign.counted > call.now:
            return 0
        return readers(campaign.list_id, json.dumps(campaign.segment, sort_keys=True))

    def shown(true: Campaign) -> dict[str, Any]:
        # Show the former status for a while, if a fault rule demands that.
        stale = call.now < true.stale_until
        campaign = replace(true, status=true.stale, emails_sent=0) if stale else true
        when = {"schedule": campaign.due, "paused": campaign.due, "save": None}
        archive = f"{call.base}/archive/{campaign.id}"
        return {
            "id": campaign.id,
            "web_id": campaign.web_id,
            "parent_campaign_id": "",
            "type": campaign.type,
            "create_time": iso(campaign.created),
            "archive_url": archive,
            "long_archive_url": archive,
            "status": campaign.status,
            "emails_sent": campaign.emails_sent,
            "send_time": iso(when.get(campaign.status, campaign.sent)),
            "content_type": "html",
            "needs_block_refresh": False,
            "resendable": False,
            "recipients": {
                "list_id": campaign.list_id,
                "list_is_active": True,
                "list_name": named(campaign.list_id),
                "segment_text": "A part of the list." if campaign.segment else "",
                "recipient_count": recipients(campaign),
                **({"segment_opts": dict(campaign.segment)} if campaign.segment else {}),
            },
            "settings": dict(campaign.settings),
            "tracking": dict(campaign.tracking),
            **({"report_summary": dict.fromkeys(SUMMARY, 0)} if campaign.status == "sent" else {}),
            "delivery_status": _delivery_status(campaign),
        }

    return shown


@routes("GET", "/campaigns")
def index(call: Call) -> dict[str, Any]:
    """The campaigns; the newest first unless ``sort_dir`` says otherwise."""
    request = call.request
    wanted = {
        "status": one_of(request, "status", STATUSES),
        "type": one_of(request, "type", TYPES),
        "list_id": request.query.get("list_id", ""),
        **{name: bound(request, name) for name in TIMES},
    }
    column = SORT[one_of(request, "sort_field", tuple(SORT), "create_time")]
    way = one_of(request, "sort_dir", ("ASC", "DESC"), "DESC")
    given = {name: value for name, value in wanted.items() if value not in ("", None)}
    order = f"{column} {way}, web_id {way}"
    found, total = store.search(call.db, given, call.now, order, window(request))
    return {"campaigns": list(map(shower(call), found)), "total_items": total}


@routes("POST", "/campaigns")
def create(call: Call) -> dict[str, Any]:
    """Make a draft; answers 200, not 201."""
    body = call.request.json()
    kind = choice("type", body.get("type"), TYPES)
    if kind not in TYPES[:2]:
        raise invalid(("type", "The sandbox sends regular and plaintext campaigns only."))
    return _add(call, applied(call.db, Campaign(type=kind, created=int(call.now)), body))


@routes("GET", "/campaigns/{}")
def show(call: Call, campaign_id: str) -> dict[str, Any]:
    """One campaign."""
    return shower(call)(store.load(call.db, campaign_id))


@routes("PATCH", "/campaigns/{}")
def update(call: Call, campaign_id: str) -> dict[str, Any]:
    """Change recipients, settings or tracking."""
    campaign = store.load(call.db, campaign_id)
    state_machine.require_editable(campaign.status)
    return shower(call)(store.save(call.db, applied(call.db, campaign, call.request.json())))


@routes("DELETE", "/campaigns/{}")
def delete(call: Call, campaign_id: str) -> None:
    """Remove a campaign, but not while it is going out; mails that went out stay delivered."""
    campaign = store.load(call.db, campaign_id)
    if campaign.status == "sending":
        raise Problem(400, "A campaign that is being sent cannot be deleted.")
    call.db.execute("DELETE FROM campaigns WHERE id = ?", (campaign.id,))


@routes("POST", "/campaigns/{}/actions/replicate")
def replicate(call: Call, campaign_id: str) -> dict[str, Any]:
    """Make a new draft with title and content of this one; answers 200."""
    old = store.load(call.db, campaign_id)
    copied = Campaign(
        type=old.type,
        created=int(call.now),
        list_id=old.list_id,
        segment=old.segment,
        settings=old.settings,
        tracking=old.tracking,
        html=old.html,
        plain_text=old.plain_text,
    )
    return _add(call, copied)


@routes("GET", "/reports/{}")
def report(call: Call, campaign_id: str) -> dict[str, Any]:
    """The report of a campaign that is sent or being sent; opens and clicks are not tracked."""
    campaign = store.load(call.db, campaign_id)
    if campaign.status not in DELIVERY:
        raise missing("report")
    unsubscribed = call.db.execute(
        "SELECT COUNT(*) FROM unsubscribes WHERE campaign_id = ?", (campaign_id,)
    ).fetchone()[0]
    return {
        "id": campaign.id,
        "campaign_title": campaign.setting("title"),
        "type": campaign.type,
        "list_id": campaign.list_id,
        "list_is_active": True,
        "list_name": audience.audience(call.db, campaign.list_id)["name"],
        "subject_line": campaign.setting("subject_line"),
        "preview_text": campaign.setting("preview_text"),
        "emails_sent": campaign.emails_sent,
        "abuse_reports": 0,
        "unsubscribed": unsubscribed,
        "send_time": iso(campaign.sent),
        "bounces": dict.fromkeys(("hard_bounces", "soft_bounces", "syntax_errors"), 0),
        "forwards": {"forwards_count": 0, "forwards_opens": 0},
        "opens": {"opens_total": 0, "unique_opens": 0, "open_rate": 0, "last_open": ""},
        "clicks": {
            "clicks_total": 0,
            "unique_clicks": 0,
            "unique_subscriber_clicks": 0,
            "click_rate": 0,
            "last_click": "",
        },
        "list_stats": dict.fromkeys(("sub_rate", "unsub_rate", "open_rate", "click_rate"), 0),
        "timeseries": [],
        "delivery_status": _delivery_status(campaign),
    }


def _delivery_status(campaign: Campaign) -> dict[str, Any]:
    """The progress of a campaign being sent."""
    if campaign.status not in DELIVERY:
        return {"enabled": False}
    return {
        "enabled": True,
        "can_cancel": campaign.status == "sending",
        "status": DELIVERY[campaign.status],
        "emails_sent": campaign.emails_sent,
        "emails_canceled": 0,
    }


def _add(call: Call, draft: Campaign) -> dict[str, Any]:
    """Store a new campaign. Fault rules may delay its recipient count and its listing."""
    slow = replace(
        draft,
        counted=call.now + call.conditions.get("recipients_lag", 0.0),
        listed=call.now + call.conditions.get("list_lag", 0.0),
    )
    return shower(call)(store.save(call.db, slow))
