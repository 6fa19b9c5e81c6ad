"""`publish send` as a real process, killed with SIGKILL before and after each request."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from publish import sandbox
from publish.newsletter.ledger import Ledger
from tests.newsletter.stand import (
    control,
    deliveries,
    live_environment,
    make_site,
    proxy,
    web_host,
)

SEND = [sys.executable, "-m", "publish", "send", "calm", "--now", "--yes"]
PAGE = b'<!doctype html><meta name="page-digest" content="' + b"d" * 32 + b'">'


def start(root: Path, base: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        SEND, cwd=root, env=live_environment(base), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def finish(child: subprocess.Popen[str]) -> tuple[int, str]:
    out, err = child.communicate(timeout=60)
    return child.returncode, out + err


def killed_at(root: Path, site: str, number: int, when: str, lose: bool) -> str:
    """Kill the process round its ``number``-th request, run it again; what is wrong, or ``""``."""
    make_site(root, site)
    child: list[subprocess.Popen[str]] = []

    def strike(place: str):
        def at(count: int) -> None:
            if place == when and count == number and child:
                child[0].send_signal(signal.SIGKILL)
                child[0].wait()

        return at

    with sandbox.start(root, register=False) as server:
        with proxy(server.base_url, strike("before"), strike("after")) as base:
            child.append(start(root, base))
            code, said = finish(child[0])
        if code not in (0, -signal.SIGKILL):
            return f"it ended with {code}: {said}"
        if lose:
            shutil.rmtree(root / "content/ledger", ignore_errors=True)
        code, said = finish(start(root, server.base_url))
        if code == 4:
            time.sleep(2)
            code, said = finish(start(root, server.base_url))
        if code != 0:
            return f"run again, it ended with {code}: {said}"
        got = deliveries(root)
    return "" if got == ["demo.reader@example.com"] else f"delivered {len(got)} times"


def test_killed_round_every_request_it_still_sends_once(tmp_path: Path):
    cases = [
        (number, when, lose)
        for number in range(1, 12)
        for when in ("before", "after")
        for lose in (False, True)
    ]
    with web_host({"/calm/": PAGE}) as site:

        def one(case: tuple[int, str, bool]) -> str:
            number, when, lose = case
            root = tmp_path / f"{number}{when}{lose}"
            root.mkdir()
            wrong = killed_at(root, site, number, when, lose)
            return f"request {number}, {when}, lost={lose}: {wrong}" if wrong else ""

        with ThreadPoolExecutor(4) as pool:
            wrong = [said for said in pool.map(one, cases) if said]
    assert not wrong, "\n".join(wrong)


def test_two_processes_at_once_send_once(tmp_path: Path):
    with web_host({"/calm/": PAGE}) as site:
        for number, shared in enumerate((True, False, False)):
            root = tmp_path / str(number)
            root.mkdir()
            make_site(root, site)
            other = root
            if not shared:
                other = tmp_path / f"{number}-other"
                other.mkdir()
                make_site(other, site)
            with sandbox.start(root, register=False) as server:
                both = [start(root, server.base_url), start(other, server.base_url)]
                ends = [finish(child) for child in both]
                assert all(code in (0, 3) for code, _ in ends), ends
                assert any(code == 0 for code, _ in ends), ends
                assert deliveries(root) == ["demo.reader@example.com"]


def test_the_gate_refuses_a_page_that_is_not_up(tmp_path: Path):
    pages: dict[str, bytes] = {}
    with web_host(pages) as site:
        make_site(tmp_path, site)
        with sandbox.start(tmp_path, register=False) as server:
            code, said = finish(start(tmp_path, server.base_url))
            assert code == 1
            assert "answers 404 — upload output/ first" in said
            pages["/calm/"] = PAGE.replace(b"dd", b"ee")
            code, said = finish(start(tmp_path, server.base_url))
            assert (code, "is not the page that was built" in said) == (1, True)
            seen = control(server.base_url, [])["requests"]
            assert not [r for r in seen if r["method"] != "GET"], "something was written"
            pages["/calm/"] = PAGE
            assert finish(start(tmp_path, server.base_url))[0] == 0
        assert deliveries(tmp_path) == ["demo.reader@example.com"]


def test_what_was_sent_is_kept_byte_for_byte(tmp_path: Path):
    with web_host({"/calm/": PAGE}) as site:
        issue = make_site(tmp_path, site)
        with sandbox.start(tmp_path, register=False) as server:
            assert finish(start(tmp_path, server.base_url))[0] == 0
    kept = tmp_path / "content/ledger/issues" / issue.key
    assert (kept / "issue.html").read_text() == issue.html
    assert (kept / "issue.txt").read_text() == issue.text
    past = Ledger(tmp_path / "content/ledger").read()[issue.key]
    assert past.done
