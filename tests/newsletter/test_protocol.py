"""Each decision of the protocol by itself: the state, and the step that follows."""

from __future__ import annotations

import ast
import dis
import inspect
import sys
from dataclasses import replace
from datetime import UTC, datetime
from types import CodeType

import pytest

from publish.errors import Exit
from publish.newsletter import protocol as p
from publish.newsletter.campaign import Campaign, Segment
from publish.newsletter.facts import IssueState, OpenSend, OpenWrite, Replacing

KEY, LIST = "ab12" * 5, "5a4db0c5e1"
TERMS = p.SendRequest(KEY, LIST, Segment(), None, settle=20, barrier=2)


def draft(name: str = "c1", **changes: object) -> Campaign:
    base = Campaign(name, "save", f"x [pub:{KEY}]", "2026-01-01T00:00:00+00:00", LIST, {})
    return replace(base, **changes)  # type: ignore[arg-type]


def listed(*campaigns: Campaign, **changes: object) -> p.State:
    return replace(p.State(now=100.0, listing=campaigns, listed_at=99.0), **changes)  # type: ignore[arg-type]


HELD = f"x [held] [pub:{KEY}]"
READY = {"prepared": "c1", "prepared_at": 90.0, "ready": True, "ready_at": 95.0}
TRIED = IssueState(intent={}, tried="c1")

HOUR = datetime.fromtimestamp(2000, UTC)
SOON = datetime.fromtimestamp(300, UTC)
AT = replace(TERMS, at=HOUR, digest="new")


def tried(at: float) -> IssueState:
    return replace(TRIED, tries=(OpenSend("c1", at),))


def replacing(at: float = 99.0, *, acted: bool = False) -> IssueState:
    begun = Replacing("c1", HOUR.isoformat(), "new", at, acted=acted)
    return replace(TRIED, replacing=begun)


def scheduled(hour: datetime = HOUR) -> Campaign:
    return draft(status="schedule", send_time=hour.isoformat())


