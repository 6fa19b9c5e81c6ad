"""A campaign's bodies and its send checklist."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from publish.post.text import clean, plain
from publish.sandbox import audience, state_machine
from publish.sandbox import campaigns as store
from publish.sandbox.delivery import archive
from publish.sandbox.problem import invalid
from publish.sandbox.request import Call, Routes

LIMIT = 2 * 1024 * 1024
"""The most bytes one body may have; mail programs clip far earlier."""
BLOCKS = ("p", "div", "tr", "li", "h1", "h2", "h3", "h4")
LINE = "\ue000"
"""A placeholder for line ends, which occurs in no text."""
routes = Routes("/3.0/campaigns/{}")


@routes("GET", "/content")
def show(call: Call, campaign_id: str) -> dict[str, Any]:
    """Both bodies, and the web version."""
    campaign = store.load(call.db, campaign_id)
    return {
        "plain_text": campaign.plain_text,
        "html": campaign.html,
        "archive_html": archive(call.db, campaign, call.now, call.base),
    }


@routes("PUT", "/content")
def write(call: Call, campaign_id: str) -> dict[str, Any]:
    """Replace both bodies; the text is generated if only HTML is given."""
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
    text = body.get("plain_text") or (html and plain_text(html))
    store.save(call.db, replace(campaign, html=html, plain_text=text))
    return show(call, campaign_id)


@routes("GET", "/send-checklist")
def checklist(call: Call, campaign_id: str) -> dict[str, Any]:
    """The send checklist, line by line."""
    campaign = store.load(call.db, campaign_id)
    readers = len(audience.recipients(call.db, campaign.list_id, campaign.segment))
    return {
        "is_ready": not state_machine.faults(campaign, readers, call.now),
        "items": state_machine.checklist(campaign, readers, call.now),
    }


def plain_text(markup: str) -> str:
    """HTML as plain text: each link followed by its address, each block a paragraph."""
    import lxml.html

    # With a root of its own, for markup may hold no element.
    body = lxml.html.document_fromstring("<html>" + clean(markup), ensure_head_body=True).body
    for element in body.iter("a", "br", *BLOCKS):
        href = element.get("href")
        behind = LINE * 2 if element.tag in BLOCKS else LINE if element.tag == "br" else ""
        if element.tag in BLOCKS:
            element.text = LINE + (element.text or "")
        element.tail = (f" ({href})" if href else behind) + (element.tail or "")
    text = re.sub(rf" ?{LINE} ?", "\n", plain(lxml.html.tostring(body, encoding="unicode")))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
