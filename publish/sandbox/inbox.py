"""The inbox: every mail the sandbox has delivered, as web pages."""

from __future__ import annotations

import email
import re
import sqlite3
from datetime import UTC, datetime, tzinfo
from email.message import EmailMessage
from email.policy import default
from urllib.parse import quote

from publish.post.media import media_type
from publish.post.text import moment
from publish.sandbox import audience, campaigns
from publish.sandbox.delivery import archive
from publish.sandbox.pages import escape, page
from publish.sandbox.problem import missing
from publish.sandbox.request import Call, Response, Routes, iso

SHOWN = 200
"""Mails on one page of the list."""
KINDS = {"issue": "Issue", "test": "Test", "confirmation": "Confirmation"}
HEADERS = (
    "From", "Reply-To", "To", "Subject", "Date", "Message-ID", "X-Campaign",
    "List-Unsubscribe", "List-Unsubscribe-Post",
)  # fmt: skip
FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src http: https: data:;"
    " form-action 'none'; frame-ancestors 'self';"
    " sandbox allow-popups allow-top-navigation-by-user-activation"
)

routes = Routes()


@routes("GET", "/")
def index(call: Call) -> Response:
    """The mails, the newest first; ``before`` pages on."""
    before = call.request.query.get("before", "")
    limit = int(before) if before.isdecimal() and len(before) < 16 else 2**60
    rows = call.db.execute(
        "SELECT id, kind, recipient, subject, at FROM mails WHERE id < ? ORDER BY id DESC LIMIT ?",
        (limit, SHOWN),
    ).fetchall()
    if not rows:
        return page("Inbox", "<p>No mail yet. What you send or sign up for arrives here.</p>")
    items = "\n".join(
        f'<li><p><a href="/mail/{row["id"]}">{escape(row["subject"] or "(no subject)")}</a></p>'
        f'<p class="soft">to {escape(row["recipient"])} · {_time(row["at"], call.zone)} · '
        f'<span class="kind">{KINDS[row["kind"]]}</span></p></li>'
        for row in rows
    )
    more = (
        f'\n<p><a href="/?before={rows[-1]["id"]}">Older mails</a></p>'
        if len(rows) == SHOWN
        else ""
    )
    return page("Inbox", f'<ul class="mails">\n{items}\n</ul>{more}')


@routes("GET", "/mail/{}")
def show(call: Call, number: str) -> Response:
    """A mail: headers, the HTML in a sandboxed frame, the text."""
    row = _row(call, number)
    mail = _parse(row)
    headers = "\n".join(
        f"<dt>{name}</dt><dd>{escape(mail[name])}</dd>" for name in HEADERS if mail[name]
    )
    here = f"/mail/{row['id']}"
    frame = (
        f'<h2>HTML</h2>\n<iframe src="{here}/html" title="The mail as HTML" '
        'sandbox="allow-popups allow-top-navigation-by-user-activation"></iframe>\n'
    )
    return page(
        row["subject"] or "(no subject)",
        f'<dl>\n{headers}\n</dl>\n<p><a href="{here}/raw">Download the mail (.eml)</a></p>\n'
        f"{frame if mail.get_body(('html',)) else ''}"
        f"<h2>Text</h2>\n<pre>{_linked(_body(mail, 'plain', row, call.base))}</pre>",
    )


@routes("GET", "/mail/{}/html")
def html_body(call: Call, number: str) -> Response:
    """The HTML body, for the frame."""
    row = _row(call, number)
    return _framed(call.site.local(_body(_parse(row), "html", row, call.base)))


@routes("GET", "/mail/{}/raw")
def raw(call: Call, number: str) -> Response:
    """The raw message."""
    row = _row(call, number)
    name = f'attachment; filename="{row["name"]}"'
    return Response(200, row["raw"], "message/rfc822", {"Content-Disposition": name})


@routes("GET", "/archive/{}")
def archived(call: Call, campaign_id: str) -> Response:
    """The web version of a campaign, which names no reader."""
    campaign = campaigns.load(call.db, campaign_id)
    markup = archive(call.db, campaign, campaign.sent or call.now, call.base)
    return _framed(call.site.local(markup))


@routes("GET", "/picture/{}")
def picture(call: Call, path: str) -> Response:
    """A picture of a mail from this machine; the slashes in its path are escaped."""
    found = call.site.file(quote(path))
    if found is None:
        raise missing("picture")
    return Response(200, found.read_bytes(), media_type(found.name))


def _framed(markup: str) -> Response:
    base = '<base target="_top">'
    placed, count = re.subn(r"(?i)<head(\s[^>]*)?>", lambda m: m.group(0) + base, markup, count=1)
    return Response(
        200,
        (placed if count else base + markup).encode(),
        "text/html; charset=utf-8",
        {"Content-Security-Policy": FRAME_POLICY},
    )


def _row(call: Call, number: str) -> sqlite3.Row:
    wanted = int(number) if number.isdecimal() and len(number) < 16 else 0
    return audience.row(call.db, "mail", "SELECT * FROM mails WHERE id = ?", (wanted,))


def _parse(row: sqlite3.Row) -> EmailMessage:
    return email.message_from_bytes(row["raw"], policy=default)


def _body(mail: EmailMessage, kind: str, row: sqlite3.Row, base: str) -> str:
    part = mail.get_body((kind,))
    if part is None:
        raise missing("body")
    # Links in old mails must work even if the server's port changed.
    return str(part.get_content()).replace(row["base"] + "/", base + "/")


def _linked(text: str) -> str:
    return re.sub(
        r"https?://[^\s<>\"')]+", lambda m: f'<a href="{m.group(0)}">{m.group(0)}</a>', escape(text)
    )


def _time(at: int, zone: tzinfo) -> str:
    when = moment(datetime.fromtimestamp(at, UTC), zone)
    return f'<time datetime="{iso(at)}">{when}</time>'
