"""The control interface: each way to fail, what it leaves behind, and that it ends."""

from __future__ import annotations

import http.client
import json
import socket
import time
from typing import Any
from urllib.error import URLError

import pytest

from publish.sandbox import SANDBOX_AUDIENCE, SANDBOX_KEY
from tests.sandbox.conftest import Bench, fetch, problem_of

BROKEN = (URLError, http.client.HTTPException, OSError)
SEND = {"method": "POST", "path": "/3.0/campaigns/*/actions/send"}
SCHEDULE = {"method": "POST", "path": "/3.0/campaigns/*/actions/schedule"}
CREATE = {"method": "POST", "path": "/3.0/campaigns"}


def send(bench: Bench, campaign: str, timeout: float = 20.0) -> Any:
    return fetch(
        "POST",
        f"{bench.base}/3.0/campaigns/{campaign}/actions/send",
        headers={"Authorization": f"Bearer {SANDBOX_KEY}"},
        timeout=timeout,
    )


def test_without_rules_nothing_fails(bench: Bench):
    assert bench.get("/control/faults").json["rules"] == []
    assert send(bench, bench.draft()).status == 204


def test_drop_before_closes_and_nothing_has_happened(bench: Bench):
    campaign = bench.draft()
    bench.fault({"kind": "drop_before", **SEND})
    with pytest.raises(BROKEN):
        send(bench, campaign)
    assert bench.status(campaign) == "save"
    assert bench.mails() == []
    assert send(bench, campaign).status == 204


def test_drop_after_closes_and_it_has_happened(bench: Bench):
    campaign = bench.draft()
    bench.fault({"kind": "drop_after", **SEND})
    with pytest.raises(BROKEN):
        send(bench, campaign)
    assert bench.status(campaign) == "sent"
    assert len(bench.mails()) == 1


def test_late_acts_after_the_client_has_given_up(bench: Bench):
    campaign = bench.draft()
    bench.fault({"kind": "late", "seconds": 90, **SEND})
    with pytest.raises(BROKEN):
        send(bench, campaign, timeout=1)
    assert bench.status(campaign) == "save"
    bench.later(89)
    assert bench.status(campaign) == "save"
    bench.later(1)
    assert bench.status(campaign) == "sent"
    assert len(bench.mails()) == 1
    bench.later(3600)
    assert len(bench.mails()) == 1


def test_late_acts_by_itself_when_its_time_comes(bench: Bench):
    """Nobody has to ask: the sandbox looks at the clock several times a second."""
    campaign = bench.draft()
    bench.fault({"kind": "late", "seconds": 60, **SEND})
    with pytest.raises(BROKEN):
        send(bench, campaign, timeout=1)
    bench.clock.pass_(60)
    deadline = time.monotonic() + 10
    while not bench.mails() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(bench.mails()) == 1


def test_a_late_act_that_is_no_longer_possible_does_nothing(bench: Bench):
    campaign = bench.draft()
    bench.fault({"kind": "late", "seconds": 60, **SEND})
    with pytest.raises(BROKEN):
        send(bench, campaign, timeout=1)
    assert send(bench, campaign).status == 204
    bench.later(60)
    assert len(bench.mails()) == 1


def test_a_late_create_makes_its_draft_later(bench: Bench):
    bench.fault({"kind": "late", "seconds": 60, **CREATE})
    with pytest.raises(BROKEN):
        fetch(
            "POST",
            f"{bench.base}/3.0/campaigns",
            document={"type": "regular", "settings": {"title": "late one"}},
            headers={"Authorization": f"Bearer {SANDBOX_KEY}"},
            timeout=1,
        )
    assert bench.mc.campaigns.list()["total_items"] == 0
    bench.later(60)
    (found,) = bench.mc.campaigns.list()["campaigns"]
    assert found["settings"]["title"] == "late one"
    assert found["create_time"] == "2026-11-24T12:01:00+00:00"


