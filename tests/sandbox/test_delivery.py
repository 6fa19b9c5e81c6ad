"""What lands in a mailbox: one mail a reader a campaign, well-formed, with tags filled in."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish import sandbox
from publish.sandbox import SANDBOX_AUDIENCE
from publish.sandbox.message import Letter, build, one_line
from tests.sandbox.conftest import HTML, TEXT, Bench, body_of, link_in

LINE = "Creating Happy Pharmacists, 1 Example Street, Springfield, NY 10001, US"


def test_every_subscribed_reader_gets_one_mail(bench: Bench):
    for name in ("ana", "bob", "eve"):
        bench.reader(f"{name}@example.com")
    campaign = bench.sent()
    assert sorted(str(mail["To"]) for mail in bench.mails()) == [
        "ana@example.com",
        "bob@example.com",
        "demo.reader@example.com",
        "eve@example.com",
    ]
    assert bench.mc.campaigns.get(campaign)["emails_sent"] == 4
    bench.later(24 * 3600)
    assert len(bench.mails()) == 4


@pytest.mark.parametrize("status", ["unsubscribed", "cleaned", "pending", "transactional"])
def test_no_other_reader_gets_one(bench: Bench, status: str):
    bench.mc.lists.add_list_member(
        SANDBOX_AUDIENCE, {"email_address": "ana@example.com", "status": status}
    )
    campaign = bench.sent()
    assert [m for m in bench.mails("ana@") if m["X-Campaign"]] == []
    assert bench.mc.campaigns.get(campaign)["emails_sent"] == 1


def test_who_subscribes_after_the_send_gets_nothing_of_it(bench: Bench):
    bench.sent()
    bench.reader("late@example.com")
    bench.later(3600)
    assert bench.mails("late@") == []


def test_who_subscribes_before_the_moment_gets_the_scheduled_issue(bench: Bench):
    campaign = bench.draft()
    bench.mc.campaigns.schedule(campaign, {"schedule_time": "2026-11-24T12:15:00Z"})
    bench.reader("intime@example.com")
    bench.later(900)
    assert len(bench.mails("intime@")) == 1


def test_a_second_campaign_is_a_second_mail(bench: Bench):
    first, second = bench.sent(), bench.sent(subject_line="Another")
    assert {mail["X-Campaign"] for mail in bench.mails()} == {first, second}


def test_the_mail_is_html_and_text_with_all_its_headers(bench: Bench):
    campaign = bench.sent(to_name="*|FNAME|* *|LNAME|*")
    mail = bench.mail()
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail["From"] == "Creating Happy Pharmacists <hello@happypharmacists.example>"
    assert mail["Reply-To"] == mail["From"]
    assert mail["To"] == "Demo Reader <demo.reader@example.com>"
    assert mail["Subject"] == "A good week"
    assert mail["Date"].datetime.isoformat() == "2026-11-24T12:00:00+00:00"
    assert mail["X-Campaign"] == campaign
    assert re.fullmatch(r"<[\w.]+@sandbox\.invalid>", mail["Message-ID"])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"<{SANDBOX_AUDIENCE}." in mail["List-ID"]


def test_the_unsubscribe_header_is_the_bare_address_in_the_file_itself(bench: Bench):
    """A folded or encoded address is one that mail programs do not find."""
    bench.sent()
    (file,) = (sandbox.folder(bench.root) / "mail").glob("*.eml")
    found = re.search(rb"^List-Unsubscribe: <(http://[^\s>]+)>\r\n", file.read_bytes(), re.M)
    assert found
    assert found.group(1).decode() == link_in(bench.mail(), "Unsubscribe")


def test_lines_of_the_file_end_as_the_standard_says(bench: Bench):
    bench.sent()
    (file,) = (sandbox.folder(bench.root) / "mail").glob("*.eml")
    data = file.read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")
    assert max(map(len, data.split(b"\r\n"))) <= 998


def test_each_readers_tags_are_filled_in(bench: Bench):
    bench.reader("ana@example.com", FNAME="Ana")
    campaign = bench.sent()
    for name, to in (("Demo", "demo.reader@example.com"), ("Ana", "ana@example.com")):
        mail = bench.mail(to)
        markup, text = body_of(mail), body_of(mail, "plain")
        assert "*|" not in markup + text
        assert f"Dear {name}," in markup
        assert f"Dear {name}," in text
        assert "<title>A good week</title>" in markup
        assert '<p hidden="">Five small habits</p>' in markup
        assert LINE in markup
        assert LINE in text
        assert link_in(mail, "this") == f"{bench.base}/archive/{campaign}"
        assert f"read {bench.base}/archive/{campaign}" in text


def test_every_reader_has_an_unsubscribe_link_of_their_own(bench: Bench):
    bench.reader("ana@example.com")
    bench.sent()
    links = {str(mail["List-Unsubscribe"]) for mail in bench.mails()}
    assert len(links) == 2


def test_the_subject_and_the_preview_may_greet_too(bench: Bench):
    bench.sent(subject_line="*|FNAME|*, a good week", preview_text="For *|FNAME|*")
    mail = bench.mail()
    assert mail["Subject"] == "Demo, a good week"
    assert "<title>Demo, a good week</title>" in body_of(mail)
    assert "For Demo" in body_of(mail)


def test_a_value_is_text_not_markup(bench: Bench):
    bench.reader("ana@example.com", FNAME="<b>Ana</b> & co")
    bench.sent(subject_line="Salt & <light>")
    mail = bench.mail("ana@")
    assert "Dear &lt;b&gt;Ana&lt;/b&gt; &amp; co," in body_of(mail)
    assert "Dear <b>Ana</b> & co," in body_of(mail, "plain")
    assert "<title>Salt &amp; &lt;light&gt;</title>" in body_of(mail)
    assert mail["Subject"] == "Salt & <light>"


def test_a_value_that_looks_like_a_tag_is_not_executed(bench: Bench):
    bench.reader("ana@example.com", FNAME="*|UNSUB|*")
    bench.sent()
    assert "Dear *|UNSUB|*," in body_of(bench.mail("ana@"))


def test_an_authors_tag_is_executed_as_mailchimp_would(bench: Bench):
    """The sandbox must not forgive what the real one does not."""
    campaign = bench.draft(content=False)
    html = "<p>Write *|FNAME|* to greet, *|EMAIL|* to leak.</p>*|UNSUB|*"
    bench.mc.campaigns.set_content(campaign, {"html": html})
    bench.mc.campaigns.send(campaign)
    assert "Write Demo to greet, demo.reader@example.com to leak." in body_of(bench.mail())


@pytest.mark.parametrize(
    "harmless", ["*<!-- -->|FNAME|<!-- -->*", "%2A%7CFNAME%7C%2A", "*\u2060|FNAME|\u2060*"]
)
def test_a_neutralised_tag_stays(bench: Bench, harmless: str):
    campaign = bench.draft(content=False)
    bench.mc.campaigns.set_content(campaign, {"html": f"<p>{harmless}</p>*|UNSUB|*"})
    bench.mc.campaigns.send(campaign)
    assert harmless in body_of(bench.mail())


def test_an_unknown_tag_stays_so_that_it_shows(bench: Bench):
    campaign = bench.draft(content=False)
    bench.mc.campaigns.set_content(campaign, {"html": "<p>*|FNAMEE|*</p>*|UNSUB|*"})
    bench.mc.campaigns.send(campaign)
    assert "*|FNAMEE|*" in body_of(bench.mail())


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        ("EMAIL", "demo.reader@example.com"),
        ("LNAME", "Reader"),
        ("CURRENT_YEAR", "2026"),
        ("MC:DATE", "11/24/2026"),
        ("LIST:NAME", "Creating Happy Pharmacists"),
        ("LIST:COMPANY", "Creating Happy Pharmacists"),
        ("LIST:ADDRESSLINE", LINE),
        ("LIST:EMAIL", "hello@happypharmacists.example"),
        ("LIST:UID", SANDBOX_AUDIENCE),
        ("REWARDS", ""),
    ],
)
def test_the_common_tags_have_values(bench: Bench, tag: str, value: str):
    campaign = bench.draft(content=False)
    html = f"<p>[*|{tag}|*]</p>*|UNSUB|*"
    bench.mc.campaigns.set_content(campaign, {"html": html, "plain_text": f"[*|{tag}|*]"})
    bench.mc.campaigns.send(campaign)
    assert f"[{value}]" in body_of(bench.mail())
    assert f"[{value}]" in body_of(bench.mail(), "plain")


def test_a_mail_that_cannot_be_left_gets_a_footer(bench: Bench):
    campaign = bench.draft(content=False)
    bare = {"html": "<html><body><p>Hi</p></body></html>", "plain_text": "Hi"}
    bench.mc.campaigns.set_content(campaign, bare)
    bench.mc.campaigns.send(campaign)
    mail = bench.mail()
    assert "/unsubscribe?e=" in link_in(mail, "Unsubscribe from this list")
    assert body_of(mail).rstrip().endswith("</p></body></html>")
    assert LINE in body_of(mail)
    assert "/unsubscribe?e=" in body_of(mail, "plain")
    assert LINE in body_of(mail, "plain")


def test_a_mail_with_its_own_link_gets_none(bench: Bench):
    bench.sent()
    assert "Unsubscribe from this list" not in body_of(bench.mail())
    assert body_of(bench.mail()).count("/unsubscribe?") == 1
    assert body_of(bench.mail(), "plain").count("/unsubscribe?") == 1


def test_a_tag_that_an_inliner_has_escaped_is_dead_and_shows_as_a_footer(bench: Bench):
    campaign = bench.draft(content=False)
    html = '<body><a href="*%7CUNSUB%7C*">Unsubscribe</a></body>'
    bench.mc.campaigns.set_content(campaign, {"html": html})
    bench.mc.campaigns.send(campaign)
    assert "*%7CUNSUB%7C*" in body_of(bench.mail())
    assert "Unsubscribe from this list" in body_of(bench.mail())


def test_words_of_every_language_arrive(bench: Bench):
    words = "Grüße · 薬剤師 · صيدلي · 💊"
    campaign = bench.draft(content=False, subject_line=words, from_name=words)
    body = {"html": f"<p>{words}</p>*|UNSUB|*", "plain_text": f"{words} *|UNSUB|*"}
    bench.mc.campaigns.set_content(campaign, body)
    bench.mc.campaigns.send(campaign)
    mail = bench.mail()
    assert mail["Subject"] == words
    assert mail["From"].addresses[0].display_name == words
    assert words in body_of(mail)
    assert words in body_of(mail, "plain")


def test_very_long_lines_and_leading_dots_arrive_unchanged(bench: Bench):
    long = "word " * 2000 + "\n.\n..\nFrom here\n" + "x" * 3000
    campaign = bench.draft(content=False)
    body = {"html": f"<p>{long}</p>*|UNSUB|*", "plain_text": f"{long}\n*|UNSUB|*"}
    bench.mc.campaigns.set_content(campaign, body)
    bench.mc.campaigns.send(campaign)
    assert long in body_of(bench.mail())
    assert long in body_of(bench.mail(), "plain")


def test_the_archive_page_belongs_to_no_reader(bench: Bench):
    campaign = bench.sent()
    page = bench.get(f"/archive/{campaign}")
    assert page.status == 200
    assert "Dear ," in page.text
    assert "demo.reader" not in page.text
    assert "/unsubscribe?e=" not in page.text
    assert "*|" not in page.text
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_the_archive_has_the_date_of_the_issue(bench: Bench):
    campaign = bench.draft(content=False)
    bench.mc.campaigns.set_content(campaign, {"html": "<p>*|MC:DATE|*</p>*|UNSUB|*"})
    bench.mc.campaigns.send(campaign)
    bench.later(40 * 24 * 3600)
    assert "11/24/2026" in bench.get(f"/archive/{campaign}").text


def test_an_archive_that_is_not_there_is_a_page_that_says_so(bench: Bench):
    page = bench.get("/archive/0123456789")
    assert page.status == 404
    assert page.heading == "Not found"


def test_a_readers_own_segment_is_all_that_gets_the_mail(bench: Bench):
    for name in ("ana", "bob", "eve"):
        bench.reader(f"{name}@example.com")
    lists = bench.mc.lists
    members = ["ana@example.com", "eve@example.com"]
    segment = lists.create_segment(SANDBOX_AUDIENCE, {"name": "A", "static_segment": members})
    campaign = bench.draft()
    recipients = {
        "list_id": SANDBOX_AUDIENCE,
        "segment_opts": {"saved_segment_id": segment["id"]},
    }
    bench.mc.campaigns.update(campaign, {"recipients": recipients})
    bench.mc.campaigns.send(campaign)
    assert sorted(str(mail["To"]) for mail in bench.mails()) == members
    assert bench.mc.campaigns.get(campaign)["emails_sent"] == 2


def letter(**changes: object) -> Letter:
    plain = {
        "sender": "a@example.com",
        "sender_name": "A",
        "to": "b@example.com",
        "to_name": "B",
        "subject": "S",
        "text": "t",
        "html": "<p>t</p>",
        "at": 0.0,
        "identity": "c.d",
    }
    return Letter(**{**plain, **changes})  # type: ignore[arg-type]


def test_the_same_letter_gives_the_same_bytes():
    assert build(letter()) == build(letter())
    assert build(letter()) != build(letter(identity="c.e"))


def test_a_mail_outside_any_list_has_no_list_headers():
    mail = message_from_bytes(build(letter()), policy=default)
    assert not [name for name in mail if name.lower().startswith("list-")]


@settings(max_examples=150, deadline=None)
@given(
    subject=st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
    name=st.text(st.characters(exclude_categories=["Cs"]), max_size=120),
)
def test_no_subject_and_no_name_can_break_a_header(subject: str, name: str):
    raw = build(
        letter(
            subject=subject,
            sender_name=name,
            to_name=name,
            list_name=name,
            unsubscribe="http://127.0.0.1:1/unsubscribe?e=1",
        )
    )
    mail = message_from_bytes(raw, policy=default)
    assert set(mail.keys()) == {
        "List-Unsubscribe",
        "From",
        "Reply-To",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "List-Unsubscribe-Post",
        "List-ID",
        "MIME-Version",
        "Content-Type",
    }
    assert mail["From"].addresses[0].addr_spec == "a@example.com"
    assert mail["To"].addresses[0].addr_spec == "b@example.com"
    assert len(mail["To"].addresses) == 1
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\r\nBcc: x@example.com", "a Bcc: x@example.com"),
        ("a\u2028b\x00c\x85d", "a b c d"),
        ("  wide   words ", "wide words"),
        ("", ""),
    ],
)
def test_a_header_is_one_line(text: str, line: str):
    assert one_line(text) == line


def test_the_drafts_used_here_hold_the_tags_an_issue_needs():
    for tag in ("UNSUB", "LIST:ADDRESSLINE", "ARCHIVE", "FNAME"):
        assert f"*|{tag}|*" in HTML
        assert f"*|{tag}|*" in TEXT
