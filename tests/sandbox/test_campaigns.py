"""Campaigns as resources: create, read, change, fill with content, check, copy, delete."""

from __future__ import annotations

from typing import Any

import pytest

from publish.sandbox import SANDBOX_AUDIENCE
from tests.sandbox.conftest import HTML, TEXT, Bench, body_of, problem_of


def test_create_answers_200_with_the_whole_campaign(bench: Bench):
    answer = bench.api(
        "POST",
        "/campaigns",
        {
            "type": "regular",
            "recipients": {"list_id": SANDBOX_AUDIENCE},
            "settings": {"subject_line": "Hello", "title": "[pub:00ff]"},
        },
    )
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("application/json")
    made = answer.json
    assert made["status"] == "save"
    assert made["type"] == "regular"
    assert made["create_time"] == "2026-11-24T12:00:00+00:00"
    assert made["send_time"] == ""
    assert made["emails_sent"] == 0
    assert made["settings"]["subject_line"] == "Hello"
    assert made["settings"]["title"] == "[pub:00ff]"
    assert made["recipients"]["list_id"] == SANDBOX_AUDIENCE
    assert made["recipients"]["list_name"] == "Creating Happy Pharmacists"
    assert made["recipients"]["recipient_count"] == 1
    assert made["delivery_status"] == {"enabled": False}
    assert "report_summary" not in made


def test_a_campaign_reads_back_as_it_was_made(bench: Bench):
    made = bench.mc.campaigns.create({"type": "regular", "settings": {"title": "One"}})
    assert bench.mc.campaigns.get(made["id"]) == made


def test_ids_and_numbers_are_never_used_twice(bench: Bench):
    first = bench.mc.campaigns.create({"type": "regular"})
    bench.mc.campaigns.remove(first["id"])
    second = bench.mc.campaigns.create({"type": "regular"})
    assert first["id"] != second["id"]
    assert first["web_id"] < second["web_id"]


@pytest.mark.parametrize("body", [{}, {"type": ""}, {"type": "letter"}, {"type": ["regular"]}])
def test_a_campaign_needs_a_type(bench: Bench, body: dict[str, Any]):
    answer = bench.api("POST", "/campaigns", body)
    assert answer.status == 400
    assert answer.json["errors"][0]["field"] == "type"


@pytest.mark.parametrize("kind", ["absplit", "rss", "variate"])
def test_the_sandbox_says_which_types_it_cannot_send(bench: Bench, kind: str):
    said = problem_of(bench.mc.campaigns.create, {"type": kind})
    assert "sandbox" in said["errors"][0]["message"]


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"subject_line": "x" * 151}, "settings.subject_line"),
        ({"preview_text": "x" * 151}, "settings.preview_text"),
        ({"title": 5}, "settings.title"),
        ({"reply_to": "nobody"}, "settings.reply_to"),
        ({"reply_to": "a@b"}, "settings.reply_to"),
        ({"subject_line": "two\nlines"}, "settings.subject_line"),
        ({"auto_footer": "yes"}, "settings.auto_footer"),
        ({"inline_css": 1}, "settings.inline_css"),
    ],
)
def test_impossible_settings_are_refused_by_name(
    bench: Bench, settings: dict[str, Any], field: str
):
    body = {"type": "regular", "settings": settings}
    said = problem_of(bench.mc.campaigns.create, body)
    assert [error["field"] for error in said["errors"]] == [field]
    assert bench.mc.campaigns.list()["total_items"] == 0


def test_every_wrong_setting_is_named_at_once(bench: Bench):
    body = {"type": "regular", "settings": {"reply_to": "x", "title": 1}}
    errors = problem_of(bench.mc.campaigns.create, body)["errors"]
    assert {error["field"] for error in errors} == {"settings.reply_to", "settings.title"}


def test_a_campaign_for_a_list_that_is_not_there_is_refused(bench: Bench):
    body = {"type": "regular", "recipients": {"list_id": "0123456789"}}
    said = problem_of(bench.mc.campaigns.create, body)
    assert said["errors"][0]["field"] == "recipients.list_id"


