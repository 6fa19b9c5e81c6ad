"""The account's root and the ping."""

from __future__ import annotations

from publish.sandbox import SANDBOX_U, audience
from publish.sandbox.api.paging import answer
from publish.sandbox.request import Call, Response, Route, as_json


def root(call: Call) -> Response:
    """``GET /``: who the key belongs to, the plan, the role."""
    lists = audience.audiences(call.db)
    readers = sum(audience.counts(call.db, home.id)["subscribed"] for home in lists)
    contact = dict(lists[0].doc["contact"]) if lists else {}
    contact["addr1"], contact["addr2"] = contact.pop("address1", ""), contact.pop("address2", "")
    return answer(
        call.request,
        {
            "account_id": SANDBOX_U,
            "login_id": "1",
            "account_name": "Sandbox",
            "email": "owner@example.com",
            "first_name": "Sandbox",
            "last_name": "Owner",
            "username": "sandbox",
            "avatar_url": "",
            "role": "owner",
            "member_since": "2024-01-01T00:00:00+00:00",
            "pricing_plan_type": "forever_free" if "free_plan" in call.conditions else "monthly",
            "first_payment": "2024-01-01T00:00:00+00:00",
            "account_timezone": "UTC",
            "account_industry": "",
            "contact": contact,
            "pro_enabled": False,
            "last_login": "2024-01-01T00:00:00+00:00",
            "total_subscribers": readers,
        },
    )


def ping(call: Call) -> Response:
    """``GET /ping``."""
    return as_json({"health_status": "Everything's Chimpy!"})


ROUTES = [Route("GET", "/", root), Route("GET", "", root), Route("GET", "/ping", ping)]
