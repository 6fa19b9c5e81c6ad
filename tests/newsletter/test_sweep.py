"""Each request of a send, with each fault, ledger kept and deleted: once in the end.

Real sockets, the real client, the real sandbox. After the faulty run the same command runs again
until it says that the issue is out; then exactly one mail lies in the reader's box.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from publish import sandbox
from publish.errors import Exit, PublishError
from publish.newsletter import schedule
from publish.newsletter.account import Limits, Sender
from publish.newsletter.catalogue import catalogue
from publish.newsletter.ledger import Ledger
from publish.newsletter.mailchimp import Mailchimp
from publish.newsletter.protocol import SendRequest
from publish.newsletter.service import Service
from publish.post.issue import Issue, digest_of
from tests.fakes.world import an_issue, terms
from tests.newsletter.stand import HASTY, PATIENT, Hours, account, control, deliveries

Request = tuple[str, str, int]
"""Method, path, which of its kind."""
# Every request a send makes, in its order.
REQUESTS: list[Request] = [
    ("GET", "/3.0/campaigns", 1),
    ("POST", "/3.0/campaigns", 1),
    ("GET", "/3.0/campaigns/[0-9a-f]*", 1),
    ("PATCH", "/3.0/campaigns/*", 1),
    ("PUT", "/3.0/campaigns/*/content", 1),
    ("GET", "/3.0/campaigns/*/send-checklist", 1),
    ("GET", "/3.0/campaigns/[0-9a-f]*", 3),  # the checklist fits the pattern too
    ("POST", "/3.0/campaigns/*/actions/send", 1),
]
FAULTS = [
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "late", "seconds": 90},
    {"kind": "truncated"},
    {"kind": "garbage"},
    {"kind": "redirect", "status": 302, "location": "/3.0/ping"},
    {"kind": "redirect", "status": 307, "location": "/3.0/ping"},
    {"kind": "trickle", "seconds": 0.05},
    *(
        {"kind": "status", "status": status, "body": body}
        for status in (403, 408, 429, 500, 502, 503)
        for body in ("empty", "problem", "html")
    ),
    {"kind": "status", "status": 500, "body": "empty", "act": True},
    {"kind": "status", "status": 503, "body": "problem", "act": True},
]
BODIES = {
    403: ("problem", "html"), 408: ("html",), 429: ("problem",), 500: ("empty",), 502: ("problem",),
    503: ("html",),
}  # fmt: skip
"""The bodies of each status after which the ledger is lost, too: what a run writes down and does
next follows from the status, and from the body only whether a 403 is in Mailchimp's own words."""
# A replace reads and unschedules first; then it writes and schedules as a send does.
REPLACING: list[Request] = [
    ("GET", "/3.0/campaigns/[0-9a-f]*", 1),
    ("POST", "/3.0/campaigns/*/actions/unschedule", 1),
    ("GET", "/3.0/campaigns/[0-9a-f]*", 2),
    ("PATCH", "/3.0/campaigns/*", 1),
    ("PUT", "/3.0/campaigns/*/content", 1),
    ("GET", "/3.0/campaigns/*/send-checklist", 1),
    ("POST", "/3.0/campaigns/*/actions/schedule", 1),
]
HARD = [fault for fault in FAULTS if fault.get("status") not in (408, 502) or fault.get("act")]
ISSUE = an_issue()
CHANGED = replace(
    ISSUE,
    html="<p>Changed *|UNSUB|*</p>",
    text="Changed *|UNSUB|*",
    digest=digest_of("Calm", "Be calm", "<p>Changed *|UNSUB|*</p>", "Changed *|UNSUB|*"),
)


def named(request: Request) -> str:
    return f"{request[0]} {request[1].rpartition('/')[2]} {request[2]}"


def sender(
    root: Path, base: str, hours: Hours, limits: Limits, issue: Issue = ISSUE, **more: Any
) -> Service:
    """What a `send` of one machine does with Mailchimp."""
    api = Mailchimp(account(base, limits), sleep=lambda seconds: None)
    who = Sender("Stand", "stand@example.com")
    ledger, request = Ledger(root / "ledger"), how(limits, **more)
    return Service(api, ledger, who, issue, request, clock=hours.now, sleep=hours.sleep)


def how(limits: Limits = PATIENT, **more: Any) -> SendRequest:
    return terms(
        ISSUE,
        list_id=sandbox.SANDBOX_AUDIENCE,
        settle=limits.settle,
        barrier=limits.barrier,
        **more,
    )


@contextmanager
def serving(root: Path) -> Iterator[tuple[str, Hours]]:
    """A sandbox, and the clock that it shares with its clients."""
    hours = Hours()
    with sandbox.start(root, register=False, clock=hours.now) as server:
        hours.server = server
        # As long as one has the state open, SQLite does not tidy up after each request.
        with closing(sqlite3.connect(root / ".publish/sandbox/state.sqlite3")) as state:
            state.execute("SELECT count(*) FROM meta").fetchone()
            yield server.base_url, hours


def ledger_lost(fault: dict[str, Any]) -> tuple[bool, ...]:
    """Kept, and where that is another history also lost before the next run."""
    again = fault["kind"] == "status" and "act" not in fault
    return (False,) if again and fault["body"] not in BODIES[fault["status"]] else (False, True)