STEPS: list[tuple[str, p.State, p.SendRequest, object]] = [
    ("done is done", p.State(1.0, IssueState(done="c9", status="sent")), TERMS, p.Finish),
    ("nothing known", p.State(1.0), TERMS, p.ListCampaigns()),
    ("none there", listed(), TERMS, p.Create()),
    ("sent by anyone", listed(draft(status="sent")), TERMS, p.Finish),
    ("sent beats drafts", listed(draft("c0"), draft("c2", status="schedule")), TERMS, p.Finish),
    ("a draft", listed(draft()), TERMS, p.ReadCampaign("c1")),
    ("a draft looked at", listed(draft(), looked=draft()), TERMS, p.Prepare("c1")),
    (
        "the oldest",
        listed(draft("c2", create_time="2026-01-02"), draft()),
        TERMS,
        p.ReadCampaign("c1"),
    ),
    ("another's issue", listed(draft(title="[pub:ff]")), TERMS, p.Create()),
    ("prepared", listed(draft(), prepared="c1"), TERMS, p.Check("c1")),
    ("not ready yet", listed(draft(), prepared="c1", prepared_at=99.0, ready=False), TERMS, p.Wait),
    ("never ready", listed(draft(), prepared="c1", prepared_at=-99.0, ready=False), TERMS, p.Stop),
    ("listed too early", listed(draft(), **READY | {"ready_at": 99.5}), TERMS, p.ListCampaigns()),
    ("last look", listed(draft(), **READY), TERMS, p.ReadCampaign("c1")),
    ("go", listed(draft(), **READY, looked=draft()), TERMS, p.PostSend("c1")),
    ("sent meanwhile", listed(draft(), **READY, looked=draft(status="sending")), TERMS, p.Finish),
    ("renamed", listed(draft(), **READY, looked=draft(title="x")), TERMS, p.Stop),
    ("other list", listed(draft(), **READY, looked=draft(list_id="ff")), TERMS, p.Stop),
    (
        "other segment",
        listed(draft(), **READY, looked=draft(segment={"saved_segment_id": 3})),
        TERMS,
        p.Stop,
    ),
    (
        "too late to schedule",
        listed(draft(), **READY, looked=draft()),
        replace(TERMS, at=datetime.fromtimestamp(99, UTC)),
        p.Stop,
    ),
    ("deleted, never tried", listed(draft(), looked=p.Deleted), TERMS, p.Wait),
    ("deleted again and again", listed(draft(), looked=p.Deleted, trouble=4), TERMS, p.Stop),
    ("deleted after a try", listed(past=TRIED, looked=p.Deleted), TERMS, p.Stop),
    ("tried, refused, not listed", listed(past=TRIED), TERMS, p.ReadCampaign("c1")),
    ("answer lost", listed(past=tried(99.0)), TERMS, p.ReadCampaign("c1")),
    (
        "lost, still a draft",
        listed(past=tried(99.0), looked=draft()),
        TERMS,
        p.Wait,
    ),
    (
        "lost, window over",
        listed(past=tried(70.0), looked=draft()),
        TERMS,
        p.RecordNoEffect("c1"),
    ),
    (
        "lost, and gone out",
        listed(past=tried(99.0), looked=draft(status="sent")),
        TERMS,
        p.Finish,
    ),
    ("lost, and deleted", listed(past=tried(1.0), looked=p.Deleted), TERMS, p.Stop),
    ("create unanswered", listed(past=IssueState(creates=(("r", 95.0),))), TERMS, p.Wait),
    ("create long unanswered", listed(past=IssueState(creates=(("r", 70.0),))), TERMS, p.Create()),
    (
        "own draft not listed",
        listed(past=IssueState(made=(("c1", 99.0),)), made_here="c1"),
        TERMS,
        p.Wait,
    ),
    (
        "own draft never listed",
        listed(past=IssueState(made=(("c1", 1.0),)), made_here="c1"),
        TERMS,
        p.Create(),
    ),
    ("barrier", listed(draft(), made_here="c1", seen_at=99.0), TERMS, p.Wait),
    ("barrier over", listed(draft(), made_here="c1", seen_at=90.0), TERMS, p.ReadCampaign("c1")),
    ("create in trouble", listed(trouble=4), TERMS, p.Stop),
    ("too many drafts made", listed(creates=4), TERMS, p.Stop),
    ("create after a pause", listed(wait=1.0), TERMS, p.Wait),
    ("send after a pause", listed(draft(), wait=1.0), TERMS, p.Wait),
    ("too many sends", listed(draft(), posts=4), TERMS, p.Stop),
    ("writes in trouble", listed(draft(), trouble=4), TERMS, p.Stop),
    # Taken back.
    ("held by the ledger", listed(draft(), past=IssueState(held=True)), TERMS, p.HELD),
    ("held by its title", listed(draft(title=HELD)), TERMS, p.HELD),
    ("held, and named", listed(draft(title=HELD)), replace(TERMS, lift=True), p.ReadCampaign("c1")),
    ("held while one looked", listed(draft(), looked=draft(title=HELD)), TERMS, p.HELD),
    ("held at the last look", listed(draft(), **READY, looked=draft(title=HELD)), AT, p.HELD),
    # Other words for a scheduled letter.
    ("replace", listed(past=replacing()), AT, p.ReadCampaign("c1")),
    ("replace, scheduled", listed(past=replacing(), looked=scheduled()), AT, p.Unschedule("c1")),
    ("replace, too near", listed(past=replacing(), looked=scheduled(SOON)), AT, p.Finish),
    (
        "replace, hour unknown",
        listed(past=replacing(), looked=draft(status="schedule")),
        AT,
        p.Unschedule("c1"),
    ),
    ("replace, gone out", listed(past=replacing(), looked=draft(status="sending")), AT, p.Finish),
    ("replace, deleted", listed(past=replacing(), looked=p.Deleted), AT, p.Stop),
    (
        "unscheduled, not shown yet",
        listed(past=replacing(), looked=scheduled(), withdrawals=1, withdrawn=True),
        AT,
        p.Wait,
    ),
    (
        "unschedule never acted",
        listed(past=replacing(70.0), looked=scheduled(), withdrawals=1),
        AT,
        p.Unschedule("c1"),
    ),
    (
        "unschedule refused for now",
        listed(past=replacing(70.0), looked=scheduled(), withdrawals=1, wait=1.0),
        AT,
        p.Wait,
    ),
    (
        "unschedule given up",
        listed(past=replacing(70.0), looked=scheduled(), withdrawals=4),
        AT,
        p.Stop,
    ),
    ("unschedule may act late", listed(past=replacing(), looked=draft()), AT, p.Wait),
    ("a draft again", listed(past=replacing(70.0), looked=draft()), AT, p.Prepare("c1")),
    (
        "a draft by its answer",
        listed(past=replacing(), looked=draft(), withdrawn=True),
        AT,
        p.Prepare("c1"),
    ),
    (
        "listed late as scheduled",
        listed(scheduled(), past=replacing(70.0), looked=draft()),
        AT,
        p.Prepare("c1"),
    ),
    (
        "other words on their way",
        listed(past=replace(replacing(70.0), wrote=OpenWrite("old", 99.0)), looked=draft()),
        AT,
        p.Wait,
    ),
    (
        "the same words on their way",
        listed(past=replace(replacing(70.0), wrote=OpenWrite("new", 99.0)), looked=draft()),
        AT,
        p.Prepare("c1"),
    ),
    (
        "other words long ago",
        listed(past=replace(replacing(70.0), wrote=OpenWrite("old", 70.0)), looked=draft()),
        AT,
        p.Prepare("c1"),
    ),
    (
        "another's order may act late",
        listed(draft(), past=IssueState(orders=(("a", 99.0),)), **READY, looked=draft()),
        AT,
        p.Wait,
    ),
    (
        "another's order, long ago",
        listed(draft(), past=IssueState(orders=(("a", 70.0),)), **READY, looked=draft()),
        AT,
        p.PostSend("c1"),
    ),
    (
        "its own order, answered",
        listed(draft(), past=IssueState(orders=(("a", 99.0),)), **READY, looked=draft(), run="a"),
        AT,
        p.PostSend("c1"),
    ),
    (
        "another's order, and now",
        listed(draft(), past=IssueState(orders=(("a", 99.0),)), **READY, looked=draft()),
        TERMS,
        p.PostSend("c1"),
    ),
    ("replaced and scheduled", listed(scheduled(), past=replacing(acted=True)), AT, p.Finish),
    (
        "replace, its hour has passed",
        listed(past=replacing(70.0), **READY, looked=draft()),
        replace(AT, at=datetime.fromtimestamp(99, UTC)),
        p.Hold,
    ),
    (
        "replace, not scheduled again",
        listed(past=replacing(acted=True), looked=draft(), denied=True, posts=4),
        AT,
        p.Hold,
    ),
]