@pytest.mark.parametrize("status", [403, 408, 429, 500, 502, 503])
@pytest.mark.parametrize("body", ["problem", "empty", "html"])
@pytest.mark.parametrize("act", [False, True])
def test_a_status_with_each_body_with_and_without_effect(
    bench: Bench, status: int, body: str, act: bool
):
    campaign = bench.draft()
    bench.fault({"kind": "status", "status": status, "body": body, "act": act, **SEND})
    answer = send(bench, campaign)
    assert answer.status == status
    if body == "empty":
        assert answer.body == b""
        assert answer.headers["Content-Type"] is None
    elif body == "html":
        assert answer.headers["Content-Type"] == "text/html"
        assert answer.heading == "Sorry"
    else:
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        assert answer.json["status"] == status
    assert bench.status(campaign) == ("sent" if act else "save")
    assert len(bench.mails()) == act


def test_an_empty_refusal_looks_like_success_to_the_official_client(bench: Bench):
    """The trap the newsletter must not fall into, as the real service sets it under load."""
    campaign = bench.draft()
    bench.fault({"kind": "status", "status": 429, "body": "empty", **SEND})
    answer = bench.mc.campaigns.send(campaign)
    assert answer.status_code == 429
    assert bench.status(campaign) == "save"


def test_a_refusal_with_a_document_is_raised_by_the_client(bench: Bench):
    bench.fault({"kind": "status", "status": 503, **SEND})
    assert problem_of(bench.mc.campaigns.send, bench.draft())["title"] == "Service Unavailable"


def test_a_truncated_answer_breaks_off_and_the_effect_stays(bench: Bench):
    bench.fault({"kind": "truncated", **CREATE})
    with pytest.raises(BROKEN):
        bench.api("POST", "/campaigns", {"type": "regular", "settings": {"title": "x" * 100}})
    assert bench.mc.campaigns.list()["total_items"] == 1