@pytest.mark.parametrize(
    "options",
    [
        {"saved_segment_id": 999},
        {"saved_segment_id": [1]},
        {"match": "some"},
        {"conditions": 5},
        {"conditions": ["all"]},
        {"conditions": [{"condition_type": "Geo"}]},
        {"conditions": [{"condition_type": "StaticSegment", "value": [1]}]},
        {"conditions": [{"condition_type": "Interests", "value": "abc"}]},
        "everyone",
    ],
)
def test_a_segment_that_cannot_be_evaluated_is_refused(bench: Bench, options: Any):
    body = {
        "type": "regular",
        "recipients": {"list_id": SANDBOX_AUDIENCE, "segment_opts": options},
    }
    answer = bench.api("POST", "/campaigns", body)
    assert answer.status == 400
    assert answer.json["errors"][0]["field"] == "recipients.segment_opts"


@pytest.mark.parametrize("part", ["recipients", "settings", "tracking"])
def test_a_part_of_a_campaign_must_be_an_object(bench: Bench, part: str):
    answer = bench.api("POST", "/campaigns", {"type": "regular", part: "all"})
    assert answer.status == 400
    assert answer.json["errors"][0]["field"] == part


def test_patch_changes_what_it_names_and_nothing_else(bench: Bench):
    campaign = bench.draft()
    before = bench.mc.campaigns.get(campaign)
    after = bench.mc.campaigns.update(campaign, {"settings": {"subject_line": "A better week"}})
    assert after["settings"]["subject_line"] == "A better week"
    assert after["settings"] | {"subject_line": "A good week"} == before["settings"]
    assert after["recipients"] == before["recipients"]
    assert bench.mc.campaigns.get(campaign) == after
    assert bench.mc.campaigns.get_content(campaign)["html"] == HTML


def test_patch_is_idempotent(bench: Bench):
    campaign = bench.draft()
    body = {"settings": {"subject_line": "A better week", "preview_text": "Six habits"}}
    assert bench.mc.campaigns.update(campaign, body) == bench.mc.campaigns.update(campaign, body)


def test_patch_chooses_another_part_of_the_list(bench: Bench):
    campaign = bench.draft()
    segment = bench.mc.lists.create_segment(SANDBOX_AUDIENCE, {"name": "x", "static_segment": []})
    recipients = {
        "list_id": SANDBOX_AUDIENCE,
        "segment_opts": {"saved_segment_id": segment["id"]},
    }
    after = bench.mc.campaigns.update(campaign, {"recipients": recipients})
    assert after["recipients"]["segment_opts"] == {"saved_segment_id": segment["id"]}
    assert after["recipients"]["recipient_count"] == 0


def test_a_refused_patch_changes_nothing(bench: Bench):
    campaign = bench.draft()
    before = bench.mc.campaigns.get(campaign)
    body = {"settings": {"subject_line": "New", "reply_to": "nobody"}}
    problem_of(bench.mc.campaigns.update, campaign, body)
    assert bench.mc.campaigns.get(campaign) == before


def test_what_has_gone_out_cannot_be_changed(bench: Bench):
    campaign = bench.sent()
    settings = {"settings": {"subject_line": "Too late"}}
    assert problem_of(bench.mc.campaigns.update, campaign, settings)["status"] == 400
    late = {"html": "<p>Too late</p>"}
    assert problem_of(bench.mc.campaigns.set_content, campaign, late)["status"] == 400
    assert "Too late" not in body_of(bench.mail())


def test_content_is_kept_and_shown(bench: Bench):
    campaign = bench.draft(content=False)
    put = bench.mc.campaigns.set_content(campaign, {"html": HTML, "plain_text": TEXT})
    found = bench.mc.campaigns.get_content(campaign)
    assert (found["html"], found["plain_text"]) == (HTML, TEXT)
    assert "A good week" in found["archive_html"]
    assert "*|" not in found["archive_html"]
    assert found == put


def test_content_is_replaced_as_a_whole(bench: Bench):
    campaign = bench.draft()
    bench.mc.campaigns.set_content(campaign, {"html": "<p>Second *|UNSUB|*</p>"})
    found = bench.mc.campaigns.get_content(campaign)
    assert found["html"] == "<p>Second *|UNSUB|*</p>"
    assert found["plain_text"].strip() == "Second *|UNSUB|*"


def test_putting_the_same_content_twice_is_one_content(bench: Bench):
    campaign = bench.draft()
    body = {"html": HTML, "plain_text": TEXT}
    first = bench.mc.campaigns.set_content(campaign, body)
    assert bench.mc.campaigns.set_content(campaign, body) == first
    bench.mc.campaigns.send(campaign)
    assert len(bench.mails()) == 1


