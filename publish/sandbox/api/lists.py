"""Audiences: ``/lists``."""

from __future__ import annotations

from functools import partial
from typing import Any

from publish.sandbox import SANDBOX_U, audience
from publish.sandbox.api.paging import answer, collection
from publish.sandbox.request import Call, Response, Route, iso


def document(call: Call, home: audience.Audience) -> dict[str, Any]:
    """An audience as the API shows it."""
    counts = audience.counts(call.db, home.id)
    joined, left = call.db.execute(
        "SELECT MAX(CASE status WHEN 'subscribed' THEN opted_in END),"
        " MAX(CASE status WHEN 'unsubscribed' THEN changed END) FROM members WHERE list_id = ?",
        (home.id,),
    ).fetchone()
    made, sent = call.db.execute(
        "SELECT COUNT(*), MAX(sent) FROM campaigns WHERE list_id = ?", (home.id,)
    ).fetchone()
    form = f"{call.base}/subscribe?u={SANDBOX_U}&id={home.id}"
    return {
        "id": home.id,
        "web_id": 1,
        **home.doc,
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


def index(call: Call) -> Response:
    """``GET /lists``."""
    homes = audience.audiences(call.db)
    return collection(call.request, "lists", homes, partial(document, call))


def show(call: Call, list_id: str) -> Response:
    """``GET /lists/{list_id}``."""
    return answer(call.request, document(call, audience.audience(call.db, list_id)))


ROUTES = [Route("GET", "/lists", index), Route("GET", "/lists/{}", show)]
