"""Campaigns: ``/campaigns``, and ``actions/replicate``, which makes one too."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from publish.sandbox import audience, state_machine
from publish.sandbox import campaigns as store
from publish.sandbox.api.drafting import applied
from publish.sandbox.api.paging import answer, bound, one_of, window
from publish.sandbox.campaigns import Campaign, Search
from publish.sandbox.problem import Problem, invalid
from publish.sandbox.request import NOTHING, Call, Response, Route, iso

TYPES = ("regular", "plaintext", "absplit", "rss", "variate")
STATUSES = ("save", "paused", "schedule", "sending", "sent")
DELIVERY = {"sending": "delivering", "sent": "delivered", "canceled": "canceled"}
SORT = {"create_time": "created", "send_time": "sent"}


class Shower:
    """Campaigns as the API shows them; what those of one answer share is looked up once."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._names: dict[str, str] = {"": ""}
        self._counts: dict[tuple[str, str], int] = {}

    def document(self, true: Campaign) -> dict[str, Any]:
        """One campaign; for a while the status before its last step, if a fault rule asked."""
        stale = self._call.now < true.stale_until
        campaign = replace(true, status=true.stale, emails_sent=0) if stale else true
        when = {"schedule": campaign.due, "paused": campaign.due, "save": None}
        archive = f"{self._call.base}/archive/{campaign.id}"
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
                "list_name": self._name(campaign.list_id),
                "segment_text": "A part of the list." if campaign.segment else "",
                "recipient_count": self._count(campaign),
                **({"segment_opts": dict(campaign.segment)} if campaign.segment else {}),
            },
            "settings": dict(campaign.settings),
            "tracking": dict(campaign.tracking),
            **({"report_summary": _summary()} if campaign.status == "sent" else {}),
            "delivery_status": delivery_status(campaign),
        }

    def _name(self, list_id: str) -> str:
        if list_id not in self._names:
            self._names[list_id] = audience.audience(self._call.db, list_id).name
        return self._names[list_id]

    def _count(self, campaign: Campaign) -> int:
        if campaign.status == "sent":
            return campaign.emails_sent
        if campaign.counted > self._call.now:
            return 0
        key = (campaign.list_id, json.dumps(campaign.segment, sort_keys=True))
        if key not in self._counts:
            self._counts[key] = len(store.recipients(self._call.db, campaign))
        return self._counts[key]


def delivery_status(campaign: Campaign) -> dict[str, Any]:
    """How far a campaign that goes out has come."""
    if campaign.status not in DELIVERY:
        return {"enabled": False}
    return {
        "enabled": True,
        "can_cancel": campaign.status == "sending",
        "status": DELIVERY[campaign.status],
        "emails_sent": campaign.emails_sent,
        "emails_canceled": 0,
    }


def index(call: Call) -> Response:
    """``GET /campaigns``; the newest first unless ``sort_dir`` says otherwise."""
    request = call.request
    wanted = Search(
        status=one_of(request, "status", STATUSES),
        type=one_of(request, "type", TYPES),
        list_id=request.query.get("list_id", ""),
        created_since=bound(request, "since_create_time"),
        created_before=bound(request, "before_create_time"),
        sent_since=bound(request, "since_send_time"),
        sent_before=bound(request, "before_send_time"),
        by=SORT[one_of(request, "sort_field", tuple(SORT), "create_time")],
        newest_first=one_of(request, "sort_dir", ("ASC", "DESC"), "DESC") == "DESC",
    )
    found, total = store.search(call.db, wanted, call.now, *window(request))
    shower = Shower(call)
    shown = [shower.document(campaign) for campaign in found]
    return answer(request, {"campaigns": shown, "total_items": total})


def create(call: Call) -> Response:
    """``POST /campaigns`` answers 200, not 201."""
    body = call.request.json()
    kind = body.get("type")
    if kind not in TYPES:
        raise invalid(("type", f"This must be one of: {', '.join(TYPES)}."))
    if kind not in TYPES[:2]:
        raise invalid(("type", "The sandbox sends regular and plaintext campaigns only."))
    return _add(call, applied(call.db, Campaign(type=str(kind), created=int(call.now)), body))


def show(call: Call, campaign_id: str) -> Response:
    """``GET /campaigns/{id}``."""
    return _answer(call, store.load(call.db, campaign_id))


def update(call: Call, campaign_id: str) -> Response:
    """``PATCH /campaigns/{id}``."""
    campaign = store.load(call.db, campaign_id)
    state_machine.require_editable(campaign.status)
    after = applied(call.db, campaign, call.request.json())
    store.save(call.db, after)
    return _answer(call, after)


def delete(call: Call, campaign_id: str) -> Response:
    """``DELETE /campaigns/{id}``; not while it is going out."""
    campaign = store.load(call.db, campaign_id)
    if campaign.status == "sending":
        raise Problem(400, "A campaign that is being sent cannot be deleted.")
    store.remove(call.db, campaign)
    return NOTHING


def replicate(call: Call, campaign_id: str) -> Response:
    """``POST …/actions/replicate`` answers 200 with a new draft, title and content copied."""
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


def _add(call: Call, draft: Campaign) -> Response:
    """Keep a new campaign. Fault rules may let its counting and its listing take a while."""
    slow = replace(
        draft,
        counted=call.now + call.conditions.get("recipients_lag", 0.0),
        listed=call.now + call.conditions.get("list_lag", 0.0),
    )
    return _answer(call, store.add(call.db, slow))


def _answer(call: Call, campaign: Campaign) -> Response:
    return answer(call.request, Shower(call).document(campaign))


def _summary() -> dict[str, Any]:
    names = ("opens", "unique_opens", "open_rate", "clicks", "subscriber_clicks", "click_rate")
    return dict.fromkeys(names, 0)


ROUTES = [
    Route("GET", "/campaigns", index),
    Route("POST", "/campaigns", create),
    Route("GET", "/campaigns/{}", show),
    Route("PATCH", "/campaigns/{}", update),
    Route("DELETE", "/campaigns/{}", delete),
    Route("POST", "/campaigns/{}/actions/replicate", replicate),
]