def test_html_alone_brings_a_text_made_of_it(bench: Bench):
    campaign = bench.draft(content=False)
    markup = (
        "<html><head><title>No</title><style>p{}</style></head><body><h1>Habits</h1>"
        '<p>Read\nthe  <a href="https://e.example/a">long&nbsp;story</a>.</p><ul><li>One<li>Two'
        "</ul><p>Salt &amp; light<br>*|UNSUB|*</p></body></html>"
    )
    bench.mc.campaigns.set_content(campaign, {"html": markup})
    text = bench.mc.campaigns.get_content(campaign)["plain_text"]
    assert "Habits" in text
    assert "Read the long story (https://e.example/a)." in " ".join(text.split())
    assert "Salt & light\n*|UNSUB|*" in text
    assert "p{}" not in text
    assert "No" not in text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"html": 5}, "html"),
        ({"plain_text": ["a"]}, "plain_text"),
        ({"html": "x" * (2 * 1024 * 1024 + 1)}, "html"),
        ({"url": "https://example.com/"}, "url"),
        ({"template": {"id": 1}}, "template"),
    ],
)
def test_content_the_sandbox_cannot_take_is_refused(bench: Bench, body: dict[str, Any], field: str):
    campaign = bench.draft()
    answer = bench.api("PUT", f"/campaigns/{campaign}/content", body)
    assert answer.status == 400
    assert [error["field"] for error in answer.json["errors"]] == [field]
    assert bench.mc.campaigns.get_content(campaign)["html"] == HTML


def test_a_plain_text_campaign_has_no_html(bench: Bench):
    campaign = bench.mc.campaigns.create(
        {
            "type": "plaintext",
            "recipients": {"list_id": SANDBOX_AUDIENCE},
            "settings": {
                "subject_line": "Plain",
                "from_name": "CHP",
                "reply_to": "hello@happypharmacists.example",
            },
        }
    )["id"]
    bench.mc.campaigns.set_content(campaign, {"plain_text": TEXT, "html": "<p>ignored</p>"})
    assert bench.mc.campaigns.get_content(campaign)["html"] == ""
    bench.mc.campaigns.send(campaign)
    mail = bench.mail()
    assert mail.get_content_type() == "text/plain"
    assert "Dear Demo" in body_of(mail, "plain")
    page = bench.get(f"/archive/{campaign}")
    assert "Dear ," in page.text


def items(found: dict[str, Any]) -> dict[str, str]:
    return {item["heading"]: item["type"] for item in found["items"]}


def test_a_complete_campaign_is_ready(bench: Bench):
    found = bench.mc.campaigns.get_send_checklist(bench.draft())
    assert found["is_ready"] is True
    assert set(items(found).values()) == {"success"}


@pytest.mark.parametrize(
    ("settings", "heading"),
    [
        ({"subject_line": ""}, "Subject"),
        ({"from_name": ""}, "From"),
        ({"reply_to": ""}, "From"),
    ],
)
def test_the_checklist_names_what_is_missing(bench: Bench, settings: dict[str, Any], heading: str):
    campaign = bench.draft(**settings)
    found = bench.mc.campaigns.get_send_checklist(campaign)
    assert found["is_ready"] is False
    assert [name for name, kind in items(found).items() if kind == "error"] == [heading]
    said = problem_of(bench.mc.campaigns.send, campaign)
    assert "not ready" in said["detail"]
    assert bench.status(campaign) == "save"
    assert bench.mails() == []


def test_a_campaign_without_content_is_not_ready(bench: Bench):
    campaign = bench.draft(content=False)
    found = bench.mc.campaigns.get_send_checklist(campaign)
    assert items(found)["Content"] == "error"
    at = {"schedule_time": "2026-11-24T12:15:00Z"}
    assert problem_of(bench.mc.campaigns.schedule, campaign, at)["status"] == 400


def test_a_campaign_without_a_list_is_not_ready(bench: Bench):
    campaign = bench.mc.campaigns.create({"type": "regular"})["id"]
    assert items(bench.mc.campaigns.get_send_checklist(campaign))["Audience"] == "error"


