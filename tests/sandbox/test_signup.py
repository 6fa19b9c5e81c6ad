"""Signing up and leaving as a reader does it: forms, mails, links, buttons. No script."""

from __future__ import annotations

from typing import Any
from urllib.parse import urljoin

import pytest

from publish import sandbox
from publish.sandbox import SANDBOX_AUDIENCE, SANDBOX_U
from tests.sandbox.conftest import Answer, Bench, body_of, link_in, problem_of

TRAP = f"b_{SANDBOX_U}_{SANDBOX_AUDIENCE}"
ANA = "ana@example.com"


def sign_up(bench: Bench, email: str = ANA, **fields: str) -> Answer:
    return bench.post(sandbox.signup_path(), form={"EMAIL": email, TRAP: "", **fields})


def press(bench: Bench, url: str) -> Answer:
    """Open a page and press its only button."""
    page = bench.get(url)
    assert page.status == 200
    (form,) = page.page.forms
    assert form.method == "POST"
    assert len(form.findall(".//button")) == 1
    action = urljoin(bench.at(url), form.action or bench.at(url))
    return bench.post(action, form=dict(form.form_values()))


def status_of(bench: Bench, email: str = ANA) -> str:
    return str(bench.mc.lists.get_list_member(SANDBOX_AUDIENCE, email)["status"])


def join(bench: Bench, email: str = ANA) -> None:
    """The whole way in."""
    sign_up(bench, email)
    newest = bench.mails(email, "confirm")[-1]
    assert press(bench, link_in(newest, "Confirm")).heading == "You are subscribed"


def test_the_form_can_be_posted_as_a_site_does_it(bench: Bench):
    page = sign_up(bench)
    assert page.status == 200
    assert "confirm" in page.heading
    assert ANA in page.text


def test_nothing_happens_before_the_reader_confirms(bench: Bench):
    sign_up(bench)
    assert status_of(bench) == "pending"
    campaign = bench.sent()
    assert bench.mc.campaigns.get(campaign)["emails_sent"] == 1
    assert [mail["X-Campaign"] for mail in bench.mails(ANA)] == [None]


def test_the_confirmation_mail_asks_and_explains(bench: Bench):
    sign_up(bench)
    mail = bench.mail(ANA)
    assert mail["Subject"] == "Creating Happy Pharmacists: please confirm your subscription"
    assert mail["From"].addresses[0].addr_spec == "hello@happypharmacists.example"
    assert link_in(mail, "Confirm") in body_of(mail, "plain")
    assert "do nothing" in body_of(mail)


def test_looking_at_the_link_confirms_nothing(bench: Bench):
    """Mail filters open every link; only the button counts."""
    sign_up(bench)
    link = link_in(bench.mail(ANA), "Confirm")
    assert "Confirm" in bench.get(link).heading
    assert status_of(bench) == "pending"


def test_the_button_subscribes(bench: Bench):
    sign_up(bench)
    page = press(bench, link_in(bench.mail(ANA), "Confirm"))
    assert page.heading == "You are subscribed"
    found = bench.mc.lists.get_list_member(SANDBOX_AUDIENCE, ANA)
    assert found["status"] == "subscribed"
    assert found["timestamp_opt"] == "2026-11-24T12:00:00+00:00"
    assert found["source"] == "Hosted Signup Form"
    campaign = bench.sent()
    assert bench.mc.campaigns.get(campaign)["emails_sent"] == 2


def test_confirming_twice_is_confirming_once(bench: Bench):
    sign_up(bench)
    link = link_in(bench.mail(ANA), "Confirm")
    press(bench, link)
    before = bench.mc.lists.get_list_member(SANDBOX_AUDIENCE, ANA)
    bench.clock.pass_(60)
    assert bench.post(link, form={}).heading == "You are subscribed"
    assert bench.get(link).heading == "You are subscribed"
    assert bench.mc.lists.get_list_member(SANDBOX_AUDIENCE, ANA) == before


def test_signing_up_again_while_waiting_sends_the_mail_again(bench: Bench):
    sign_up(bench)
    sign_up(bench)
    first, second = bench.mails(ANA)
    assert first["Message-ID"] != second["Message-ID"]
    press(bench, link_in(second, "Confirm"))
    assert status_of(bench) == "subscribed"