def test_a_truncated_answer_is_half_of_the_true_one(bench: Bench):
    host, port = bench.base.removeprefix("http://").split(":")

    def respond() -> bytes:
        with socket.create_connection((host, int(port)), timeout=5) as line:
            line.sendall(f"GET /sandbox.css HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            return b"".join(iter(lambda: line.recv(65536), b""))

    whole = respond()
    bench.fault({"kind": "truncated", "path": "/sandbox.css"})
    assert respond() == whole[: len(whole) // 2]


def test_garbage_is_a_success_that_is_no_json(bench: Bench):
    bench.fault({"kind": "garbage", **CREATE})
    answer = bench.api("POST", "/campaigns", {"type": "regular"})
    assert answer.status == 200
    with pytest.raises(ValueError, match=r"delimiter|string|Unterminated"):
        json.loads(answer.body)
    assert bench.mc.campaigns.list()["total_items"] == 1


def test_garbage_may_come_without_the_effect(bench: Bench):
    campaign = bench.draft()
    bench.fault({"kind": "garbage", "act": False, **SEND})
    assert send(bench, campaign).status == 200
    assert bench.status(campaign) == "save"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_leads_elsewhere_and_nothing_has_happened(bench: Bench, status: int):
    campaign = bench.draft()
    rule = {"kind": "redirect", "status": status, "location": "/3.0/ping"}
    bench.fault({**rule, **SEND})
    answer = send(bench, campaign)
    assert answer.status == status
    assert answer.headers["Location"] == "/3.0/ping"
    assert bench.status(campaign) == "save"


def test_a_redirect_fools_the_official_client(bench: Bench):
    campaign = bench.draft()
    bench.fault({"kind": "redirect", "location": "/3.0/ping", **SEND})
    answer = bench.mc.campaigns.send(campaign)
    assert answer == {"health_status": "Everything's Chimpy!"}
    assert bench.status(campaign) == "save"


def test_a_trickle_takes_its_time_byte_by_byte(bench: Bench):
    bench.fault({"kind": "trickle", "seconds": 0.002, "path": "/3.0/ping"})
    begun = time.monotonic()
    assert bench.mc.ping.get() == {"health_status": "Everything's Chimpy!"}
    assert time.monotonic() - begun > 0.3


def test_a_trickle_acts_though_the_client_gives_up(bench: Bench):
    campaign = bench.draft()
    bench.fault({"kind": "trickle", "seconds": 5, **SEND})
    with pytest.raises(BROKEN):
        send(bench, campaign, timeout=1)
    assert bench.status(campaign) == "sent"


def test_closing_the_server_does_not_wait_for_a_trickle(bench: Bench):
    bench.fault({"kind": "trickle", "seconds": 60, "path": "/sandbox.css"})
    with pytest.raises(BROKEN):
        bench.get("/sandbox.css", timeout=0.2)
    begun = time.monotonic()
    bench.server.close()
    assert time.monotonic() - begun < 3


def test_recipients_are_not_ready_for_a_while(bench: Bench):
    bench.fault({"kind": "recipients_lag", "seconds": 20, **CREATE})
    campaign = bench.draft()
    found = bench.mc.campaigns.get(campaign)
    assert found["recipients"]["recipient_count"] == 0
    checklist = bench.mc.campaigns.get_send_checklist(campaign)
    assert checklist["is_ready"] is False
    said = problem_of(bench.mc.campaigns.send, campaign)
    assert said["status"] == 400
    assert "recipients are not ready" in said["detail"]
    bench.later(20)
    assert bench.mc.campaigns.get_send_checklist(campaign)["is_ready"] is True
    assert bench.mc.campaigns.get(campaign)["recipients"]["recipient_count"] == 1
    assert bench.mc.campaigns.send(campaign).status_code == 204


def test_a_new_campaign_is_in_the_list_only_after_a_while(bench: Bench):
    old = bench.draft(title="old")
    bench.fault({"kind": "list_lag", "seconds": 5, **CREATE})
    new = bench.draft(title="new")
    found = bench.mc.campaigns.list()
    assert [c["id"] for c in found["campaigns"]] == [old]
    assert found["total_items"] == 1
    assert bench.mc.campaigns.get(new)["id"] == new
    bench.later(5)
    assert bench.mc.campaigns.list()["total_items"] == 2


def test_a_copy_is_listed_late_too(bench: Bench):
    old = bench.draft()
    bench.fault({"kind": "list_lag", "seconds": 5, "path": "*/actions/replicate"})
    bench.mc.campaigns.replicate(old)
    assert bench.mc.campaigns.list()["total_items"] == 1
    bench.later(5)
    assert bench.mc.campaigns.list()["total_items"] == 2


def test_the_status_lags_behind_a_send(bench: Bench):
    campaign = bench.draft()
    bench.fault({"kind": "status_lag", "seconds": 5, **SEND})
    assert bench.mc.campaigns.send(campaign).status_code == 204
    assert len(bench.mails()) == 1
    found = bench.mc.campaigns.get(campaign)
    assert (found["status"], found["emails_sent"], found["send_time"]) == ("save", 0, "")
    assert bench.mc.campaigns.list(status="save")["total_items"] == 1
    assert bench.mc.campaigns.list(status="sent")["total_items"] == 0
    # What it shows is old; what it does is not.
    assert problem_of(bench.mc.campaigns.send, campaign)["status"] == 400
    bench.later(5)
    found = bench.mc.campaigns.get(campaign)
    assert (found["status"], found["emails_sent"]) == ("sent", 1)
    assert bench.mc.campaigns.list(status="sent")["total_items"] == 1
    assert len(bench.mails()) == 1


def test_the_status_lags_behind_a_schedule(bench: Bench):
    campaign = bench.draft()
    bench.fault({"kind": "status_lag", "seconds": 5, **SCHEDULE})
    bench.mc.campaigns.schedule(campaign, {"schedule_time": "2026-11-24T12:15:00Z"})
    assert bench.status(campaign) == "save"
    bench.later(5)
    assert bench.status(campaign) == "schedule"


def test_on_a_free_plan_scheduling_is_refused_and_sending_is_not(bench: Bench):
    assert bench.mc.root.get_root()["pricing_plan_type"] == "monthly"
    bench.fault({"kind": "free_plan", "times": 0})
    assert bench.mc.root.get_root()["pricing_plan_type"] == "forever_free"
    campaign = bench.draft()
    for _ in range(3):
        at = {"schedule_time": "2026-11-24T12:15:00Z"}
        said = problem_of(bench.mc.campaigns.schedule, campaign, at)
        assert said["status"] == 403
    assert bench.status(campaign) == "save"
    assert bench.mc.campaigns.send(campaign).status_code == 204
    fetch("DELETE", bench.base + "/control/faults")
    assert bench.mc.root.get_root()["pricing_plan_type"] == "monthly"


def test_a_rule_strikes_once_unless_set_otherwise(bench: Bench):
    bench.fault({"kind": "status", "status": 500, "path": "/3.0/ping"})
    assert [bench.api("GET", "/ping").status for _ in range(3)] == [500, 200, 200]


def test_a_rule_strikes_from_the_nth_on_so_many_times(bench: Bench):
    bench.fault({"kind": "status", "status": 500, "path": "/3.0/ping", "nth": 2, "times": 2})
    assert [bench.api("GET", "/ping").status for _ in range(5)] == [200, 500, 500, 200, 200]


def test_times_0_is_for_ever(bench: Bench):
    bench.fault({"kind": "status", "status": 500, "path": "/3.0/ping", "times": 0})
    assert {bench.api("GET", "/ping").status for _ in range(5)} == {500}


def test_a_rule_looks_at_method_and_path(bench: Bench):
    bench.fault({"kind": "status", "status": 500, "method": "PUT", "path": "/3.0/campaigns/*"})
    campaign = bench.draft(content=False)
    assert bench.api("GET", f"/campaigns/{campaign}").status == 200
    assert bench.api("PUT", f"/campaigns/{campaign}/content", {"html": "x"}).status == 500


def test_a_rule_may_look_at_the_query_by_a_pattern(bench: Bench):
    bench.fault({"kind": "status", "status": 500, "regex": r"[?&]offset=1000\b", "times": 0})
    assert bench.api("GET", "/campaigns?offset=0").status == 200
    assert bench.api("GET", "/campaigns?count=1&offset=1000").status == 500


def test_of_two_rules_the_first_decides_and_both_count(bench: Bench):
    bench.fault(
        {"kind": "status", "status": 500, "path": "/3.0/ping"},
        {"kind": "status", "status": 502, "path": "/3.0/ping", "times": 2},
    )
    assert [bench.api("GET", "/ping").status for _ in range(3)] == [500, 502, 200]


def test_lags_and_a_lost_answer_go_together(bench: Bench):
    bench.fault(
        {"kind": "list_lag", "seconds": 30, **CREATE},
        {"kind": "recipients_lag", "seconds": 60, **CREATE},
        {"kind": "drop_after", **CREATE},
    )
    with pytest.raises(BROKEN):
        bench.api(
            "POST",
            "/campaigns",
            {"type": "regular", "recipients": {"list_id": SANDBOX_AUDIENCE}},
        )
    assert bench.mc.campaigns.list()["total_items"] == 0
    bench.later(30)
    (found,) = bench.mc.campaigns.list()["campaigns"]
    assert found["recipients"]["recipient_count"] == 0
    bench.later(30)
    assert bench.mc.campaigns.get(found["id"])["recipients"]["recipient_count"] == 1


def test_rules_hold_for_pages_too(bench: Bench):
    bench.fault({"kind": "status", "status": 503, "body": "html", "path": "/"})
    assert bench.get("/").status == 503
    assert bench.get("/").status == 200


def test_no_rule_can_lock_the_control_interface(bench: Bench):
    bench.fault({"kind": "drop_before", "times": 0})
    with pytest.raises(BROKEN):
        bench.get("/")
    assert bench.get("/control/faults").status == 200
    assert fetch("DELETE", bench.base + "/control/faults").status == 204
    assert bench.get("/").status == 200


def test_rules_add_up_and_show_how_often_they_were_met(bench: Bench):
    bench.fault({"kind": "status", "path": "/3.0/ping", "nth": 9})
    bench.fault({"kind": "garbage", "path": "/nowhere"})
    bench.api("GET", "/ping")
    rules = bench.get("/control/faults").json["rules"]
    assert [(rule["kind"], rule["seen"]) for rule in rules] == [("status", 1), ("garbage", 0)]


def test_the_log_shows_what_was_asked_and_answered(bench: Bench):
    campaign = bench.draft()
    fetch("DELETE", bench.base + "/control/faults")
    bench.fault({"kind": "drop_after", **SEND})
    with pytest.raises(BROKEN):
        send(bench, campaign)
    bench.api("GET", f"/campaigns/{campaign}?fields=id")
    log = bench.get("/control/faults").json["requests"]
    assert [
        (r["method"], r["target"].rpartition("/")[2], r["status"], r["fault"]) for r in log
    ] == [
        ("POST", "send", None, "drop_after"),
        ("GET", f"{campaign}?fields=id", 200, None),
    ]


def test_the_log_does_not_grow_for_ever(bench: Bench):
    from publish.sandbox import control, folder
    from publish.sandbox.request import Request
    from publish.sandbox.state import Store

    with Store(folder(bench.root)).transaction() as db:
        for number in range(control.KEPT + 50):
            control.log(db, Request("GET", f"/{number}"), 0.0, 200, None)
    log = bench.get("/control/faults").json["requests"]
    assert len(log) == control.KEPT
    assert log[0]["target"] == "/50"


def test_clearing_removes_rules_log_and_effects_to_come(bench: Bench):
    campaign = bench.draft()
    bench.fault({"kind": "late", "seconds": 60, **SEND}, {"kind": "status", "times": 0, "nth": 2})
    with pytest.raises(BROKEN):
        send(bench, campaign, timeout=1)
    assert fetch("DELETE", bench.base + "/control/faults").status == 204
    assert bench.get("/control/faults").json == {"rules": [], "requests": []}
    bench.later(60)
    assert bench.status(campaign) == "save"


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"kind": "explode"},
        {"kind": ["late"]},
        {"kind": "late", "second": 3},
        {"kind": "late", "seconds": -1},
        {"kind": "late", "seconds": "3"},
        {"kind": "late", "seconds": True},
        {"kind": "late", "seconds": 1e300},
        {"kind": "late", "nth": 0},
        {"kind": "late", "nth": 1.5},
        {"kind": "late", "times": -1},
        {"kind": "late", "times": None},
        {"kind": "late", "path": 5},
        {"kind": "late", "method": None},
        {"kind": "late", "regex": "("},
        {"kind": "late", "regex": 5},
        {"kind": "status", "status": "500"},
        {"kind": "status", "status": 99},
        {"kind": "status", "status": 600},
        {"kind": "status", "body": "poem"},
        {"kind": "status", "body": ["problem"]},
        {"kind": "status", "act": "yes"},
        {"kind": "redirect", "location": "/\r\nSet-Cookie: a=b"},
        "late",
        None,
        5,
    ],
)
def test_an_impossible_rule_is_refused_and_none_of_its_list_is_kept(bench: Bench, rule: Any):
    answer = bench.post("/control/faults", document=[{"kind": "garbage"}, rule])
    assert answer.status == 400
    assert answer.json["errors"]
    assert bench.get("/control/faults").json["rules"] == []
    assert bench.get("/").status == 200


