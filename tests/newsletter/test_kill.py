"""`publish send` as a real process, killed with SIGKILL before and after each request."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from publish import sandbox
from publish.newsletter.ledger import Ledger
from publish.post.issue import Issue, digest_of
from tests import forked
from tests.forked import Process
from tests.newsletter.stand import (
    build,
    composed,
    control,
    deliveries,
    live_environment,
    make_site,
    proxy,
    put_post,
    web_host,
)

WORKERS = 4
SEND = ["send", "calm", "--now", "--yes"]
REPLACE = ["send", "calm", "--replace", "--yes"]


def start(root: Path, base: str, words: list[str] = SEND) -> Process:
    return forked.start("publish", words, root, live_environment(base))


def finish(child: Process) -> tuple[int, str]:
    out, err = child.communicate(timeout=60)
    return child.wait(), out + err


def a_site(root: Path, site: str) -> Path:
    """A built site with one post; nothing of it is stale, so that `send` need not build."""
    root.mkdir(parents=True, exist_ok=True)
    make_site(root, site)
    # All of them alike: one page stands for the post of each.
    put_post(root, "calm", Date=f"{datetime.now(UTC):%Y-%m-%d}")
    build(root)
    return root


def page_of(root: Path) -> bytes:
    """The post's public page, as far as the gate looks at it."""
    return f'<meta name="page-digest" content="{composed(root, "calm").page_digest}">'.encode()


def as_new(root: Path) -> None:
    """Forget what was sent, and keep the built site."""
    sandbox.reset(root)
    for name in ("issues.jsonl", "issues"):
        place = root / "content/ledger" / name
        shutil.rmtree(place) if place.is_dir() else place.unlink(missing_ok=True)


def strikes(child: list[Process], number: int, when: str) -> list[Callable[[int], None]]:
    """What the proxy calls before and after each request: at one of them the child is killed."""

    def strike(place: str, count: int) -> None:
        if place == when and count == number and child:
            child[0].send_signal(signal.SIGKILL)
            child[0].wait()

    return [partial(strike, place) for place in ("before", "after")]


def killed_at(root: Path, number: int, when: str, lose: bool) -> str:
    """Kill the process round its ``number``-th request, run it again; what is wrong, or ``""``."""
    as_new(root)
    child: list[Process] = []
    with sandbox.start(root, register=False) as server:
        with proxy(server.base_url, *strikes(child, number, when)) as base:
            child.append(start(root, base))
            code, said = finish(child[0])
        if code not in (0, -signal.SIGKILL):
            return f"it ended with {code}: {said}"
        if lose:
            (root / "content/ledger/issues.jsonl").unlink(missing_ok=True)
        code, said = finish(start(root, server.base_url))
        if code == 4:
            time.sleep(2)
            code, said = finish(start(root, server.base_url))
        if code != 0:
            return f"run again, it ended with {code}: {said}"
        got = deliveries(root)
    return "" if got == ["demo.reader@example.com"] else f"delivered {len(got)} times"


def kills(root: Path) -> list[tuple[int, str]]:
    """Where to kill a send: before each request from the last look at an untouched account on, and
    after each that writes. What a killed process was about to read leaves no trace."""
    as_new(root)
    with sandbox.start(root, register=False) as server:
        code, said = finish(start(root, server.base_url))
        assert code == 0, said
        methods = [made["method"] for made in control(server.base_url, [])["requests"]]
    writes = [number for number, method in enumerate(methods, 1) if method != "GET"]
    assert writes[-1] == len(methods), "the send is its last request"
    before = [(number, "before") for number in range(writes[0] - 1, len(methods) + 1)]
    return before + [(number, "after") for number in writes]


def test_killed_round_every_request_it_still_sends_once(tmp_path: Path):
    pages: dict[str, bytes] = {}
    with web_host(pages) as site:
        roots = [a_site(tmp_path / str(number), site) for number in range(WORKERS)]
        pages["/calm/"] = page_of(roots[0])
        cases = [(*kill, lose) for kill in kills(roots[0]) for lose in (False, True)]

        def some(mine: int) -> list[str]:
            wrong = []
            for number, when, lose in cases[mine::WORKERS]:
                if said := killed_at(roots[mine], number, when, lose):
                    wrong.append(f"request {number}, {when}, lost={lose}: {said}")
            return wrong

        with ThreadPoolExecutor(WORKERS) as pool:
            wrong = [said for found in pool.map(some, range(WORKERS)) for said in found]
    assert not wrong, "\n".join(wrong)


def with_other_words(issue: Issue) -> Issue:
    """The issue as it may have been scheduled before its post was corrected."""
    digest = digest_of(issue.subject, issue.preheader, "old words", "old words")
    return replace(issue, html="old words", text="old words", digest=digest)