@pytest.mark.parametrize(("name", "view", "terms", "step"), STEPS, ids=[s[0] for s in STEPS])
def test_the_step_that_follows(name: str, view: p.State, terms: p.SendRequest, step: object):
    found = p.next_step(view, terms)
    assert found == step or (isinstance(step, type) and isinstance(found, step)), found


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("never ready", Exit.NOTHING_SENT),
        ("renamed", Exit.REFUSED),
        ("other list", Exit.REFUSED),
        ("too late to schedule", Exit.NOTHING_SENT),
        ("deleted after a try", Exit.UNKNOWN),
        ("lost, and deleted", Exit.UNKNOWN),
        ("create in trouble", Exit.NOTHING_SENT),
    ],
)
def test_a_halt_says_the_truth_and_the_next_step(name: str, code: Exit):
    view, terms = next((s[1], s[2]) for s in STEPS if s[0] == name)
    halt = p.next_step(view, terms)
    assert isinstance(halt, p.Stop)
    assert halt.code is code
    assert halt.message
    assert halt.remedy


def test_a_wait_is_never_endless_nor_none():
    for _, view, terms, _ in STEPS:
        step = p.next_step(view, terms)
        if isinstance(step, p.Wait):
            assert 0 < step.seconds <= terms.settle
            assert step.why or view.wait


def test_these_cases_run_every_line_of_the_protocol():
    codes: list[CodeType] = []

    def gather(code: CodeType) -> None:
        codes.append(code)
        for inner in code.co_consts:
            if isinstance(inner, CodeType):
                gather(inner)

    for _, function in inspect.getmembers(p, inspect.isfunction):
        if function.__module__ == p.__name__:
            gather(function.__code__)
    seen: set[tuple[str, int]] = set()

    def trace(frame, event, argument):
        if frame.f_code in codes:
            seen.add((frame.f_code.co_name, frame.f_lineno))
            return trace
        return None

    old = sys.gettrace()
    sys.settrace(trace)
    try:
        for _, view, terms, _ in STEPS:
            p.next_step(view, terms)
        assert p.hour_of("no time") is None
    finally:
        sys.settrace(old)
    want = {
        (code.co_name, line)
        for code in codes
        for _, line in dis.findlinestarts(code)
        if line is not None and line != code.co_firstlineno
    }
    assert want - seen == set()


def test_the_protocol_has_no_clock_and_no_effects():
    tree = ast.parse(inspect.getsource(p))
    imported = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= {
        "__future__",
        "dataclasses",
        "datetime",
        "typing",
        "publish.errors",
        "publish.newsletter.campaign",
        "publish.newsletter.facts",
    }
    assert "now()" not in inspect.getsource(p)