@pytest.mark.parametrize("body", [{"kind": "late"}, None, 5, "late"])
def test_rules_come_as_a_list(bench: Bench, body: Any):
    data = json.dumps(body).encode()
    assert post_raw(bench, data, "application/json") == 400


def post_raw(bench: Bench, data: bytes, kind: str) -> int:
    host, port = bench.base.removeprefix("http://").split(":")
    line = http.client.HTTPConnection(host, int(port), timeout=10)
    try:
        line.request("POST", "/control/faults", body=data, headers={"Content-Type": kind})
        return line.getresponse().status
    finally:
        line.close()


def test_a_web_page_elsewhere_cannot_set_rules(bench: Bench):
    """Forms and simple requests of other origins cannot have this content type."""
    rules = b'[{"kind": "status", "times": 0}]'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        assert post_raw(bench, rules, kind) == 400
    assert post_raw(bench, b"[", "application/json") == 400
    assert bench.get("/control/faults").json["rules"] == []
    assert post_raw(bench, rules, "application/json; charset=utf-8") == 200


@pytest.mark.parametrize("kind", ["recipients_lag", "list_lag", "status_lag", "sending"])
def test_a_lag_is_not_used_up_by_requests_it_can_do_nothing_to(bench: Bench, kind: str):
    bench.fault({"kind": kind, "seconds": 60, "path": "/3.0/campaigns*"})
    bench.mc.campaigns.list()
    (rule,) = bench.get("/control/faults").json["rules"]
    assert rule["seen"] == 0
    campaign = bench.draft()
    if kind in ("status_lag", "sending"):
        bench.mc.campaigns.send(campaign)
        assert bench.status(campaign) != "sent"
    else:
        listed = bench.mc.campaigns.list()["total_items"]
        ready = bench.mc.campaigns.get_send_checklist(campaign)["is_ready"]
        assert (listed, ready) == ((0, True) if kind == "list_lag" else (1, False))
    (rule,) = bench.get("/control/faults").json["rules"]
    assert rule["seen"] == 1
