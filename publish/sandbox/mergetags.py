"""Merge tags, ``*|NAME|*``: what stands for what, and putting it in."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

TAG = re.compile(r"\*\|([A-Z0-9_:]+)\|\*")
FOOTER_HTML = (
    '<hr><p style="text-align:center">*|LIST:COMPANY|*<br>*|LIST:ADDRESSLINE|*<br>'
    '<a href="*|UNSUB|*">Unsubscribe from this list</a></p>'
)
FOOTER_TEXT = "\n\n--\n*|LIST:COMPANY|*\n*|LIST:ADDRESSLINE|*\nUnsubscribe: *|UNSUB|*\n"


@dataclass(frozen=True)
class Reader:
    """Who a copy is for, and the addresses that only this reader gets."""

    email: str
    unsubscribe: str
    profile: str
    merge_fields: Mapping[str, str] = field(default_factory=dict)
    id: str = ""


@dataclass(frozen=True)
class Issue:
    """What all copies share; ``contact`` is the list's, ``at`` is in epoch seconds."""

    campaign_id: str
    subject: str
    preview_text: str
    archive: str
    list_id: str
    list_name: str
    contact: Mapping[str, Any]
    from_email: str
    subscribe: str
    at: float


def values(issue: Issue, reader: Reader) -> dict[str, str]:
    """Every tag's plain value. Subject and preview are filled in themselves first."""
    moment = datetime.fromtimestamp(int(issue.at), UTC)
    contact = {key: str(value or "") for key, value in issue.contact.items()}
    line = address_line(contact)
    known = {
        "FNAME": "",
        "LNAME": "",
        **{name: str(value) for name, value in reader.merge_fields.items()},
        "EMAIL": reader.email,
        "UNIQID": reader.id,
        "UNSUB": reader.unsubscribe,
        "UPDATE_PROFILE": reader.profile,
        "ARCHIVE": issue.archive,
        "FORWARD": issue.archive,
        "CAMPAIGN_UID": issue.campaign_id,
        "CURRENT_YEAR": str(moment.year),
        "MC:DATE": moment.strftime("%m/%d/%Y"),
        "LIST:NAME": issue.list_name,
        "LIST:UID": issue.list_id,
        "LIST:COMPANY": contact.get("company", ""),
        "LIST:ADDRESS": line,
        "LIST:ADDRESSLINE": line,
        "LIST_ADDRESS_HTML": line,
        "HTML:LIST_ADDRESS_HTML": line,
        "LIST:PHONE": contact.get("phone", ""),
        "LIST:EMAIL": issue.from_email,
        "LIST:SUBSCRIBE": issue.subscribe,
        "ABUSE_EMAIL": issue.from_email,
        "REWARDS": "",
        "REWARDS_TEXT": "",
    }
    known["MC:SUBJECT"] = fill(issue.subject, known)
    known["MC_PREVIEW_TEXT"] = fill(issue.preview_text, known)
    return known


def address_line(contact: Mapping[str, str]) -> str:
    """A postal address on one line, as the law asks for it in every mail."""
    town = " ".join(filter(None, (contact.get("state", ""), contact.get("zip", ""))))
    parts = [contact.get(key, "") for key in ("company", "address1", "address2", "city")]
    return ", ".join(filter(None, [*parts, town, contact.get("country", "")]))


def fill(text: str, known: Mapping[str, str], *, escape: bool = False) -> str:
    """Put values in, once: a value that looks like a tag stays as it is.

    An unknown tag stays too, so that a spelling mistake shows. ``escape`` is for HTML.
    """

    def value(match: re.Match[str]) -> str:
        found = known.get(match.group(1))
        if found is None:
            return match.group(0)
        return html.escape(found) if escape else found

    return TAG.sub(value, text)


def with_footer(markup: str) -> str:
    """HTML that can be unsubscribed from: with Mailchimp's kind of footer if it has no link."""
    if not markup or "*|UNSUB|*" in markup:
        return markup
    end = markup.lower().rfind("</body>")
    return markup + FOOTER_HTML if end < 0 else markup[:end] + FOOTER_HTML + markup[end:]


def with_text_footer(text: str) -> str:
    """The same for plain text."""
    return text if "*|UNSUB|*" in text else text.rstrip() + FOOTER_TEXT


def plain_text(markup: str) -> str:
    """Readable text made from HTML, for a campaign that brings none of its own."""
    reader = _Text()
    reader.feed(markup)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).splitlines())
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


class _Text(HTMLParser):
    BREAKS = frozenset({"p", "div", "tr", "li", "h1", "h2", "h3", "h4", "ul", "ol", "table"})
    SILENT = frozenset({"script", "style", "title", "head"})

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.silent = 0
        self.hrefs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in self.SILENT
        if tag == "a":
            self.hrefs.append(dict(attrs).get("href") or "")
        if tag == "br" or tag in self.BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent = max(0, self.silent - (tag in self.SILENT))
        if tag == "a" and self.hrefs and (href := self.hrefs.pop()):
            self.parts.append(f" ({href})")
        if tag in self.BREAKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(data.replace("\n", " "))
