"""The account and its audiences: ``/``, ``/ping`` and ``/lists``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from publish.sandbox import SANDBOX_U, audience
from publish.sandbox.api.paging import collection
from publish.sandbox.request import Call, Routes

routes = Routes("/3.0")


@routes("GET", "/ping")
def ping(call: Call) -> dict[str, Any]:
    """The health check."""
    return {"health_status": "Everything's Chimpy!"}


@routes("GET", "")
@routes("GET", "/")
def root(call: Call) -> dict[str, Any]:
    """The account: its owner, plan and role."""
    return {
        "account_id": SANDBOX_U,
        "account_name": "Sandbox",
        "role": "owner",
        "pricing_plan_type": "forever_free" if "free_plan" in call.conditions else "monthly",
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
    form = f"{call.base}/subscribe?u={SANDBOX_U}&id={home['id']}"
    return {
        **home,
        "subscribe_url_long": form,
        "double_optin": True,
        "stats": {
            "member_count": counts["subscribed"],
            "total_contacts": counts.total() - counts["archived"],
            "unsubscribe_count": counts["unsubscribed"],
            "cleaned_count": counts["cleaned"],
        },
    }