def replace_killed_at(root: Path, number: int, when: str) -> str:
    """Schedule, kill a replace round its ``number``-th request, run it again; what is wrong."""
    as_new(root)
    child: list[Process] = []
    later = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d} 07:30"
    with sandbox.start(root, register=False) as server:
        # What stands in the campaign is other words than the post has by now.
        code, said = finish(start(root, server.base_url, ["send", "calm", "--at", later, "--yes"]))
        if code != 0:
            return f"it was not scheduled: {said}"
        with sqlite3.connect(root / ".publish/sandbox/state.sqlite3") as db:
            db.execute("UPDATE campaigns SET html = 'old words'")
        Ledger(root / "content/ledger").keep(with_other_words(composed(root, "calm")))
        with proxy(server.base_url, *strikes(child, number, when)) as base:
            child.append(start(root, base, REPLACE))
            code, said = finish(child[0])
        if code not in (0, -signal.SIGKILL):
            return f"it ended with {code}: {said}"
        code, said = finish(start(root, server.base_url, REPLACE))
        if code != 0:
            return f"run again, it ended with {code}: {said}"
        with sqlite3.connect(root / ".publish/sandbox/state.sqlite3") as db:
            rows = db.execute("SELECT status, html, due FROM campaigns").fetchall()
    (status, html, due) = rows[0]
    promised = datetime.fromisoformat(later).replace(tzinfo=ZoneInfo("Europe/Vienna")).timestamp()
    fine = len(rows) == 1 and status == "schedule" and "Hello." in html and due == promised
    return "" if fine and not deliveries(root) else f"{len(rows)} campaigns, {status} for {due}"


def test_a_replace_killed_round_every_request_is_completed(tmp_path: Path):
    cases = [(number, "after") for number in range(2, 17, 2)] + [(7, "before"), (13, "before")]
    pages: dict[str, bytes] = {}
    with web_host(pages) as site:
        roots = [a_site(tmp_path / str(number), site) for number in range(WORKERS)]
        pages["/calm/"] = page_of(roots[0])

        def some(mine: int) -> list[str]:
            wrong = []
            for number, when in cases[mine::WORKERS]:
                if said := replace_killed_at(roots[mine], number, when):
                    wrong.append(f"request {number}, {when}: {said}")
            return wrong

        with ThreadPoolExecutor(WORKERS) as pool:
            wrong = [said for found in pool.map(some, range(WORKERS)) for said in found]
    assert not wrong, "\n".join(wrong)


def test_two_processes_at_once_send_once(tmp_path: Path):
    pages: dict[str, bytes] = {}
    with web_host(pages) as site:
        root, another = a_site(tmp_path / "one", site), a_site(tmp_path / "other", site)
        pages["/calm/"] = page_of(root)
        for other in (root, another, another):
            as_new(root)
            as_new(another)
            with sandbox.start(root, register=False) as server:
                both = [start(root, server.base_url), start(other, server.base_url)]
                ends = [finish(child) for child in both]
                # One that finds the other at it while it asks itself again has nothing to do.
                assert all(code in (0, 1, 3) for code, _ in ends), ends
                assert any(code == 0 for code, _ in ends), ends
                assert deliveries(root) == ["demo.reader@example.com"]


def test_the_gate_refuses_a_page_that_is_not_up(tmp_path: Path):
    pages: dict[str, bytes] = {}
    with web_host(pages) as site:
        a_site(tmp_path, site)
        with sandbox.start(tmp_path, register=False) as server:
            code, said = finish(start(tmp_path, server.base_url))
            assert code == 1
            assert "answers 404 — upload output/ first" in said
            pages["/calm/"] = page_of(tmp_path)[:-3] + b'">'
            code, said = finish(start(tmp_path, server.base_url))
            assert (code, "is not the page that was built" in said) == (1, True)
            seen = control(server.base_url, [])["requests"]
            assert not [r for r in seen if r["method"] != "GET"], "something was written"
            pages["/calm/"] = page_of(tmp_path)
            # One whose page is not up holds no other up.
            put_post(tmp_path, "absent")
            due = ["send", "--now", "--yes", "--json"]
            code, said = finish(start(tmp_path, server.base_url, due))
            assert (code, said.count('"sent_by_this_run": true')) == (1, 1), said
            assert f"error: {site}/absent/ answers 404 — upload output/ first" in said
        assert deliveries(tmp_path) == ["demo.reader@example.com"]


def test_what_was_sent_is_kept_byte_for_byte(tmp_path: Path):
    pages: dict[str, bytes] = {}
    with web_host(pages) as site:
        a_site(tmp_path, site)
        pages["/calm/"] = page_of(tmp_path)
        issue = composed(tmp_path, "calm")
        with sandbox.start(tmp_path, register=False) as server:
            assert finish(start(tmp_path, server.base_url))[0] == 0
    kept = tmp_path / "content/ledger/issues" / issue.key
    assert (kept / "issue.html").read_text() == issue.html
    assert (kept / "issue.txt").read_text() == issue.text
    past = Ledger(tmp_path / "content/ledger").read()[issue.key]
    assert past.done
