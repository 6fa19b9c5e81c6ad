"""The library's functions, several servers on one state, and processes that die."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest

from publish import sandbox
from publish.errors import ConfigError, PublishError
from publish.sandbox import SANDBOX_AUDIENCE
from publish.sandbox.state import Damaged, Store
from tests.sandbox.conftest import HTML, TEXT, Bench, Clock, client_of, fetch

SERVE = """
    import sys, time
    from pathlib import Path
    from publish import sandbox
    server = sandbox.start(Path(sys.argv[1]))
    print(server.base_url, flush=True)
    time.sleep(600)
"""
ENSURE = """
    import sys
    from pathlib import Path
    from publish import sandbox
    with sandbox.ensure(Path(sys.argv[1])) as base:
        print(base, flush=True)
"""
ASK = """
    import sys, urllib.request
    from pathlib import Path
    from publish import sandbox
    with sandbox.start(Path(sys.argv[1]), register=False) as server:
        for number in range(20):
            url = server.base_url + sandbox.signup_path()
            data = f"EMAIL=r{sys.argv[2]}x{number}@example.com".encode()
            urllib.request.urlopen(urllib.request.Request(url, data=data)).read()
"""


@contextmanager
def child(script: str, *words: object) -> Iterator[subprocess.Popen[str]]:
    """A Python process of its own that runs ``script``; killed at the end."""
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script), *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    assert process.stderr
    line = process.stdout.readline().strip()
    assert line, process.stderr.read()
    return line


def kill(process: subprocess.Popen[str]) -> None:
    """The hard way: no handler runs, nothing is tidied up."""
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def draft(mc: Any, **settings: str) -> str:
    made = mc.campaigns.create(
        {
            "type": "regular",
            "recipients": {"list_id": SANDBOX_AUDIENCE},
            "settings": {
                "subject_line": "A good week",
                "from_name": "CHP",
                "reply_to": "hello@happypharmacists.example",
                **settings,
            },
        }
    )
    mc.campaigns.set_content(made["id"], {"html": HTML, "plain_text": TEXT})
    return str(made["id"])


def mails(root: Path) -> list[Path]:
    return sorted((sandbox.folder(root) / "mail").glob("*"))


def test_the_state_lies_below_the_cache(tmp_path: Path):
    assert sandbox.folder(tmp_path) == tmp_path / ".publish" / "sandbox"
    with sandbox.start(tmp_path):
        assert (sandbox.folder(tmp_path) / "state.sqlite3").is_file()
    assert {path.name for path in tmp_path.iterdir()} == {".publish"}


def test_a_server_shows_where_it_is_and_stops_when_closed(tmp_path: Path):
    with sandbox.start(tmp_path) as server:
        assert server.base_url == f"http://127.0.0.1:{server.port}"
        assert fetch("GET", server.base_url + "/").status == 200
    with pytest.raises(URLError):
        fetch("GET", server.base_url + "/")
    server.close()


def test_a_port_that_is_taken_is_one_clear_line(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"127.0.0.1:{port}.*choose another port"):
            sandbox.start(tmp_path, port=port)


@pytest.mark.parametrize("port", [70000, -1])
def test_a_port_that_is_none_is_one_clear_line(tmp_path: Path, port: int):
    with pytest.raises(ConfigError, match="choose another port"):
        sandbox.start(tmp_path, port=port)


def test_a_port_asked_for_is_the_port_and_is_kept(tmp_path: Path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with sandbox.start(tmp_path, port=port) as server:
        assert server.port == port
    with sandbox.start(tmp_path) as server:
        assert server.port == port


def test_a_port_that_was_lost_is_no_obstacle(tmp_path: Path):
    with sandbox.start(tmp_path) as server:
        port = server.port
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with sandbox.start(tmp_path) as server:
            assert server.port != port


def test_running_finds_a_live_server_only(tmp_path: Path):
    assert sandbox.running(tmp_path) is None
    with sandbox.start(tmp_path) as server:
        assert sandbox.running(tmp_path) == server.base_url
    assert sandbox.running(tmp_path) is None
    assert not (sandbox.folder(tmp_path) / "server.json").exists()


def test_running_is_about_one_project(tmp_path: Path):
    with sandbox.start(tmp_path / "one"):
        assert sandbox.running(tmp_path / "two") is None


def test_a_server_may_stay_unannounced(tmp_path: Path):
    with sandbox.start(tmp_path, register=False):
        assert sandbox.running(tmp_path) is None


def test_running_is_not_fooled_by_a_note_of_the_dead(tmp_path: Path):
    with sandbox.start(tmp_path) as server:
        note = (sandbox.folder(tmp_path) / "server.json").read_bytes()
        port = server.port
    (sandbox.folder(tmp_path) / "server.json").write_bytes(note)
    assert sandbox.running(tmp_path) is None
    # Another project's server took the port.
    with sandbox.start(tmp_path / "other", port=port):
        assert sandbox.running(tmp_path) is None


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"{",
        b"[]",
        b"5",
        b'{"url": "http://127.0.0.1:1"}',
        b'{"instance": "x"}',
        b'{"instance": "x", "url": "ftp://127.0.0.1:1"}',
        b'{"instance": "x", "url": "nowhere"}',
        b'{"instance": "x", "url": "http://127.0.0.1:x"}',
        b'{"instance": "x", "url": "http://127.0.0.1:99999"}',
        b'{"instance": "x", "url": "http://127.0.0.1:1"}',
        b'{"instance": "x", "url": "http://[::1"}',
        b"\xff\xfe",
    ],
)
def test_running_reads_any_note(tmp_path: Path, note: bytes):
    where = sandbox.folder(tmp_path)
    where.mkdir(parents=True)
    (where / "server.json").write_bytes(note)
    assert sandbox.running(tmp_path) is None


def test_running_asks_no_other_machine(tmp_path: Path):
    where = sandbox.folder(tmp_path)
    where.mkdir(parents=True)
    note = {"instance": "x", "url": "http://192.0.2.1:80"}
    (where / "server.json").write_text(json.dumps(note))
    begun = time.monotonic()
    assert sandbox.running(tmp_path) is None
    assert time.monotonic() - begun < 1


def test_running_waits_for_no_one_who_is_silent(tmp_path: Path):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        where = sandbox.folder(tmp_path)
        where.mkdir(parents=True)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        (where / "server.json").write_text(json.dumps({"instance": "x", "url": url}))
        begun = time.monotonic()
        assert sandbox.running(tmp_path) is None
        assert time.monotonic() - begun < 5


def test_ensure_uses_the_live_server(tmp_path: Path):
    with sandbox.start(tmp_path) as server:
        with sandbox.ensure(tmp_path) as base:
            assert base == server.base_url
        assert sandbox.running(tmp_path) == server.base_url


def test_ensure_starts_one_for_the_duration(tmp_path: Path):
    with sandbox.ensure(tmp_path) as base:
        assert fetch("GET", base + "/").status == 200
        assert sandbox.running(tmp_path) is None
    with pytest.raises(URLError):
        fetch("GET", base + "/")


def test_ensure_ends_its_server_when_the_work_fails(tmp_path: Path):
    with pytest.raises(ZeroDivisionError), sandbox.ensure(tmp_path) as base:
        raise ZeroDivisionError
    with pytest.raises(URLError):
        fetch("GET", base + "/")


def test_what_one_run_made_the_next_one_finds(tmp_path: Path):
    with sandbox.ensure(tmp_path) as base:
        campaign = draft(client_of(base))
    with sandbox.ensure(tmp_path) as base:
        mc = client_of(base)
        assert mc.campaigns.get(campaign)["status"] == "save"
        assert mc.campaigns.send(campaign).status_code == 204
    with sandbox.ensure(tmp_path) as base:
        assert client_of(base).campaigns.get(campaign)["status"] == "sent"
    assert len(mails(tmp_path)) == 1


def test_what_came_due_while_nothing_ran_goes_out_at_the_next_start(tmp_path: Path, clock: Clock):
    with sandbox.start(tmp_path, clock=clock) as server:
        mc = client_of(server.base_url)
        campaign = draft(mc)
        mc.campaigns.schedule(campaign, {"schedule_time": "2026-11-24T12:15:00Z"})
    clock.pass_(3600)
    with sandbox.start(tmp_path, clock=clock) as server:
        assert len(mails(tmp_path)) == 1
        assert client_of(server.base_url).campaigns.get(campaign)["status"] == "sent"


def test_reset_gives_a_clean_start(bench: Bench):
    bench.reader("ana@example.com")
    bench.sent()
    bench.fault({"kind": "status", "status": 500, "times": 0, "path": "/3.0/*"})
    ledger = sandbox.folder(bench.root) / "ledger"
    ledger.mkdir()
    (ledger / "issues.jsonl").write_text("{}\n")
    sandbox.reset(bench.root)
    assert mails(bench.root) == []
    assert not ledger.exists()
    # The server goes on and sees the clean state.
    assert bench.mc.campaigns.list() == {"campaigns": [], "total_items": 0}
    (demo,) = bench.mc.lists.get_list_members_info(SANDBOX_AUDIENCE)["members"]
    assert demo["email_address"] == "demo.reader@example.com"
    assert "No mail yet" in bench.get("/").text
    assert sandbox.running(bench.root) == bench.base
    bench.sent()
    assert len(bench.mails()) == 1


def test_reset_keeps_the_port(tmp_path: Path):
    with sandbox.start(tmp_path) as server:
        port = server.port
    sandbox.reset(tmp_path)
    with sandbox.start(tmp_path) as server:
        assert server.port == port


def test_reset_of_nothing_is_a_start(tmp_path: Path):
    sandbox.reset(tmp_path)
    with sandbox.ensure(tmp_path) as base:
        assert client_of(base).ping.get()


def test_old_links_lead_nowhere_after_a_reset(bench: Bench):
    bench.sent()
    link = str(bench.mail()["List-Unsubscribe"]).strip("<>")
    sandbox.reset(bench.root)
    assert bench.get(link).status == 404
    assert bench.post(link, form={}).status == 404


def spoil(root: Path, how: str) -> None:
    where = sandbox.folder(root)
    where.mkdir(parents=True)
    file = where / "state.sqlite3"
    if how == "noise":
        file.write_bytes(b"this is no database" * 100)
        return
    with Store(where).transaction() as db:
        db.execute("PRAGMA user_version = 99")


@pytest.mark.parametrize("how", ["noise", "another version"])
def test_a_damaged_state_is_one_clear_line_and_reset_heals_it(tmp_path: Path, how: str):
    spoil(tmp_path, how)
    with pytest.raises(Damaged) as caught:
        sandbox.start(tmp_path)
    assert "state.sqlite3" in str(caught.value)
    assert "publish sandbox reset" in str(caught.value)
    sandbox.reset(tmp_path)
    with sandbox.ensure(tmp_path) as base:
        assert client_of(base).campaigns.list()["total_items"] == 0


def test_a_state_that_cannot_be_opened_is_one_clear_line(tmp_path: Path):
    (tmp_path / ".publish").write_text("a file where the folder should be")
    with pytest.raises(PublishError, match="cannot use its state"):
        sandbox.start(tmp_path)
    with pytest.raises(PublishError, match="cannot use its state"):
        sandbox.reset(tmp_path)


def test_a_state_that_is_a_folder_is_one_clear_line(tmp_path: Path):
    (sandbox.folder(tmp_path) / "state.sqlite3").mkdir(parents=True)
    with pytest.raises(PublishError, match="cannot use its state"):
        sandbox.start(tmp_path)


def test_the_cache_may_be_deleted_under_a_running_server(bench: Bench):
    bench.sent()
    shutil.rmtree(bench.root / ".publish")
    assert bench.mc.campaigns.list()["total_items"] == 0
    bench.sent()
    assert len(bench.mails()) == 1


def test_two_servers_in_two_processes_share_one_state(tmp_path: Path):
    with child(SERVE, tmp_path) as one, child(SERVE, tmp_path) as two:
        first, second = client_of(first_line(one)), client_of(first_line(two))
        campaign = draft(first)
        assert second.campaigns.get(campaign)["status"] == "save"
        assert second.campaigns.send(campaign).status_code == 204
        assert first.campaigns.get(campaign)["status"] == "sent"
    assert len(mails(tmp_path)) == 1


def test_another_processs_ensure_finds_the_live_server(tmp_path: Path):
    with child(SERVE, tmp_path) as server:
        base = first_line(server)
        assert sandbox.running(tmp_path) == base
        with child(ENSURE, tmp_path) as other:
            assert first_line(other) == base
            assert other.wait(20) == 0
        assert sandbox.running(tmp_path) == base


def test_two_servers_deliver_what_is_due_once(tmp_path: Path, clock: Clock):
    """Both look at the clock several times a second."""
    one = sandbox.start(tmp_path, clock=clock)
    with one, sandbox.start(tmp_path, clock=clock):
        mc = client_of(one.base_url)
        campaigns = [draft(mc) for _ in range(5)]
        for campaign in campaigns:
            mc.campaigns.schedule(campaign, {"schedule_time": "2026-11-24T12:15:00Z"})
        clock.pass_(900)
        deadline = time.monotonic() + 10
        while len(mails(tmp_path)) < 5 and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.6)
        assert {mc.campaigns.get(c)["emails_sent"] for c in campaigns} == {1}
        listed = fetch("GET", one.base_url + "/").page.xpath("//main//li")
        assert len(listed) == 5
    assert len(mails(tmp_path)) == 5


def test_many_processes_that_start_at_once_on_nothing_all_work(tmp_path: Path):
    with (
        child(ASK, tmp_path, 1) as one,
        child(ASK, tmp_path, 2) as two,
        child(ASK, tmp_path, 3) as three,
    ):
        for process in (one, two, three):
            _, said = process.communicate(timeout=60)
            assert (process.returncode, said) == (0, "")
    with sandbox.ensure(tmp_path) as base:
        found = client_of(base).lists.get_list_members_info(SANDBOX_AUDIENCE, status="pending")
    assert found["total_items"] == 60
    assert len(mails(tmp_path)) == 60


def test_many_threads_at_once_make_as_many_campaigns(bench: Bench):
    made: list[str] = []

    def work() -> None:
        mc = client_of(bench.base)
        made.extend(mc.campaigns.create({"type": "regular"})["id"] for _ in range(10))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 80
    assert bench.mc.campaigns.list(count=1)["total_items"] == 80


def test_of_many_sends_at_once_one_wins(bench: Bench):
    campaign = bench.draft()
    statuses: list[int] = []

    def work() -> None:
        statuses.append(bench.api("POST", f"/campaigns/{campaign}/actions/send").status)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [204] + [400] * 7
    assert len(bench.mails()) == 1


def test_a_killed_server_has_forgotten_nothing(tmp_path: Path):
    with child(SERVE, tmp_path) as process:
        base = first_line(process)
        mc = client_of(base)
        sent, kept = draft(mc, title="sent"), draft(mc, title="kept")
        assert mc.campaigns.send(sent).status_code == 204
        rule = {"kind": "status", "status": 503, "path": "/3.0/ping"}
        fetch("POST", base + "/control/faults", document=[rule])
        kill(process)
    assert sandbox.running(tmp_path) is None
    assert len(mails(tmp_path)) == 1
    with sandbox.start(tmp_path) as server:
        assert server.base_url == base
        mc = client_of(base)
        assert mc.campaigns.get(sent)["status"] == "sent"
        assert mc.campaigns.get_content(kept)["html"] == HTML
        rules = fetch("GET", base + "/control/faults").json["rules"]
        assert [(rule["kind"], rule["seen"]) for rule in rules] == [("status", 0)]
    assert len(mails(tmp_path)) == 1


def test_a_late_effect_outlives_the_process_that_owed_it(tmp_path: Path):
    with child(SERVE, tmp_path) as process:
        base = first_line(process)
        campaign = draft(client_of(base))
        rule = {"kind": "late", "seconds": 1, "path": "*/actions/send"}
        fetch("POST", base + "/control/faults", document=[rule])
        with pytest.raises(OSError, match="timed out"):
            fetch(
                "POST",
                f"{base}/3.0/campaigns/{campaign}/actions/send",
                headers={"Authorization": f"Bearer {sandbox.SANDBOX_KEY}"},
                timeout=0.3,
            )
        kill(process)
    time.sleep(0.8)
    with sandbox.start(tmp_path) as server:
        assert client_of(server.base_url).campaigns.get(campaign)["status"] == "sent"
    assert len(mails(tmp_path)) == 1


@pytest.mark.parametrize("after", [0.0, 0.01, 0.03, 0.08])
def test_a_kill_while_sending_delivers_to_all_or_to_none(tmp_path: Path, after: float):
    readers = 120
    with child(SERVE, tmp_path) as process:
        base = first_line(process)
        mc = client_of(base)
        for number in range(readers):
            mc.lists.add_list_member(
                SANDBOX_AUDIENCE,
                {"email_address": f"r{number}@example.com", "status": "subscribed"},
            )
        campaign = draft(mc)

        def send() -> None:
            try:
                mc.campaigns.send(campaign)
            except Exception:
                return

        thread = threading.Thread(target=send)
        thread.start()
        time.sleep(after)
        kill(process)
        thread.join()
    with sandbox.start(tmp_path) as server:
        found = client_of(server.base_url).campaigns.get(campaign)
        delivered = [file for file in mails(tmp_path) if file.suffix == ".eml"]
        expected = {"sent": readers + 1, "save": 0}[found["status"]]
        assert found["emails_sent"] == expected
        assert len(delivered) == expected
        if found["status"] == "save":
            assert client_of(server.base_url).campaigns.send(campaign).status_code == 204
    assert len(list((sandbox.folder(tmp_path) / "mail").glob("*.eml"))) == readers + 1


def test_a_mail_whose_file_was_lost_to_a_crash_is_written_at_the_next_start(tmp_path: Path):
    with sandbox.start(tmp_path) as server:
        mc = client_of(server.base_url)
        mc.campaigns.send(draft(mc))
    (file,) = mails(tmp_path)
    whole = file.read_bytes()
    # What a crash between the row and the file leaves behind.
    file.unlink()
    with Store(sandbox.folder(tmp_path)).transaction() as db:
        db.execute("UPDATE mails SET written = 0")
    with sandbox.start(tmp_path):
        assert file.read_bytes() == whole


def test_importing_the_package_is_cheap():
    script = "import sys, publish.sandbox; print(*sorted(m for m in sys.modules if '.' not in m))"
    out = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    ).stdout
    assert not {"sqlite3", "http", "email", "lxml", "requests"} & set(out.split())
