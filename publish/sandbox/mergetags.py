"""Merge tags (``*|NAME|*``) and their values."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from publish.sandbox import SANDBOX_U

if TYPE_CHECKING:
    from publish.sandbox.campaigns import Campaign

TAG = re.compile(r"\*\|([A-Z0-9_:]+)\|\*")
FOOTER_HTML = (
    '<hr><p style="text-align:center">*|LIST:COMPANY|*<br>*|LIST:ADDRESSLINE|*<br>'
    '<a href="*|UNSUB|*">Unsubscribe from this list</a></p>'
)
FOOTER_TEXT = "\n\n--\n*|LIST:COMPANY|*\n*|LIST:ADDRESSLINE|*\nUnsubscribe: *|UNSUB|*\n"


@dataclass(frozen=True)
class Reader:
    """The reader of a copy, with this reader's own addresses."""

    email: str
    unsubscribe: str
    merge_fields: Mapping[str, str] = field(default_factory=dict)
    id: str = ""


def values(
    campaign: Campaign, home: Mapping[str, Any], reader: Reader, at: float, base: str
) -> dict[str, str]:
    """The plain value of every tag. Tags in subject and preview are replaced first.

    ``home`` is the campaign's audience, empty without one; ``at`` is in epoch seconds, ``base`` the
    sandbox's own address.
    """
    moment = datetime.fromtimestamp(int(at), UTC)
    contact = {key: str(value or "") for key, value in home.get("contact", {}).items()}
    line = address_line(contact)
    sender = campaign.setting("reply_to") or "sandbox@example.com"
    archive = f"{base}/archive/{campaign.id}"
    known = {
        "FNAME": "",
        "LNAME": "",
        **{name: str(value) for name, value in reader.merge_fields.items()},
        "EMAIL": reader.email,
        "UNIQID": reader.id,
        "UNSUB": reader.unsubscribe,
        "ARCHIVE": archive,
        "FORWARD": archive,
        "CAMPAIGN_UID": campaign.id,
        "CURRENT_YEAR": str(moment.year),
        "MC:DATE": moment.strftime("%m/%d/%Y"),
        "LIST:NAME": str(home.get("name", "")),
        "LIST:UID": campaign.list_id,
        "LIST:COMPANY": contact.get("company", ""),
        "LIST:ADDRESS": line,
        "LIST:ADDRESSLINE": line,
        "LIST_ADDRESS_HTML": line,
        "HTML:LIST_ADDRESS_HTML": line,
        "LIST:PHONE": contact.get("phone", ""),
        "LIST:EMAIL": sender,
        "LIST:SUBSCRIBE": f"{base}/subscribe?u={SANDBOX_U}&id={campaign.list_id}",
        "ABUSE_EMAIL": sender,
        "REWARDS": "",
        "REWARDS_TEXT": "",
    }
    known["MC:SUBJECT"] = fill(campaign.setting("subject_line"), known)
    known["MC_PREVIEW_TEXT"] = fill(campaign.setting("preview_text"), known)
    return known


def address_line(contact: Mapping[str, str]) -> str:
    """A postal address on one line, as the law asks for it in every mail."""
    town = " ".join(filter(None, (contact.get("state", ""), contact.get("zip", ""))))
    parts = [contact.get(key, "") for key in ("company", "address1", "address2", "city")]
    return ", ".join(filter(None, [*parts, town, contact.get("country", "")]))


def fill(text: str, known: Mapping[str, str], *, escape: bool = False) -> str:
    """Replace tags by values, once: a value that looks like a tag is not replaced. An unknown tag
    stays, so that spelling mistakes show. ``escape`` is for HTML."""

    def value(match: re.Match[str]) -> str:
        found = known.get(match.group(1))
        if found is None:
            return match.group(0)
        return html.escape(found) if escape else found

    return TAG.sub(value, text)


def with_footer(markup: str) -> str:
    """HTML with an unsubscribe link: a footer like Mailchimp's is added if there is none."""
    if not markup or "*|UNSUB|*" in markup:
        return markup
    end = markup.lower().rfind("</body>")
    return markup + FOOTER_HTML if end < 0 else markup[:end] + FOOTER_HTML + markup[end:]


def with_text_footer(text: str) -> str:
    """The same for plain text."""
    return text if "*|UNSUB|*" in text else text.rstrip() + FOOTER_TEXT