def test_who_is_subscribed_is_reported_so_and_gets_no_mail(bench: Bench):
    join(bench)
    assert sign_up(bench).heading == "You are already subscribed"
    assert sign_up(bench, "ANA@example.com").heading == "You are already subscribed"
    assert len(bench.mails(ANA)) == 1
    assert status_of(bench) == "subscribed"


def test_a_robot_that_fills_the_trap_gets_the_same_page_and_nothing_happens(bench: Bench):
    person = sign_up(bench)
    robot = sign_up(bench, "robot@example.com", **{TRAP: "x"})
    assert (robot.status, robot.heading) == (person.status, person.heading)
    answer = bench.api("GET", f"/lists/{SANDBOX_AUDIENCE}/members/robot@example.com")
    assert answer.status == 404
    assert bench.mails("robot@") == []


@pytest.mark.parametrize(
    "email",
    [
        "",
        " ",
        "ana",
        "ana@",
        "@example.com",
        "a b@example.com",
        "ana@example",
        "a@b..com",
        "ana@example.com\r\nBcc: eve@example.com",
        "<ana@example.com>",
        "x" * 250 + "@example.com",
    ],
)
def test_an_address_that_is_none_brings_the_form_back(bench: Bench, email: str):
    page = sign_up(bench, email)
    assert page.status == 400
    (form,) = page.page.forms
    assert form.fields["EMAIL"].split() == email.split()
    assert page.page.xpath("//*[@role='alert']")
    field = page.page.xpath("//input[@name='EMAIL']")[0]
    assert field.get("aria-invalid") == "true"
    assert page.page.get_element_by_id(field.get("aria-describedby")) is not None
    assert bench.mails() == []


def test_spaces_round_an_address_do_no_harm(bench: Bench):
    sign_up(bench, f"  {ANA} ")
    assert status_of(bench) == "pending"


def test_what_a_reader_types_is_text_on_the_page(bench: Bench):
    page = sign_up(bench, '"><script>alert(1)</script>')
    assert "<script" not in page.text


def test_names_are_taken_along(bench: Bench):
    sign_up(bench, FNAME="Ana", LNAME="Reader", EVIL="1")
    found = bench.mc.lists.get_list_member(SANDBOX_AUDIENCE, ANA)
    assert found["merge_fields"] == {"FNAME": "Ana", "LNAME": "Reader"}
    assert found["full_name"] == "Ana Reader"


@pytest.mark.parametrize("path", [sandbox.signup_path(), "/subscribe?" + "x=1"])
def test_the_form_is_a_page_too(bench: Bench, path: str):
    page = bench.get(path)
    if "x=1" in path:
        assert page.status == 404
        return
    (form,) = page.page.forms
    assert urljoin(bench.base, form.action) == bench.base + sandbox.signup_path()
    assert set(form.fields) == {"EMAIL", TRAP}
    label = page.page.xpath("//label[@for='email']")
    assert label
    trap = page.page.xpath(f"//input[@name='{TRAP}']")[0]
    assert trap.get("tabindex") == "-1"
    assert "onclick" not in page.text
    assert "<script" not in page.text


def test_the_form_fills_in_an_address_it_is_given(bench: Bench):
    page = bench.get(f"/subscribe?u={SANDBOX_U}&id={SANDBOX_AUDIENCE}&EMAIL={ANA}")
    (form,) = page.page.forms
    assert form.fields["EMAIL"] == ANA


@pytest.mark.parametrize(
    "query", ["", f"u={SANDBOX_U}", f"id={SANDBOX_AUDIENCE}", f"u={SANDBOX_U}&id=0123456789"]
)
def test_a_form_of_no_audience_is_not_found(bench: Bench, query: str):
    answer = bench.post(f"/subscribe/post?{query}", form={"EMAIL": ANA})
    assert answer.status == 404
    assert answer.heading == "Not found"


@pytest.mark.parametrize("token", ["", "x", "0" * 20, "%27%20OR%201=1"])
def test_an_unknown_confirmation_is_not_found(bench: Bench, token: str):
    for answer in (
        bench.get(f"/subscribe/confirm?e={token}"),
        bench.post(f"/subscribe/confirm?e={token}", form={}),
        bench.get(f"/unsubscribe?e={token}"),
        bench.post(f"/unsubscribe?e={token}", form={}),
    ):
        assert answer.status == 404


