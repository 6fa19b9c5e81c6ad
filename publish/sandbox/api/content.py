"""A campaign's bodies and its send checklist."""

from __future__ import annotations

from dataclasses import asdict, replace

from publish.sandbox import campaigns as store
from publish.sandbox import state_machine
from publish.sandbox.api.paging import answer
from publish.sandbox.delivery import archive
from publish.sandbox.mergetags import plain_text
from publish.sandbox.problem import invalid
from publish.sandbox.request import Call, Response, Route

LIMIT = 2 * 1024 * 1024
"""The most bytes one body may have; mail programs clip far earlier."""


def show(call: Call, campaign_id: str) -> Response:
    """``GET /campaigns/{id}/content``."""
    campaign = store.load(call.db, campaign_id)
    found = {"plain_text": campaign.plain_text, "html": campaign.html}
    found["archive_html"] = archive(call.db, campaign, call.now, call.base)
    return answer(call.request, found)


def put(call: Call, campaign_id: str) -> Response:
    """``PUT /campaigns/{id}/content``: replaces both; text is made of HTML that comes alone."""
    campaign = store.load(call.db, campaign_id)
    state_machine.require_editable(campaign.status)
    body = call.request.json()
    errors = []
    for name in ("html", "plain_text"):
        value = body.get(name)
        if value is not None and not isinstance(value, str):
            errors.append((name, "This must be a string."))
        elif value and len(value.encode()) > LIMIT:
            errors.append((name, f"This must be {LIMIT} bytes or fewer."))
    errors += [
        (name, "The sandbox takes html and plain_text only.")
        for name in ("url", "template", "archive", "variate_contents")
        if body.get(name)
    ]
    if errors:
        raise invalid(*errors)
    html = "" if campaign.type == "plaintext" else body.get("html") or ""
    text = body.get("plain_text") or (plain_text(html) if html else "")
    store.save(call.db, replace(campaign, html=html, plain_text=text))
    return show(call, campaign_id)


def checklist(call: Call, campaign_id: str) -> Response:
    """``GET /campaigns/{id}/send-checklist``."""
    readiness = store.readiness(call.db, store.load(call.db, campaign_id), call.now)
    items = [asdict(item) for item in state_machine.checklist(readiness)]
    return answer(call.request, {"is_ready": not state_machine.faults(readiness), "items": items})


ROUTES = [
    Route("GET", "/campaigns/{}/content", show),
    Route("PUT", "/campaigns/{}/content", put),
    Route("GET", "/campaigns/{}/send-checklist", checklist),
]