def test_a_campaign_without_a_reader_is_not_ready(bench: Bench):
    bench.mc.lists.delete_list_member(SANDBOX_AUDIENCE, "demo.reader@example.com")
    campaign = bench.draft()
    found = bench.mc.campaigns.get_send_checklist(campaign)
    assert items(found)["Audience"] == "error"


def test_a_scheduled_campaign_that_is_spoilt_comes_back_as_a_draft(bench: Bench):
    campaign = bench.draft()
    bench.mc.campaigns.schedule(campaign, {"schedule_time": "2026-11-24T12:15:00Z"})
    bench.mc.campaigns.update(campaign, {"settings": {"subject_line": ""}})
    bench.later(900)
    assert bench.status(campaign) == "save"
    assert bench.mails() == []


def test_a_test_mail_is_marked_and_counts_nowhere(bench: Bench):
    campaign = bench.draft()
    body = {"test_emails": ["eve@example.com", "bob@example.com"], "send_type": "html"}
    assert bench.mc.campaigns.send_test_email(campaign, body).status_code == 204
    assert bench.status(campaign) == "save"
    assert bench.mc.campaigns.get(campaign)["emails_sent"] == 0
    mail = bench.mail("eve@example.com")
    assert mail["Subject"] == "[Test] A good week"
    assert mail["X-Campaign-Test"] == "yes"
    assert "Dear ," in body_of(mail)
    assert bench.mail("bob@example.com")["Subject"] == mail["Subject"]
    assert bench.mails("demo.reader") == []


def test_a_test_mail_greets_a_reader_of_the_audience(bench: Bench):
    campaign = bench.draft()
    body = {"test_emails": ["demo.reader@example.com"], "send_type": "html"}
    bench.mc.campaigns.send_test_email(campaign, body)
    assert "Dear Demo," in body_of(bench.mail())


def test_a_test_mails_unsubscribe_link_unsubscribes_no_reader(bench: Bench):
    campaign = bench.draft()
    body = {"test_emails": ["demo.reader@example.com"], "send_type": "html"}
    bench.mc.campaigns.send_test_email(campaign, body)
    link = str(bench.mail()["List-Unsubscribe"]).strip("<>")
    assert bench.post(link, form={}).status == 200
    found = bench.mc.lists.get_list_member(SANDBOX_AUDIENCE, "demo.reader@example.com")
    assert found["status"] == "subscribed"


def test_a_test_mail_may_be_text_only(bench: Bench):
    campaign = bench.draft()
    body = {"test_emails": ["eve@example.com"], "send_type": "plaintext"}
    bench.mc.campaigns.send_test_email(campaign, body)
    assert bench.mail("eve@").get_content_type() == "text/plain"


def test_every_test_is_a_mail_of_its_own(bench: Bench):
    campaign = bench.draft()
    body = {"test_emails": ["eve@example.com", "eve@example.com"], "send_type": "html"}
    bench.mc.campaigns.send_test_email(campaign, body)
    bench.mc.campaigns.send_test_email(campaign, body)
    assert len(bench.mails("eve@")) == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"send_type": "html"}, "test_emails"),
        ({"test_emails": [], "send_type": "html"}, "test_emails"),
        ({"test_emails": "eve@example.com", "send_type": "html"}, "test_emails"),
        ({"test_emails": ["eve"], "send_type": "html"}, "test_emails"),
        ({"test_emails": [5], "send_type": "html"}, "test_emails"),
        ({"test_emails": [f"a{n}@example.com" for n in range(51)]}, "test_emails"),
        ({"test_emails": ["eve@example.com"]}, "send_type"),
        ({"test_emails": ["eve@example.com"], "send_type": "pigeon"}, "send_type"),
    ],
)
def test_a_test_needs_addresses_and_a_kind(bench: Bench, body: dict[str, Any], field: str):
    answer = bench.api("POST", f"/campaigns/{bench.draft()}/actions/test", body)
    assert answer.status == 400
    assert answer.json["errors"][0]["field"] == field
    assert bench.mails() == []


def test_there_is_nothing_to_test_without_content(bench: Bench):
    body = {"test_emails": ["eve@example.com"], "send_type": "html"}
    campaign = bench.draft(content=False)
    assert problem_of(bench.mc.campaigns.send_test_email, campaign, body)["status"] == 400


