"""A campaign's life over the API: which states there are, and which steps lead where."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.sandbox.conftest import NOON, Bench, problem_of


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(NOON + seconds, UTC).isoformat()


def test_a_new_campaign_is_a_draft(bench: Bench):
    assert bench.status(bench.draft()) == "save"


def test_send_answers_204_and_the_campaign_is_sent(bench: Bench):
    campaign = bench.draft()
    answer = bench.mc.campaigns.send(campaign)
    assert (answer.status_code, answer.content, answer.history) == (204, b"", [])
    found = bench.mc.campaigns.get(campaign)
    assert (found["status"], found["emails_sent"]) == ("sent", 1)
    assert found["send_time"] == moment(0)


def test_a_slow_send_is_sending_first(bench: Bench):
    bench.fault({"kind": "sending", "path": "*/actions/send", "seconds": 60})
    campaign = bench.sent()
    assert bench.status(campaign) == "sending"
    assert bench.mails() == []
    bench.later(59)
    assert bench.status(campaign) == "sending"
    bench.later(1)
    assert bench.status(campaign) == "sent"
    assert len(bench.mails()) == 1


def test_a_second_send_is_refused_and_mails_nobody(bench: Bench):
    campaign = bench.sent()
    assert problem_of(bench.mc.campaigns.send, campaign)["status"] == 400
    assert len(bench.mails()) == 1


def test_a_campaign_being_sent_can_be_canceled_and_then_mails_nobody(bench: Bench):
    bench.fault({"kind": "sending", "path": "*/actions/send", "seconds": 60})
    campaign = bench.sent()
    assert bench.mc.campaigns.cancel_send(campaign).status_code == 204
    bench.later(3600)
    assert bench.status(campaign) == "canceled"
    assert bench.mails() == []
    assert problem_of(bench.mc.campaigns.send, campaign)["status"] == 400


@pytest.mark.parametrize("minutes", [15, 30, 45, 60, 24 * 60])
def test_a_campaign_is_scheduled_for_a_quarter_hour_and_goes_out_then(bench: Bench, minutes: int):
    campaign = bench.draft()
    at = moment(minutes * 60)
    assert bench.mc.campaigns.schedule(campaign, {"schedule_time": at}).status_code == 204
    found = bench.mc.campaigns.get(campaign)
    assert (found["status"], found["send_time"]) == ("schedule", at)
    bench.later(minutes * 60 - 1)
    assert bench.status(campaign) == "schedule"
    assert bench.mails() == []
    bench.later(1)
    found = bench.mc.campaigns.get(campaign)
    assert (found["status"], found["send_time"]) == ("sent", at)
    assert len(bench.mails()) == 1


@pytest.mark.parametrize("seconds", [60, 14 * 60, 15 * 60 + 1, 16 * 60, -15 * 60, 0])
def test_no_other_moment_can_be_scheduled(bench: Bench, seconds: int):
    campaign = bench.draft()
    said = problem_of(bench.mc.campaigns.schedule, campaign, {"schedule_time": moment(seconds)})
    assert said["status"] == 400
    assert [error["field"] for error in said["errors"]] == ["schedule_time"]
    assert bench.status(campaign) == "save"


@pytest.mark.parametrize("written", ["2026-11-24T12:15:00Z", "2026-11-24T07:15:00-05:00"])
def test_a_moment_may_be_written_in_any_offset(bench: Bench, written: str):
    campaign = bench.draft()
    bench.mc.campaigns.schedule(campaign, {"schedule_time": written})
    assert bench.mc.campaigns.get(campaign)["send_time"] == moment(15 * 60)


@pytest.mark.parametrize("body", [{}, {"schedule_time": "soon"}, {"schedule_time": None}])
def test_a_moment_must_be_a_moment(bench: Bench, body: dict[str, object]):
    answer = bench.api("POST", f"/campaigns/{bench.draft()}/actions/schedule", body)
    assert answer.status == 400
    assert answer.json["errors"][0]["field"] == "schedule_time"


def test_unschedule_makes_a_draft_of_it_that_stays(bench: Bench):
    campaign = bench.draft()
    bench.mc.campaigns.schedule(campaign, {"schedule_time": moment(900)})
    assert bench.mc.campaigns.unschedule(campaign).status_code == 204
    bench.later(3600)
    found = bench.mc.campaigns.get(campaign)
    assert (found["status"], found["send_time"]) == ("save", "")
    assert bench.mails() == []
    assert bench.mc.campaigns.send(campaign).status_code == 204


def test_only_what_is_scheduled_can_be_unscheduled(bench: Bench):
    assert problem_of(bench.mc.campaigns.unschedule, bench.draft())["status"] == 400
    assert problem_of(bench.mc.campaigns.unschedule, bench.sent())["status"] == 400


def test_only_what_is_being_sent_can_be_canceled(bench: Bench):
    assert problem_of(bench.mc.campaigns.cancel_send, bench.draft())["status"] == 400
    assert problem_of(bench.mc.campaigns.cancel_send, bench.sent())["status"] == 400


def test_what_is_scheduled_is_neither_scheduled_nor_sent_again(bench: Bench):
    campaign = bench.draft()
    again = {"schedule_time": moment(900)}
    bench.mc.campaigns.schedule(campaign, again)
    assert problem_of(bench.mc.campaigns.schedule, campaign, again)["status"] == 400
    assert problem_of(bench.mc.campaigns.send, campaign)["status"] == 400
    bench.later(900)
    assert len(bench.mails()) == 1
