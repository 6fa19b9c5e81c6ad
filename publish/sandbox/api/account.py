"""The account and its audiences: ``/``, ``/ping`` and ``/lists``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from publish.sandbox import SANDBOX_U, audience
from publish.sandbox.api.paging import collection
from publish.sandbox.request import Call, Routes, iso

SINCE = "2024-01-01T00:00:00+00:00"
routes = Routes("/3.0")


@routes("GET", "/ping")
def ping(call: Call) -> dict[str, Any]:
    """The health check."""
    return {"health_status": "Everything's Chimpy!"}


@routes("GET", "")
@routes("GET", "/")
def root(call: Call) -> dict[str, Any]:
    """The account: its owner, plan and role."""
    lists = audience.audiences(call.db)
    contact = dict(lists[0]["contact"]) if lists else {}
    contact["addr1"], contact["addr2"] = contact.pop("address1", ""), contact.pop("address2", "")
    return {
        "account_id": SANDBOX_U,
        "login_id": "1",
        "account_name": "Sandbox",
        "email": "owner@example.com",
        "first_name": "Sandbox",
        "last_name": "Owner",
        "username": "sandbox",
        "avatar_url": "",
        "role": "owner",
        "member_since": SINCE,
        "pricing_plan_type": "forever_free" if "free_plan" in call.conditions else "monthly",
        "first_payment": SINCE,
        "account_timezone": "UTC",
        "account_industry": "",
        "contact": contact,
        "pro_enabled": False,
        "last_login": SINCE,
        "total_subscribers": sum(audience.counts(call.db, a["id"])["subscribed"] for a in lists),
    }


@routes("GET", "/lists")
def index(call: Call) -> dict[str, Any]:
    """Every audience."""
    return collection(call.request, "lists", audience.audiences(call.db), partial(_shown, call))


@routes("GET", "/lists/{}")
def show(call: Call, list_id: str) -> dict[str, Any]:
    """One audience."""
    return _shown(call, audience.audience(call.db, list_id))


def _shown(call: Call, home: Mapping[str, Any]) -> dict[str, Any]:
    counts = audience.counts(call.db, home["id"])
    joined, left = call.db.execute(
        "SELECT MAX(CASE status WHEN 'subscribed' THEN opted_in END),"
        " MAX(CASE status WHEN 'unsubscribed' THEN changed END) FROM members WHERE list_id = ?",
        (home["id"],),
    ).fetchone()
    made, sent = call.db.execute(
        "SELECT COUNT(*), MAX(sent) FROM campaigns WHERE list_id = ?", (home["id"],)
    ).fetchone()
    form = f"{call.base}/subscribe?u={SANDBOX_U}&id={home['id']}"
    return {
        "web_id": 1,
        **home,
        "use_archive_bar": True,
        "notify_on_subscribe": "",
        "notify_on_unsubscribe": "",
        "list_rating": 0,
        "email_type_option": False,
        "subscribe_url_short": form,
        "subscribe_url_long": form,
        "beamer_address": "",
        "visibility": "pub",
        "double_optin": True,
        "has_welcome": False,
        "marketing_permissions": False,
        "modules": [],
        "stats": {
            "member_count": counts["subscribed"],
            "total_contacts": counts.total() - counts["archived"],
            "unsubscribe_count": counts["unsubscribed"],
            "cleaned_count": counts["cleaned"],
            "campaign_count": made,
            "campaign_last_sent": iso(sent),
            "merge_field_count": 2,
            "open_rate": 0,
            "click_rate": 0,
            "last_sub_date": iso(joined),
            "last_unsub_date": iso(left),
        },
    }