@pytest.mark.parametrize("gone", [False, True])
def test_a_copy_is_a_draft_with_the_same_title_and_content(bench: Bench, gone: bool):
    old = bench.sent() if gone else bench.draft()
    bench.clock.pass_(60)
    copy = bench.mc.campaigns.replicate(old)
    assert copy["id"] != old
    assert copy["status"] == "save"
    assert copy["create_time"] == "2026-11-24T12:01:00+00:00"
    assert copy["settings"] == bench.mc.campaigns.get(old)["settings"]
    assert bench.mc.campaigns.get_content(copy["id"])["html"] == HTML
    assert bench.mc.campaigns.send(copy["id"]).status_code == 204
    assert len(bench.mails()) == (2 if gone else 1)


def test_a_draft_can_be_deleted(bench: Bench):
    campaign = bench.draft()
    assert bench.mc.campaigns.remove(campaign).status_code == 204
    assert problem_of(bench.mc.campaigns.get, campaign)["status"] == 404
    assert problem_of(bench.mc.campaigns.send, campaign)["status"] == 404
    assert problem_of(bench.mc.campaigns.remove, campaign)["status"] == 404
    assert bench.mc.campaigns.list()["total_items"] == 0


def test_a_deleted_schedule_mails_no_reader(bench: Bench):
    campaign = bench.draft()
    bench.mc.campaigns.schedule(campaign, {"schedule_time": "2026-11-24T12:15:00Z"})
    bench.mc.campaigns.remove(campaign)
    bench.later(3600)
    assert bench.mails() == []


def test_what_is_being_sent_cannot_be_deleted(bench: Bench):
    bench.fault({"kind": "sending", "path": "*/actions/send", "seconds": 60})
    campaign = bench.sent()
    assert problem_of(bench.mc.campaigns.remove, campaign)["status"] == 400
    bench.later(60)
    assert bench.mc.campaigns.remove(campaign).status_code == 204
    assert len(bench.mails()) == 1


def test_a_campaign_that_is_not_there_is_a_problem_document(bench: Bench):
    for answer in (
        bench.api("GET", "/campaigns/0123456789"),
        bench.api("PATCH", "/campaigns/0123456789", {}),
        bench.api("GET", "/campaigns/0123456789/content"),
        bench.api("PUT", "/campaigns/0123456789/content", {"html": "x"}),
        bench.api("GET", "/campaigns/0123456789/send-checklist"),
        bench.api("POST", "/campaigns/0123456789/actions/send"),
        bench.api("POST", "/campaigns/0123456789/actions/schedule", {"schedule_time": "x"}),
        bench.api("POST", "/campaigns/0123456789/actions/unschedule"),
        bench.api("POST", "/campaigns/0123456789/actions/replicate"),
        bench.api("GET", "/reports/0123456789"),
    ):
        assert answer.status == 404
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert set(answer.json) >= {"type", "title", "status", "detail", "instance"}


def test_a_report_exists_once_the_campaign_has_gone_out(bench: Bench):
    campaign = bench.draft()
    assert problem_of(bench.mc.reports.get_campaign_report, campaign)["status"] == 404
    bench.mc.campaigns.send(campaign)
    report = bench.mc.reports.get_campaign_report(campaign)
    assert report["emails_sent"] == 1
    assert report["campaign_title"] == "A good week [pub:00112233445566778899]"
    assert report["subject_line"] == "A good week"
    assert report["send_time"] == "2026-11-24T12:00:00+00:00"
    assert report["unsubscribed"] == 0
    assert report["opens"]["unique_opens"] == 0
    assert report["clicks"]["unique_subscriber_clicks"] == 0
    assert report["bounces"] == {"hard_bounces": 0, "soft_bounces": 0, "syntax_errors": 0}
    assert report["delivery_status"]["status"] == "delivered"


def test_a_sent_campaign_carries_the_summary_of_its_report(bench: Bench):
    campaign = bench.sent()
    assert bench.mc.campaigns.get(campaign)["report_summary"]["opens"] == 0


def test_fields_reduce_one_campaign_too(bench: Bench):
    campaign = bench.draft()
    found = bench.mc.campaigns.get(campaign, fields=["id", "settings.title"])
    assert found == {
        "id": campaign,
        "settings": {"title": "A good week [pub:00112233445566778899]"},
    }