def limits_under(fault: dict[str, Any]) -> tuple[Limits, Limits]:
    """Those of the faulty run, and those of the runs after it."""
    # Only what acts late has to be outwaited: a long window is the same looks, five times over.
    after = PATIENT if fault["kind"] == "late" else replace(PATIENT, settle=6)
    return (HASTY if fault["kind"] in ("late", "trickle") else after), after


def run(root: Path, base: str, hours: Hours, limits: Limits = PATIENT) -> str:
    """One `send`; its end in a word."""
    service = sender(root, base, hours, limits)
    try:
        return service.deliver().campaign.status
    except PublishError as error:
        return str(int(error.code))


def scenario(root: Path, request: Request, fault: dict, lose: bool) -> str:
    """One history; what went wrong, or ``""``."""
    method, path, nth = request
    faulty, after = limits_under(fault)
    with serving(root) as (base, hours):
        control(base, [{**fault, "method": method, "path": path, "nth": nth}])
        first = run(root, base, hours, faulty)
        mailed = len(deliveries(root))
        if first == str(int(Exit.NOTHING_SENT)) and mailed:
            return "it said that nothing was sent, and something was"
        if first == str(int(Exit.USAGE)) and (fault.get("status"), fault.get("body")) != (
            403,
            "problem",
        ):
            return "it called a failure of the other side a mistake of the user's"
        control(base, None)
        if lose:
            shutil.rmtree(root / "ledger", ignore_errors=True)
        said = first
        for _ in range(4):
            said = run(root, base, hours, after)
            if said in ("sending", "sent"):
                break
        if said not in ("sending", "sent"):
            return f"it never came to an end: {first}, then {said}"
    got = deliveries(root)
    return (
        "" if got == ["demo.reader@example.com"] else f"delivered {len(got)} times, first {first}"
    )


def wrong(root: Path, history: Callable[..., str], request: Request, faults: list[dict]) -> str:
    """What goes wrong in ``history`` with each of ``faults`` at ``request``, a line each."""

    def one(numbered: tuple[int, tuple[dict[str, Any], bool]]) -> str:
        number, (fault, lose) = numbered
        home = root / str(number)
        home.mkdir()
        said = history(home, request, fault, lose)
        return f"{fault} ledger {'lost' if lose else 'kept'}: {said}" if said else ""

    cases = [(fault, lose) for fault in faults for lose in ledger_lost(fault)]
    # Nearly all of the time is waiting for answers that do not come.
    with ThreadPoolExecutor(6) as pool:
        return "\n".join(filter(None, pool.map(one, enumerate(cases))))


@pytest.mark.parametrize("request_", REQUESTS, ids=named)
def test_every_fault_at_every_request_ends_in_one_delivery(tmp_path: Path, request_: Request):
    assert wrong(tmp_path, scenario, request_, FAULTS) == ""


def replaced(root: Path, request: Request, fault: dict, lose: bool) -> str:
    """One history of a replace; what went wrong, or ``""``."""
    method, path, nth = request
    faulty, after = limits_under(fault)
    at = schedule.next_quarter(datetime.now(UTC), timedelta(hours=2))
    with serving(root) as (base, hours):
        api = Mailchimp(account(base), sleep=lambda seconds: None)
        first = sender(root, base, hours, after, at=at).deliver().campaign.id
        control(base, [{**fault, "method": method, "path": path, "nth": nth}])
        ended = ""
        try:
            sender(root, base, hours, faulty, CHANGED, at=at).replace(first)
        except PublishError as error:
            ended = str(int(error.code))
        control(base, None)
        if lose:
            shutil.rmtree(root / "ledger", ignore_errors=True)
        for _ in range(4):
            (letter,) = catalogue([CHANGED], api.campaigns(), Ledger(root / "ledger").read(), {})
            if not letter.unfinished or letter.held:
                break
            with contextlib.suppress(PublishError):
                sender(root, base, hours, after, CHANGED, at=at).replace(first)
        waits, held = len(letter.scheduled), letter.held
        hours.ahead += 3 * 3600
        api.campaigns()
        server_mails = sorted((root / ".publish/sandbox/mail").glob("*.eml"))
    new = [mail for mail in server_mails if b"Changed" in mail.read_bytes()]
    if len(server_mails) != waits or waits > 1:
        return f"delivered {len(server_mails)} times, {waits} were scheduled"
    if not waits:
        # Neither scheduled nor known to be unfinished: allowed where no trace is left.
        return "" if held or lose else f"it is lost; it ended with {ended or 'success'}"
    return "" if new or (lose and ended) else f"the old words went out; it ended with {ended}"


@pytest.mark.parametrize("request_", REPLACING, ids=named)
def test_every_fault_at_every_request_of_a_replace(tmp_path: Path, request_: Request):
    assert wrong(tmp_path, replaced, request_, HARD) == ""


@pytest.mark.parametrize("condition", ["recipients_lag", "list_lag", "status_lag", "sending"])
def test_a_slow_mailchimp_is_waited_for(tmp_path: Path, condition: str):
    with serving(tmp_path) as (base, hours):
        control(base, [{"kind": condition, "seconds": 30, "path": "/3.0/campaigns*"}])
        assert run(tmp_path, base, hours) in ("sending", "sent")
        control(base, None)
    with serving(tmp_path) as (base, hours):
        assert run(tmp_path, base, hours) in ("sending", "sent")
