"""Each request of a send, with each fault, ledger kept and deleted: once in the end.

Real sockets, the real client, the real sandbox. After the faulty run the same command runs again
until it says that the issue is out; then exactly one mail lies in the reader's box.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publish import sandbox
from publish.errors import Exit, PublishError
from publish.newsletter import schedule
from publish.newsletter.account import Sender
from publish.newsletter.catalogue import catalogue
from publish.newsletter.ledger import Ledger
from publish.newsletter.mailchimp import Mailchimp
from publish.newsletter.service import Service
from publish.post.issue import digest_of
from tests.fakes.world import an_issue, terms
from tests.newsletter.stand import QUICK, account, control, deliveries

# (method, path, which of its kind): every request a send makes, in its order.
REQUESTS = [
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
    {"kind": "late", "seconds": 0.9},
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
# A replace reads and unschedules first; then it writes and schedules as a send does.
REPLACING = [
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
    ISSUE, html="<p>Changed *|UNSUB|*</p>", text="Changed *|UNSUB|*",
    digest=digest_of("Calm", "Be calm", "<p>Changed *|UNSUB|*</p>", "Changed *|UNSUB|*"),
)  # fmt: skip


def run(root: Path, base: str) -> str:
    """One `send`; its end in a word."""
    api = Mailchimp(account(base), sleep=lambda seconds: None)
    service = Service(api, Ledger(root / "ledger"), Sender("Stand", "stand@example.com"))
    how = terms(ISSUE, list_id=sandbox.SANDBOX_AUDIENCE, settle=QUICK.settle, barrier=QUICK.barrier)
    try:
        return service.deliver(ISSUE, how).campaign.status
    except PublishError as error:
        return str(int(error.code))


def scenario(root: Path, request: tuple[str, str, int], fault: dict, lose: bool) -> str:
    """One history; what went wrong, or ``""``."""
    method, path, nth = request
    with sandbox.start(root, register=False) as server:
        control(server.base_url, [{**fault, "method": method, "path": path, "nth": nth}])
        first = run(root, server.base_url)
        mailed = len(deliveries(root))
        if first == str(int(Exit.NOTHING_SENT)) and mailed:
            return "it said that nothing was sent, and something was"
        if first == str(int(Exit.USAGE)) and (fault.get("status"), fault.get("body")) != (
            403,
            "problem",
        ):
            return "it called a failure of the other side a mistake of the user's"
        control(server.base_url, None)
        if lose:
            shutil.rmtree(root / "ledger", ignore_errors=True)
        said = first
        for _ in range(4):
            said = run(root, server.base_url)
            if said in ("sending", "sent"):
                break
        if said not in ("sending", "sent"):
            return f"it never came to an end: {first}, then {said}"
    got = deliveries(root)
    return (
        "" if got == ["demo.reader@example.com"] else f"delivered {len(got)} times, first {first}"
    )


def cases() -> Iterator[tuple[tuple[str, str, int], dict, bool]]:
    for request in REQUESTS:
        for fault in FAULTS:
            for lose in (False, True):
                yield request, fault, lose


def test_every_fault_at_every_request_ends_in_one_delivery(tmp_path: Path):
    def one(numbered) -> str:
        number, (request, fault, lose) = numbered
        root = tmp_path / str(number)
        root.mkdir()
        wrong = scenario(root, request, fault, lose)
        return f"{request} {fault} ledger {'lost' if lose else 'kept'}: {wrong}" if wrong else ""

    # Nearly all of the time is waiting for answers that do not come.
    with ThreadPoolExecutor(12) as pool:
        wrong = [said for said in pool.map(one, enumerate(cases())) if said]
    assert not wrong, "\n".join(wrong)


def replaced(root: Path, request: tuple[str, str, int], fault: dict, lose: bool) -> str:
    """One history of a replace; what went wrong, or ``""``."""
    method, path, nth = request
    hour = schedule.next_quarter(datetime.now(UTC), timedelta(hours=1))
    skew = [0.0]
    with sandbox.start(root, register=False, clock=lambda: time.time() + skew[0]) as server:
        api = Mailchimp(account(server.base_url), sleep=lambda seconds: None)
        how = terms(
            ISSUE, list_id=sandbox.SANDBOX_AUDIENCE, settle=QUICK.settle, barrier=QUICK.barrier,
            at=hour,
        )  # fmt: skip

        def service() -> Service:
            return Service(api, Ledger(root / "ledger"), Sender("Stand", "stand@example.com"))

        first = service().deliver(ISSUE, how).campaign.id
        control(server.base_url, [{**fault, "method": method, "path": path, "nth": nth}])
        ended = ""
        try:
            service().replace(CHANGED, how, first)
        except PublishError as error:
            ended = str(int(error.code))
        control(server.base_url, None)
        if lose:
            shutil.rmtree(root / "ledger", ignore_errors=True)
        for _ in range(4):
            (letter,) = catalogue([CHANGED], api.campaigns(), Ledger(root / "ledger").read(), {})
            if not letter.unfinished or letter.held:
                break
            with contextlib.suppress(PublishError):
                service().replace(CHANGED, how, first)
        waits, held = len(letter.scheduled), letter.held
        skew[0] = 7200
        api.campaigns()
        server_mails = sorted((root / ".publish/sandbox/mail").glob("*.eml"))
    new = [mail for mail in server_mails if b"Changed" in mail.read_bytes()]
    if len(server_mails) != waits or waits > 1:
        return f"delivered {len(server_mails)} times, {waits} were scheduled"
    if not waits:
        # Neither scheduled nor known to be unfinished: allowed where no trace is left.
        return "" if held or lose else f"it is lost; it ended with {ended or 'success'}"
    return "" if new or (lose and ended) else f"the old words went out; it ended with {ended}"


def test_every_fault_at_every_request_of_a_replace(tmp_path: Path):
    def one(numbered) -> str:
        number, (request, fault, lose) = numbered
        root = tmp_path / f"r{number}"
        root.mkdir()
        wrong = replaced(root, request, fault, lose)
        return f"{request} {fault} ledger {'lost' if lose else 'kept'}: {wrong}" if wrong else ""

    histories = [(r, f, lose) for r in REPLACING for f in HARD for lose in (False, True)]
    with ThreadPoolExecutor(12) as pool:
        wrong = [said for said in pool.map(one, enumerate(histories)) if said]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("condition", ["recipients_lag", "list_lag", "status_lag", "sending"])
def test_a_slow_mailchimp_is_waited_for(tmp_path: Path, condition: str):
    with sandbox.start(tmp_path, register=False) as server:
        control(server.base_url, [{"kind": condition, "seconds": 2, "path": "/3.0/campaigns*"}])
        assert run(tmp_path, server.base_url) in ("sending", "sent")
        control(server.base_url, None)
    with sandbox.start(tmp_path, register=False) as server:
        assert run(tmp_path, server.base_url) in ("sending", "sent")
