"""A run's report, the merging of two ledgers' files, and the doctor's checks."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.deploy.deploy import DeployOptions
from publish.errors import ConfigError, Exit, NothingSent, OutcomeUnknown, PublishError, Refused
from publish.newsletter.ledger_merge import merge_ledgers
from publish.office import golive
from publish.post import cache
from publish.run import doctor, report
from publish.run.report import Report
from publish.settings import Settings, load
from tests.deploy.runs import git
from tests.deploy.stand import site
from tests.deploy.test_command_line import project

AT = "2026-11-28T12:00:0{}.000+00:00"
FACTS = st.lists(st.integers(0, 9), max_size=4, unique=True)


def ledger(facts: list[int], urls: dict[str, str], since: dict[str, str]) -> dict[str, bytes]:
    rows = [json.dumps({"at": AT.format(n), "fact": "intent", "key": f"k{n}"}) for n in facts]
    return {
        "issues.jsonl": "".join(f"{row}\n" for row in rows).encode(),
        "urls.json": json.dumps(urls).encode(),
        "since.json": json.dumps(since).encode(),
    }


TABLES = st.dictionaries(st.sampled_from("abcd"), st.just("uid"), max_size=3)
DAYS = st.dictionaries(st.sampled_from("xyz"), st.sampled_from(["2026-11-01", "2026-10-01"]))
LEDGERS = st.builds(ledger, FACTS, TABLES, DAYS)


@settings(deadline=None)
@given(LEDGERS, LEDGERS)
def test_ledgers_merge_the_same_in_any_order_and_any_number_of_times(
    ours: dict[str, bytes], theirs: dict[str, bytes]
):
    one, two = merge_ledgers(ours, theirs, {}), merge_ledgers(theirs, ours, {})
    assert {n: json.loads(b) for n, b in one.items() if n != "issues.jsonl"} == {
        n: json.loads(b) for n, b in two.items() if n != "issues.jsonl"
    }
    assert one["issues.jsonl"] == two["issues.jsonl"]
    assert merge_ledgers(one, theirs, {}) == merge_ledgers(one, one, {}) == one
    lines = one["issues.jsonl"].splitlines()
    assert lines == sorted(lines, key=lambda line: json.loads(line)["at"])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"urls.json": b'{"/a/": "x"}'}, {"urls.json": b'{"/a/": "y"}'}),
        ({"urls.json": b"{"}, {"urls.json": b"{}"}),
        ({"since.json": b"[]"}, {"since.json": b"{}"}),
        ({"issues.jsonl": b"no fact\n"}, {}),
    ],
)
def test_what_contradicts_or_is_damaged_stops_a_merge(
    ours: dict[str, bytes], theirs: dict[str, bytes]
):
    with pytest.raises(Refused):
        merge_ledgers(ours, theirs, {})


def test_of_two_copies_of_a_letter_one_stays_whole():
    sent = {"at": AT.format(1), "fact": "send_try", "key": "k", "digest": "two"}
    lines = (json.dumps(sent) + "\n").encode()
    sides = [
        {
            "issues.jsonl": lines,
            "issues/k/issue.json": json.dumps({"digest": name}).encode(),
            "issues/k/issue.txt": name.encode(),
        }
        for name in ("one", "two")
    ]
    for ours, theirs in (sides, sides[::-1]):
        assert merge_ledgers(ours, theirs, {})["issues/k/issue.txt"] == b"two"


@pytest.mark.parametrize(
    ("errors", "sent", "code"),
    [
        ([], False, Exit.OK),
        ([NothingSent("a")], False, Exit.NOTHING_SENT),
        ([NothingSent("a"), Refused("b")], False, Exit.REFUSED),
        ([Refused("b"), ConfigError("c")], False, Exit.USAGE),
        ([OutcomeUnknown("d"), ConfigError("c")], False, Exit.UNKNOWN),
        ([NothingSent("push")], True, Exit.UNKNOWN),
    ],
)
def test_a_run_ends_with_the_worst_that_happened(
    errors: list[PublishError], sent: bool, code: Exit
):
    issues = [{"slug": "a", "sent_by_this_run": True}] if sent else []
    assert Report(True, issues=issues, errors=errors, ledger="unpushed").code is code


def test_a_run_gives_a_sign_of_life_that_names_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    asked: list[str] = []

    class Switch(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Switch)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    monkeypatch.setenv("PUBLISH_HEARTBEAT_URL", f"http://127.0.0.1:{server.server_port}/s3cret")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    warned: list[str] = []
    good, bad = Report(True, lines=["all up"]), Report(True, errors=[NothingSent("down", "again")])
    try:
        report.publish(good, tmp_path, warned.append)
        report.publish(bad, tmp_path, warned.append)
        report.publish(Report(False), tmp_path, warned.append)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert asked == ["/s3cret", "/s3cret/fail"]
    assert warned == []
    assert report.last(tmp_path)["code"] == 3, "a dry run is no sign that the timer runs"
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert "### publish run: done\n\n- all up\n" in summary
    assert "ended with exit code 3\n\n- **down — again**" in summary
    report.publish(good, tmp_path, warned.append)
    assert len(warned) == 1
    assert "s3cret" not in warned[0]
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path))
    report.publish(Report(False), tmp_path, warned.append)
    assert warned[1:] == ["the summary of this job could not be written (Is a directory)"]


def checks(made: Settings) -> dict[str, doctor.Check]:
    return {c.name: c for c in doctor.checks(made, contextlib.nullcontext)}


def test_the_doctor_checks_targets_rights_and_the_last_run(tmp_path: Path):
    targets = {
        "good": {"kind": "folder", "path": "www"},
        "bad": {"kind": "git", "remote": "/no/such/repository"},
        "absent": {"kind": "command", "command": ["no-such-program", "{output}"]},
        "barred": {"kind": "folder", "path": "pelicanconf.py/www"},
    }
    made = load(project(tmp_path, {}, DEPLOY=targets) / "pelicanconf.py")
    found = checks(made)
    assert found["target good"].well
    assert not list((tmp_path / "www").rglob("probe*"))
    assert "git: " in found["target bad"].detail
    assert found["target absent"].remedy == "install no-such-program"
    assert found["target barred"].detail.endswith("Not a directory")
    assert found["ledger"].well
    assert "no `publish run`" in found["run"].detail
    last = made.cache / "run" / "last"
    for hours, code, well in ((1, 0, True), (1, 3, False), (48, 0, False)):
        at = datetime.now(UTC) - timedelta(hours=hours)
        cache.save(last, {"at": at.isoformat(), "code": code})
        assert checks(made)["run"].well is well


def test_the_doctor_says_what_is_up_and_where_the_ledger_goes(tmp_path: Path):
    bare = tmp_path / "pages.git"
    subprocess.run(["git", "init", "-q", "--bare", str(bare)], check=True)
    pages = {"kind": "git", "remote": str(bare), "branch": "pages"}
    folder = project(tmp_path / "a", site(1), DEPLOY={"pages": pages})
    assert checks(load(folder / "pelicanconf.py"))["target pages"].detail == (
        "answers and may be written; nothing of ours is up yet"
    )
    assert not subprocess.check_output(["git", "-C", str(bare), "branch"])
    for number in (1, 2):
        made = load(project(folder, site(number), DEPLOY={"pages": pages}) / "pelicanconf.py")
        release = golive.go_live(made, "pages", DeployOptions(verify=0)).release
    assert f"may be written; release {release[:12]} of " in checks(made)["target pages"].detail
    golive.go_live(made, "pages", DeployOptions(verify=0), rollback="")
    assert checks(made)["target pages"].detail.endswith(" is up; held after a rollback")

    git(folder, "init", "-q", "-b", "main")
    git(folder, "remote", "add", "origin", str(bare))
    git(folder, "commit", "-q", "--allow-empty", "-m", "begin")
    git(folder, "push", "-q", "-u", "origin", "main")
    assert checks(made)["ledger"].detail == "may be pushed to origin/main"
    git(folder, "checkout", "-q", "--detach")
    assert checks(made)["ledger"].remedy == "git switch main, then run again"
    wrong = load(project(tmp_path / "b", None, DEPLOY=["git"]) / "pelicanconf.py")
    assert "must be a table of targets" in checks(wrong)["targets"].detail


@pytest.mark.parametrize(
    ("off", "says"),
    [
        (0, "agrees with the web host's"),
        (600, "10 minutes behind the web host"),
        (-600, "10 minutes ahead of the web host"),
    ],
)
def test_the_doctor_compares_the_clock_with_the_web_hosts(off: int, says: str, tmp_path: Path):
    class Host(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string(int(time.time()) + off)

        def log_message(self, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        found = checks(load(project(tmp_path, None, SITEURL=url) / "pelicanconf.py"))["clock"]
        server.shutdown()
    assert (found.well, says in found.detail) == (off == 0, True), found
