"""Reads and validates the fields of a campaign in a request body."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from publish.sandbox import audience
from publish.sandbox.campaigns import Campaign
from publish.sandbox.problem import Problem, invalid

TEXTS = {
    "subject_line": 150,
    "preview_text": 150,
    "title": 200,
    "from_name": 100,
    "reply_to": 254,
    "to_name": 200,
    "folder_id": 50,
}
"""The longest a text setting may be, in characters."""
FLAGS = ("use_conversation", "authenticate", "auto_footer", "inline_css", "auto_tweet")
DEFAULTS: dict[str, Any] = {
    **dict.fromkeys(TEXTS, ""),
    **dict.fromkeys(FLAGS, False),
    "authenticate": True,
}
TRACKING = {"opens": True, "html_clicks": True, "text_clicks": False}


def applied(db: sqlite3.Connection, campaign: Campaign, body: Mapping[str, Any]) -> Campaign:
    """The campaign with ``recipients``, ``settings`` and ``tracking`` of ``body``.

    Raises:
        Problem: 400 naming the fields.
    """
    parts = {name: body.get(name) or {} for name in ("recipients", "settings", "tracking")}
    if wrong := [name for name, part in parts.items() if not isinstance(part, dict)]:
        raise invalid(*((name, "This must be an object.") for name in wrong))
    given = {k: v for k, v in parts["settings"].items() if k in DEFAULTS and v is not None}
    _check_settings(given)
    tracking = {k: v for k, v in parts["tracking"].items() if v is not None}
    after = replace(
        campaign,
        settings={**DEFAULTS, **campaign.settings, **given},
        tracking={**TRACKING, **campaign.tracking, **tracking},
    )
    return _addressed(db, after, parts["recipients"]) if parts["recipients"] else after


def _check_settings(given: Mapping[str, Any]) -> None:
    errors = []
    for name, value in given.items():
        field = f"settings.{name}"
        if name in FLAGS:
            if not isinstance(value, bool):
                errors.append((field, "This must be true or false."))
        elif not isinstance(value, str):
            errors.append((field, "This must be a string."))
        elif len(value) > TEXTS[name]:
            errors.append((field, f"This must be {TEXTS[name]} characters or fewer."))
        elif any(ord(char) < 32 for char in value):
            errors.append((field, "This must be one line."))
        elif name == "reply_to" and value and not audience.is_address(value):
            errors.append((field, "This must be a valid e-mail address."))
    if errors:
        raise invalid(*errors)


def _addressed(
    db: sqlite3.Connection, campaign: Campaign, recipients: Mapping[str, Any]
) -> Campaign:
    list_id = recipients.get("list_id") or campaign.list_id
    try:
        audience.audience(db, str(list_id))
    except Problem:
        raise invalid(("recipients.list_id", "There is no such list.")) from None
    segment = recipients.get("segment_opts") or {}
    if not isinstance(segment, dict):
        raise invalid(("recipients.segment_opts", "This must be an object."))
    audience.check_segment(db, str(list_id), segment)
    return replace(campaign, list_id=str(list_id), segment=segment)