def leave(bench: Bench, to: str = "demo.reader@example.com") -> Answer:
    return press(bench, link_in(bench.mails(to)[-1], "Unsubscribe"))


def test_looking_at_the_unsubscribe_link_changes_nothing(bench: Bench):
    bench.sent()
    page = bench.get(link_in(bench.mail(), "Unsubscribe"))
    assert page.heading == "Unsubscribe?"
    assert "demo.reader@example.com" in page.text
    assert status_of(bench, "demo.reader@example.com") == "subscribed"


def test_the_button_unsubscribes_and_no_further_issue_comes(bench: Bench):
    bench.reader(ANA)
    bench.sent()
    page = leave(bench)
    assert page.status == 200
    assert "unsubscribed" in page.heading
    bench.sent(subject_line="The next")
    assert len(bench.mails("demo.reader")) == 1
    assert len(bench.mails(ANA)) == 2


def test_a_mail_programs_one_click_unsubscribes(bench: Bench):
    bench.sent()
    link = str(bench.mail()["List-Unsubscribe"]).strip("<>")
    answer = bench.post(link, form={"List-Unsubscribe": "One-Click"})
    assert answer.status == 200
    assert status_of(bench, "demo.reader@example.com") == "unsubscribed"


def test_leaving_twice_is_leaving_once(bench: Bench):
    campaign = bench.sent()
    leave(bench)
    link = link_in(bench.mail(), "Unsubscribe")
    assert "unsubscribed" in bench.get(link).heading
    assert "unsubscribed" in bench.post(link, form={}).heading
    assert bench.mc.reports.get_campaign_report(campaign)["unsubscribed"] == 1


def test_the_report_counts_who_left_through_that_campaign(bench: Bench):
    bench.reader(ANA)
    first, second = bench.sent(), bench.sent(subject_line="Second")
    mails = [m for m in bench.mails(ANA) if m["X-Campaign"] == second]
    press(bench, link_in(mails[0], "Unsubscribe"))
    assert bench.mc.reports.get_campaign_report(first)["unsubscribed"] == 0
    assert bench.mc.reports.get_campaign_report(second)["unsubscribed"] == 1


def test_leaving_before_the_moment_keeps_a_scheduled_issue_away(bench: Bench):
    bench.reader(ANA)
    bench.sent()
    campaign = bench.draft(subject_line="Second")
    bench.mc.campaigns.schedule(campaign, {"schedule_time": "2026-11-24T12:15:00Z"})
    leave(bench, ANA)
    bench.later(900)
    assert len(bench.mails(ANA)) == 1


def test_only_the_reader_can_bring_the_reader_back(bench: Bench):
    bench.sent()
    leave(bench)
    demo = "demo.reader@example.com"
    update: Any = bench.mc.lists.update_list_member
    said = problem_of(update, SANDBOX_AUDIENCE, demo, {"status": "subscribed"})
    assert said["title"] == "Member In Compliance State"
    join(bench, demo)
    assert status_of(bench, demo) == "subscribed"


def test_a_reader_who_comes_back_can_leave_and_come_back_again(bench: Bench):
    join(bench)
    for number in range(2):
        bench.sent(subject_line=f"Issue {number}")
        newest = [m for m in bench.mails(ANA) if m["Subject"] == f"Issue {number}"]
        press(bench, link_in(newest[0], "Unsubscribe"))
        assert status_of(bench) == "unsubscribed"
        join(bench)
        assert status_of(bench) == "subscribed"


def test_the_archives_unsubscribe_link_leads_to_an_explanation(bench: Bench):
    campaign = bench.sent()
    page = bench.get(f"/archive/{campaign}").page
    (link,) = [a.get("href") for a in page.iter("a") if a.text == "Unsubscribe"]
    assert "sample" in bench.get(link).heading
    assert "sample" in bench.post(link, form={}).heading


def test_every_page_forbids_scripts_and_foreign_frames(bench: Bench):
    bench.sent()
    for path in ("/", "/mail/1", sandbox.signup_path(), "/unsubscribe", "/nowhere"):
        policy = bench.get(path).headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "frame-ancestors 'none'" in policy
