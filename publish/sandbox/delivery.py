"""Delivery: copies are made in the transaction that changes the campaign's state.

A mail is first a row, unique for campaign and reader, and then a file: after a crash between the
two the next start writes the missing files.
"""

from __future__ import annotations

import html
import sqlite3
from dataclasses import replace

from publish.post.files import write_whole
from publish.sandbox import audience, campaigns, state_machine
from publish.sandbox.audience import Member
from publish.sandbox.campaigns import Campaign
from publish.sandbox.mergetags import Reader, fill, values, with_footer, with_text_footer
from publish.sandbox.message import Letter, build, one_line
from publish.sandbox.state import Store


def tick(db: sqlite3.Connection, now: float, base: str) -> None:
    """Advance every due campaign, and deliver those that are sent."""
    while waiting := campaigns.due(db, now):
        for campaign in waiting:
            readers = audience.recipients(db, campaign.list_id, campaign.segment)
            status = state_machine.when_due(campaign, len(readers), now)
            after = replace(campaign, status=status, due=now if status == "sending" else None)
            if status == "sent":
                for member in readers:
                    _deliver(db, campaign, member, now, base)
                after = replace(after, sent=int(now), emails_sent=len(readers))
            campaigns.save(db, after)


def flush(store: Store) -> int:
    """Write the missing files of mails; returns their number."""
    with store.transaction() as db:
        rows = db.execute("SELECT id, name, raw FROM mails WHERE written = 0 ORDER BY id")
        waiting = rows.fetchall()
        for row in waiting:
            write_whole(store.mail / row["name"], row["raw"])
            db.execute("UPDATE mails SET written = 1 WHERE id = ?", (row["id"],))
    return len(waiting)


def send_test(
    db: sqlite3.Connection, campaign: Campaign, to: str, now: float, base: str, *, as_html: bool
) -> None:
    """Deliver a copy marked as a test, which is counted nowhere."""
    known = audience.find(db, campaign.list_id, to) if campaign.list_id else None
    reader = Reader(
        email=to,
        unsubscribe=f"{base}/unsubscribe?test=1",
        merge_fields=known.merge_fields if known else {},
    )
    number = _next(db)
    letter = _letter(db, campaign, reader, now, base, f"{campaign.id}.test.{number}")
    letter = replace(letter, subject=f"[Test] {letter.subject}", test=True)
    if not as_html:
        letter = replace(letter, html="")
    _post(db, "test", letter, base, f"{campaign.id}-test-{number}.eml", "")


def send_confirmation(db: sqlite3.Connection, member: Member, now: float, base: str) -> None:
    """Ask a pending member whether the subscription is meant (double opt-in)."""
    home = audience.audience(db, member.list_id)
    link = f"{base}/subscribe/confirm?e={member.token}"
    tags = {"LIST:NAME": home["name"], "LINK": link}
    text = (
        "Please confirm that you want to receive *|LIST:NAME|*:\n\n*|LINK|*\n\n"
        "If this was not you, do nothing: without your confirmation you get no mail.\n"
    )
    markup = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Please confirm</title>'
        "</head><body><p>Please confirm that you want to receive *|LIST:NAME|*.</p>"
        '<p><a href="*|LINK|*">Confirm my subscription</a></p>'
        "<p>If this was not you, do nothing: without your confirmation you get no mail.</p>"
        "</body></html>"
    )
    number = _next(db)
    defaults = home["campaign_defaults"]
    letter = Letter(
        sender=defaults["from_email"],
        sender_name=defaults["from_name"],
        to=member.email,
        to_name="",
        subject=f"{home['name']}: please confirm your subscription",
        text=fill(text, tags),
        html=fill(markup, tags, escape=True),
        at=now,
        identity=f"confirm.{number}.{member.id}",
    )
    _post(db, "confirmation", letter, base, f"confirm-{number}-{member.id}.eml", member.id)


def archive(db: sqlite3.Connection, campaign: Campaign, now: float, base: str) -> str:
    """The campaign as a web page, without a reader's name or links."""
    reader = Reader(email="", unsubscribe=f"{base}/unsubscribe")
    letter = _letter(db, campaign, reader, now, base, campaign.id)
    return letter.html or f"<pre>{html.escape(letter.text)}</pre>"


def _deliver(
    db: sqlite3.Connection, campaign: Campaign, member: Member, now: float, base: str
) -> None:
    reader = Reader(
        email=member.email,
        unsubscribe=f"{base}/unsubscribe?e={member.token}&c={campaign.id}",
        merge_fields=member.merge_fields,
        id=member.id,
    )
    letter = _letter(db, campaign, reader, now, base, f"{campaign.id}.{member.id}")
    _post(db, "issue", letter, base, f"{campaign.id}-{member.id}.eml", member.id)


def _letter(
    db: sqlite3.Connection, campaign: Campaign, reader: Reader, now: float, base: str, identity: str
) -> Letter:
    home = audience.audience(db, campaign.list_id) if campaign.list_id else {}
    tags = values(campaign, home, reader, now, base)
    return Letter(
        sender=tags["LIST:EMAIL"],
        sender_name=fill(campaign.setting("from_name"), tags),
        to=reader.email or "reader@example.com",
        to_name=fill(campaign.setting("to_name"), tags),
        subject=tags["MC:SUBJECT"],
        text=fill(with_text_footer(campaign.plain_text), tags),
        html=fill(with_footer(campaign.html), tags, escape=True),
        at=now,
        identity=identity,
        campaign_id=campaign.id,
        list_id=campaign.list_id,
        list_name=tags["LIST:NAME"],
        unsubscribe=reader.unsubscribe,
    )


def _post(
    db: sqlite3.Connection, kind: str, letter: Letter, base: str, name: str, member_id: str
) -> None:
    columns = "kind, campaign_id, member_id, recipient, subject, at, base, name, raw"
    head = kind, letter.campaign_id, member_id, letter.to, one_line(letter.subject), int(letter.at)
    # OR IGNORE concerns the rule "one issue per reader" only.
    db.execute(
        f"INSERT OR IGNORE INTO mails ({columns}) VALUES (?,?,?,?,?,?,?,?,?)",  # noqa: S608 - ours
        (*head, base, name, build(letter)),
    )


def _next(db: sqlite3.Connection) -> int:
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'mails'").fetchone()
    return int(row["seq"]) + 1 if row else 1
