"""A campaign's life over the API: which states there are, and which steps lead where."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from publish import sandbox
from publish.sandbox import state_machine
from publish.sandbox.campaigns import Campaign
from publish.sandbox.problem import Problem
from tests.sandbox.conftest import NOON, Bench, Clock, client_of, problem_of


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


def test_a_second_send_is_refused_and_mails_no_reader(bench: Bench):
    campaign = bench.sent()
    assert problem_of(bench.mc.campaigns.send, campaign)["status"] == 400
    assert len(bench.mails()) == 1


def test_a_campaign_being_sent_can_be_canceled_and_then_mails_no_reader(bench: Bench):
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


def test_a_scheduled_campaign_can_be_paused_and_resumed(bench: Bench):
    campaign = bench.draft()
    bench.mc.campaigns.schedule(campaign, {"schedule_time": moment(900)})
    assert bench.mc.campaigns.pause(campaign).status_code == 204
    bench.later(600)
    assert bench.status(campaign) == "paused"
    assert bench.mc.campaigns.resume(campaign).status_code == 204
    assert bench.status(campaign) == "schedule"
    bench.later(300)
    assert bench.status(campaign) == "sent"
    assert len(bench.mails()) == 1


def test_a_paused_campaign_mails_no_reader_until_it_is_resumed(bench: Bench):
    campaign = bench.draft()
    bench.mc.campaigns.schedule(campaign, {"schedule_time": moment(900)})
    bench.mc.campaigns.pause(campaign)
    bench.later(3600)
    found = bench.mc.campaigns.get(campaign)
    assert (found["status"], found["send_time"]) == ("paused", moment(900))
    assert bench.mc.campaigns.list(status="paused")["total_items"] == 1
    assert problem_of(bench.mc.campaigns.send, campaign)["status"] == 400
    assert bench.mails() == []
    bench.mc.campaigns.resume(campaign)
    assert bench.status(campaign) == "sent"
    assert len(bench.mails()) == 1


def test_only_what_is_scheduled_can_be_paused_and_only_what_is_paused_resumed(bench: Bench):
    campaign = bench.draft()
    assert problem_of(bench.mc.campaigns.pause, campaign)["status"] == 400
    assert problem_of(bench.mc.campaigns.resume, campaign)["status"] == 400
    assert problem_of(bench.mc.campaigns.pause, bench.sent())["status"] == 400


# The rules themselves, without a server.

READY = Campaign(
    type="regular",
    created=0,
    list_id="0123456789",
    settings={
        "subject_line": "A good week",
        "from_name": "CHP",
        "reply_to": "hello@happypharmacists.example",
    },
    html="<p>Words</p>",
)
STATUSES = ("save", "paused", "schedule", "sending", "sent", "canceled")


def test_the_checklist_of_a_complete_campaign_has_four_good_lines():
    lines = state_machine.checklist(READY, 3, 0)
    assert [line["heading"] for line in lines] == ["Audience", "Subject", "From", "Content"]
    assert {line["type"] for line in lines} == {"success"}
    assert lines[0]["details"] == "3 recipients."


@pytest.mark.parametrize(
    ("change", "readers", "details"),
    [
        ({"list_id": ""}, 3, "No list is chosen."),
        ({"counted": 1}, 3, "The recipients are not ready: they are still being counted."),
        ({}, 0, "No subscribed reader would receive this campaign."),
        ({"settings": {**READY.settings, "subject_line": ""}}, 3, "The subject line is empty."),
        ({"settings": {**READY.settings, "from_name": ""}}, 3, "The sender is incomplete."),
        ({"settings": {**READY.settings, "reply_to": ""}}, 3, "The sender is incomplete."),
        ({"html": ""}, 3, "No content."),
    ],
)
def test_each_thing_missing_is_one_line_and_stops_the_send(
    change: dict[str, Any], readers: int, details: str
):
    campaign = replace(READY, **change)
    assert state_machine.faults(campaign, readers, 0) == [details]
    with pytest.raises(Problem, match=details.partition(":")[0]) as caught:
        state_machine.require_ready(campaign, readers, 0, "send")
    assert caught.value.status == 400
    assert state_machine.when_due(replace(campaign, status="schedule"), readers, 0) == "save"


@pytest.mark.parametrize("status", STATUSES)
def test_only_a_draft_may_be_sent_or_scheduled(status: str):
    campaign = replace(READY, status=status)
    if status == "save":
        state_machine.require_ready(campaign, 3, 0, "send")
        return
    with pytest.raises(Problem, match=status):
        state_machine.require_ready(campaign, 3, 0, "send")


@pytest.mark.parametrize("status", STATUSES)
def test_only_what_has_not_begun_to_go_out_may_be_changed(status: str):
    if status in ("save", "paused", "schedule"):
        state_machine.require_editable(status)
        return
    with pytest.raises(Problem, match="cannot be changed"):
        state_machine.require_editable(status)


def test_when_its_moment_comes_a_campaign_goes_one_step_on():
    assert state_machine.when_due(replace(READY, status="schedule"), 3, 0) == "sending"
    assert state_machine.when_due(replace(READY, status="sending"), 3, 0) == "sent"
    # What has begun to go out is not stopped by an edit.
    assert state_machine.when_due(replace(READY, status="sending", settings={}), 3, 0) == "sent"


@given(st.integers(0, 2**33), st.integers(-10_000, 10_000))
def test_a_moment_is_good_exactly_on_a_quarter_to_come(now: int, ahead: int):
    at = now + ahead
    minute, second = divmod(at % 3600, 60)
    good = second == 0 and minute in (0, 15, 30, 45) and ahead > 0
    if good:
        state_machine.check_schedule(at, now)
        return
    with pytest.raises(Problem) as caught:
        state_machine.check_schedule(at, now)
    assert [field for field, _ in caught.value.errors] == ["schedule_time"]


class Life(RuleBasedStateMachine):
    """Any order of steps on one campaign: no mail twice, and none from what never went out.

    The model knows only what a person would: whether it was let go, and when.
    """

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.clock = Clock()
        self.server = sandbox.start(Path(self.folder.name), clock=self.clock, register=False)
        mc = client_of(self.server.base_url)
        self.bench = Bench(Path(self.folder.name), self.server, self.clock, mc)
        self.campaign = self.bench.draft()
        self.model, self.due = "save", 0.0

    def teardown(self) -> None:
        if hasattr(self, "server"):
            self.server.close()
            self.folder.cleanup()

    def step(self, action: str, allowed: str, after: str, document: Any = None) -> None:
        path = f"/campaigns/{self.campaign}/actions/{action}"
        answer = self.bench.api("POST", path, document)
        assert answer.status == (204 if self.model == allowed else 400)
        if self.model == allowed:
            self.model = after
        self.pass_due()

    def pass_due(self) -> None:
        if self.model == "schedule" and self.due <= self.clock():
            self.model = "sent"

    @rule()
    def send(self) -> None:
        self.step("send", "save", "sent")

    @rule(quarters=st.integers(1, 4))
    def schedule(self, quarters: int) -> None:
        at = (self.clock() // 900 + quarters) * 900
        if self.model == "save":
            self.due = at
        body = {"schedule_time": datetime.fromtimestamp(at, UTC).isoformat()}
        self.step("schedule", "save", "schedule", body)

    @rule()
    def unschedule(self) -> None:
        self.step("unschedule", "schedule", "save")

    @rule()
    def pause(self) -> None:
        self.step("pause", "schedule", "paused")

    @rule()
    def resume(self) -> None:
        self.step("resume", "paused", "schedule")

    @rule()
    def cancel(self) -> None:
        self.step("cancel-send", "sending", "canceled")

    @rule(minutes=st.integers(1, 40))
    def wait(self, minutes: int) -> None:
        self.bench.later(minutes * 60)
        self.pass_due()

    @rule()
    def edit(self) -> None:
        answer = self.bench.api("PATCH", f"/campaigns/{self.campaign}", {"settings": {}})
        assert answer.status == (400 if self.model == "sent" else 200)

    @invariant()
    def agrees(self) -> None:
        if hasattr(self, "bench"):
            assert self.bench.status(self.campaign) == self.model
            assert len(self.bench.mails()) == (self.model == "sent")


Life.TestCase.settings = settings(
    max_examples=25, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
TestLife = Life.TestCase
