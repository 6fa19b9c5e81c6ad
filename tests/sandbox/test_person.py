"""A person at work in Mailchimp's web interface meanwhile, played through the ordinary API."""

from __future__ import annotations

from tests.sandbox.conftest import Bench, body_of, problem_of

AT = {"schedule_time": "2026-11-24T12:15:00Z"}


def test_who_edits_a_draft_changes_what_goes_out(bench: Bench):
    campaign = bench.draft()
    bench.mc.campaigns.update(campaign, {"settings": {"subject_line": "By hand"}})
    bench.mc.campaigns.set_content(campaign, {"html": "<p>By hand *|UNSUB|*</p>"})
    bench.mc.campaigns.send(campaign)
    assert bench.mail()["Subject"] == "By hand"
    assert "By hand" in body_of(bench.mail())


def test_who_renames_a_draft_takes_the_key_away(bench: Bench):
    campaign = bench.draft()
    bench.mc.campaigns.update(campaign, {"settings": {"title": "My own title"}})
    (found,) = bench.mc.campaigns.list()["campaigns"]
    assert found["settings"]["title"] == "My own title"


def test_who_sends_first_leaves_nothing_to_send(bench: Bench):
    campaign = bench.draft()
    bench.api("POST", f"/campaigns/{campaign}/actions/send")
    assert problem_of(bench.mc.campaigns.send, campaign)["status"] == 400
    assert problem_of(bench.mc.campaigns.schedule, campaign, AT)["status"] == 400
    assert len(bench.mails()) == 1


def test_who_schedules_first_decides_the_moment(bench: Bench):
    campaign = bench.draft()
    bench.api("POST", f"/campaigns/{campaign}/actions/schedule", AT)
    assert problem_of(bench.mc.campaigns.send, campaign)["status"] == 400
    bench.later(900)
    assert bench.status(campaign) == "sent"
    assert len(bench.mails()) == 1


def test_who_takes_a_scheduled_campaign_back_stops_it(bench: Bench):
    campaign = bench.draft()
    bench.mc.campaigns.schedule(campaign, AT)
    bench.api("POST", f"/campaigns/{campaign}/actions/unschedule")
    bench.later(900)
    assert bench.status(campaign) == "save"
    assert bench.mails() == []


def test_who_deletes_a_scheduled_campaign_stops_it(bench: Bench):
    campaign = bench.draft()
    bench.mc.campaigns.schedule(campaign, AT)
    assert bench.api("DELETE", f"/campaigns/{campaign}").status == 204
    bench.later(900)
    assert problem_of(bench.mc.campaigns.get, campaign)["status"] == 404
    assert bench.mails() == []


def test_who_replicates_a_sent_campaign_copies_the_key(bench: Bench):
    campaign = bench.sent()
    copy = bench.mc.campaigns.replicate(campaign)
    both = bench.mc.campaigns.list()["campaigns"]
    assert {c["id"] for c in both} == {campaign, copy["id"]}
    assert len({c["settings"]["title"] for c in both}) == 1
    assert {c["id"]: c["status"] for c in both} == {campaign: "sent", copy["id"]: "save"}


def test_who_sends_the_copy_doubles_the_issue_and_the_inbox_shows_it(bench: Bench):
    """The stand-in hides no mistake: two campaigns of one issue are two mails."""
    copy = bench.mc.campaigns.replicate(bench.sent())
    bench.mc.campaigns.send(copy["id"])
    assert len(bench.mails()) == 2
    assert len(bench.get("/").page.xpath("//main//li")) == 2


def test_who_deletes_a_sent_campaign_unsends_nothing(bench: Bench):
    campaign = bench.sent()
    bench.api("DELETE", f"/campaigns/{campaign}")
    assert len(bench.mails()) == 1
    assert bench.get("/mail/1").status == 200
    assert bench.get(f"/archive/{campaign}").status == 404
