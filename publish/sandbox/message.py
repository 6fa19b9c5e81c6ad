"""One reader's copy as an RFC 5322 message. The same input gives the same bytes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

_POLICY = policy.SMTP


@dataclass(frozen=True)
class Letter:
    """A mail before it has headers. ``html`` may be empty; ``at`` is in epoch seconds.

    ``unsubscribe`` is the one-click address, ``""`` for a mail outside any list.
    """

    sender: str
    sender_name: str
    to: str
    to_name: str
    subject: str
    text: str
    html: str
    at: float
    identity: str
    campaign_id: str = ""
    list_id: str = ""
    list_name: str = ""
    unsubscribe: str = ""
    test: bool = False


def build(letter: Letter) -> bytes:
    """The message as it would go over the wire."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = _address(letter.sender_name, letter.sender)
    mail["Reply-To"] = _address(letter.sender_name, letter.sender)
    mail["To"] = _address(letter.to_name, letter.to)
    mail["Subject"] = one_line(letter.subject)
    mail["Date"] = format_datetime(datetime.fromtimestamp(int(letter.at), UTC))
    mail["Message-ID"] = f"<{letter.identity}@sandbox.invalid>"
    if letter.campaign_id:
        mail["X-Campaign"] = letter.campaign_id
    if letter.test:
        mail["X-Campaign-Test"] = "yes"
    link = letter.unsubscribe
    if link:
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        mail["List-ID"] = f"{one_line(letter.list_name)} <{letter.list_id}.sandbox.invalid>"
    mail.set_content(letter.text, charset="utf-8", cte="quoted-printable")
    if letter.html:
        mail.add_alternative(letter.html, subtype="html", charset="utf-8", cte="quoted-printable")
        mail.set_boundary("=_" + hashlib.sha256(letter.identity.encode()).hexdigest()[:40])
    raw = mail.as_bytes()
    # The email package would encode an address longer than a line, which no mail program reads.
    return f"List-Unsubscribe: <{link}>\r\n".encode() + raw if link else raw


def one_line(text: str) -> str:
    """``text`` fit for a header: no line break or other control character can add one."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _address(name: str, email: str) -> Address:
    return Address(display_name=one_line(name), addr_spec=email)
