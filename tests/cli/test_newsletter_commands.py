"""The newsletter's commands as an author types them, against the sandbox of a small site."""

from __future__ import annotations

import json
import re
import sqlite3
import time
import xml.etree.ElementTree as ElementTree
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from publish import sandbox
from publish.newsletter.facts import Fact
from publish.newsletter.ledger import Ledger
from publish.post.issue import digest_of
from tests.cli.inside import publish
from tests.newsletter.stand import (
    composed,
    control,
    deliveries,
    live_environment,
    make_site,
    put_post,
    web_host,
)

NOBODY = "SANDBOX — nobody was e-mailed"
READER = "demo.reader@example.com"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A site with one old post and no new one."""
    make_site(tmp_path)
    put_post(tmp_path, "old", days=90)
    return tmp_path


def settled(root: Path, count: int) -> list[str]:
    """The deliveries, once there are ``count`` or patience ends."""
    for _ in range(50):
        with sandbox.ensure(root):
            if len(found := deliveries(root)) >= count:
                return found
        time.sleep(0.05)
    return deliveries(root)


def undo_minutes(root: Path, minutes: float) -> None:
    with (root / "pelicanconf.py").open("a") as conf:
        conf.write(f"NEWSLETTER_UNDO_MINUTES = {minutes}\n")


def test_the_first_run_mails_no_archive(small: Path):
    done = publish("send", "--yes", cwd=small)
    assert done.returncode == 0
    assert f"nothing to send [{NOBODY}]" in done.stdout
    assert deliveries(small) == []


def test_a_new_post_goes_out_once_and_every_line_that_matters_says_sandbox(small: Path):
    put_post(small, "new")
    shown = publish("send", "--yes", cwd=small)
    assert shown.returncode == 0, shown.stderr
    for line in ("About new", "Soon said", "1 reader", "Stand <stand@example.com>"):
        assert line in shown.stderr
    assert re.search(rf"^new “New”: being sent .*\[{NOBODY}\]$", shown.stdout, re.M)
    again = publish("send", "new", "--yes", cwd=small)
    assert again.returncode == 0
    assert "already being sent" in again.stdout or "already sent" in again.stdout
    assert settled(small, 1) == [READER]


def test_an_old_post_goes_when_it_is_named_by_slug_or_path(small: Path):
    put_post(small, "older", days=400)
    assert publish("send", "content/posts/old.md", "--yes", cwd=small).returncode == 0
    assert publish("send", "older", "--yes", cwd=small).returncode == 0
    assert settled(small, 2) == [READER, READER]


def test_without_a_terminal_it_does_not_guess(small: Path):
    put_post(small, "new")
    done = publish("send", cwd=small)
    assert done.returncode == 2
    assert "add --yes" in done.stderr
    assert deliveries(small) == []


def test_json_says_what_happened(small: Path):
    put_post(small, "new")
    done = publish("send", "--yes", "--json", cwd=small)
    (told,) = json.loads(done.stdout)
    made = composed(small, "new")
    assert (told["slug"], told["key"], told["digest"]) == ("new", made.key, made.digest)
    assert told["sent_by_this_run"] is True
    assert told["sandbox"] is True
    assert json.loads(publish("send", "--yes", "--json", cwd=small).stdout) == []


def test_what_was_received_is_what_was_composed(small: Path):
    put_post(small, "new", words="Exactly these words")
    publish("send", "--yes", cwd=small)
    with sqlite3.connect(small / ".publish/sandbox/state.sqlite3") as db:
        html, text, settings = db.execute(
            "SELECT html, plain_text, settings FROM campaigns"
        ).fetchone()
    given = json.loads(settings)
    made = composed(small, "new")
    assert digest_of(given["subject_line"], given["preview_text"], html, text) == made.digest


def test_it_is_scheduled_ahead_and_can_be_taken_back_and_sent_again(small: Path):
    undo_minutes(small, 15)
    put_post(small, "new")
    sent = publish("send", "--yes", cwd=small)
    assert "new “New”: goes out" in sent.stdout
    assert "publish undo new" in sent.stdout
    state = json.loads(publish("status", "new", "--json", cwd=small).stdout)[0]
    assert state["status"] == "schedule"
    when = datetime.fromisoformat(state["send_time"])
    assert when.minute % 15 == 0
    assert timedelta(minutes=14) < when - datetime.now(UTC) < timedelta(minutes=31)
    back = publish("undo", cwd=small)
    assert back.returncode == 0
    assert "taken back" in back.stdout
    assert "taken back; it goes out only by name" in publish("status", "new", cwd=small).stdout
    assert "nothing to send" in publish("send", "--yes", cwd=small).stdout
    again = publish("undo", "new", cwd=small)
    assert (again.returncode, again.stderr) == (0, "")
    assert "it was taken back before; nothing sends it unasked" in again.stdout
    assert publish("send", "new", "--now", "--yes", cwd=small).returncode == 0
    assert settled(small, 1) == [READER]
    late = publish("undo", "new", cwd=small)
    assert (late.returncode, "too late" in late.stderr) == (1, True)


def test_at_is_kept_and_a_time_that_is_past_is_refused(small: Path):
    put_post(small, "new")
    vienna = ZoneInfo("Europe/Vienna")
    day = (datetime.now(vienna) + timedelta(days=2)).strftime("%Y-%m-%d")
    assert publish("send", "--at", "2020-01-01 07:30", "--yes", cwd=small).returncode == 2
    assert publish("send", "--at", f"{day} 07:31", "--yes", cwd=small).returncode == 2
    assert deliveries(small) == []
    assert publish("send", "--at", f"{day} 07:30", "--yes", cwd=small).returncode == 0
    state = json.loads(publish("status", "new", "--json", cwd=small).stdout)[0]
    due = datetime.fromisoformat(state["send_time"]).astimezone(vienna)
    assert f"{due:%Y-%m-%d %H:%M}" == f"{day} 07:30"


def test_a_plan_that_does_not_schedule_is_counted_down_here(small: Path):
    # A fraction of a minute, for nobody wants to wait in a test; the rule is the same.
    undo_minutes(small, 1)
    conf = small / "pelicanconf.py"
    put_post(small, "new")
    with sandbox.start(small) as server:
        control(server.base_url, [{"kind": "free_plan", "times": 0}])
        vienna = ZoneInfo("Europe/Vienna")
        day = (datetime.now(vienna) + timedelta(days=2)).strftime("%Y-%m-%d")
        refused = publish("send", "--at", f"{day} 07:30", "--yes", cwd=small)
        assert refused.returncode == 1
        assert "does not schedule" in refused.stderr
        assert deliveries(small) == []
        conf.write_text(conf.read_text() + "NEWSLETTER_UNDO_MINUTES = 0\n")
        assert publish("send", "--yes", cwd=small).returncode == 0
    assert settled(small, 1) == [READER]


def test_several_posts_go_as_one_digest_and_never_again_alone(small: Path):
    put_post(small, "first", days=2, words="First words")
    put_post(small, "second", days=1, words="Second words")
    done = publish("send", "--digest", "--yes", "--json", cwd=small)
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) == 1
    assert settled(small, 1) == [READER]
    (mail,) = (small / ".publish/sandbox/mail").glob("*.eml")
    from email import policy
    from email.parser import BytesParser

    message = BytesParser(policy=policy.default).parsebytes(mail.read_bytes())
    assert message["subject"] == "About second, and 1 more"
    for kind in ("html", "plain"):
        body = message.get_body((kind,))
        assert body is not None
        text = body.get_content()
        assert text.index("Second words") < text.index("First words")
    alone = publish("send", "--yes", cwd=small)
    assert "nothing to send" in alone.stdout
    assert "in the digest" in publish("plan", "first", cwd=small).stdout
    assert settled(small, 1) == [READER]


def test_long_titles_and_summaries_go_out(small: Path):
    for name in ("one", "two", "three"):
        words = f"{name} and so on, " * 10
        put_post(small, name, Title=words, Subject="", Summary=words)
    done = publish("send", "one", "--yes", cwd=small)
    assert done.returncode == 0, done.stderr
    done = publish("send", "two", "three", "--digest", "--yes", cwd=small)
    assert done.returncode == 0, done.stderr
    assert ", and 1 more" in done.stderr
    assert settled(small, 2) == [READER, READER]


def test_an_update_goes_once_for_each_change_and_not_without_one(small: Path):
    put_post(small, "new", words="As it was")
    publish("send", "--yes", cwd=small)
    same = publish("send", "new", "--as-update", "--yes", cwd=small)
    assert (same.returncode, "identical to what was sent" in same.stderr) == (1, True)
    put_post(small, "new", words="As it is")
    changed = publish("status", "new", cwd=small).stdout
    assert "changed since it was sent" in changed
    assert "[-was-] {+is+}" in changed
    assert publish("send", "new", "--as-update", "--yes", cwd=small).returncode == 0
    assert publish("send", "new", "--as-update", "--yes", cwd=small).returncode == 0
    assert settled(small, 2) == [READER, READER]


def test_status_settles_a_send_whose_answer_was_lost(small: Path):
    put_post(small, "new")
    ledger = Ledger(sandbox.folder(small) / "ledger")
    with sandbox.start(small) as server:
        control(server.base_url, [{"kind": "drop_after", "path": "*/actions/send"}])
        done = publish("send", "--yes", cwd=small)
        assert done.returncode == 0
        # As if the process had died before it could look: the last fact is the try.
        lines = ledger.file.read_text().splitlines(keepends=True)
        ledger.file.write_text("".join(x for x in lines if '"done"' not in x))
        made = composed(small, "new")
        assert ledger.read()[made.key].unanswered
        told = publish("status", "new", cwd=small)
        assert told.returncode == 0
        assert "sent" in told.stdout
        assert ledger.read()[made.key].done
    assert settled(small, 1) == [READER]


def test_status_says_unknown_while_a_send_may_still_act(small: Path):
    put_post(small, "new")
    with (small / "pelicanconf.py").open("a") as conf:
        conf.write("NEWSLETTER_SETTLE = 600\n")
    ledger = Ledger(sandbox.folder(small) / "ledger")
    with sandbox.start(small) as server:
        control(server.base_url, [{"kind": "free_plan", "times": 0}])
        undo_minutes(small, 15)
        vienna = ZoneInfo("Europe/Vienna")
        day = (datetime.now(vienna) + timedelta(days=2)).strftime("%Y-%m-%d")
        assert publish("send", "--at", f"{day} 07:30", "--yes", cwd=small).returncode == 1
        made = composed(small, "new")
        draft = ledger.read()[made.key].tried
        from publish.newsletter.facts import Fact

        ledger.append(Fact("send_try", made.key, time.time(), draft))
        told = publish("status", "new", cwd=small)
    assert told.returncode == 4
    assert "unknown" in told.stdout


def test_a_test_mail_has_the_bytes_and_leaves_nothing_behind(small: Path):
    put_post(small, "new", words="Exactly these words")
    done = publish("test", "new", "--to", "me@example.com", "you@example.com", cwd=small)
    assert done.returncode == 0, done.stderr
    mails = list((small / ".publish/sandbox/mail").glob("*.eml"))
    assert len(mails) == 2
    assert all(b"Exactly these words" in mail.read_bytes() for mail in mails)
    assert json.loads(publish("status", "new", "--json", cwd=small).stdout)[0]["status"] == ""
    assert publish("test", "new", "--to", "nobody", cwd=small).returncode == 2
    # A draft is tested too, and no page or address comes of that.
    put_post(small, "sketch", Status="draft")
    assert publish("test", "sketch", "--to", "me@example.com", cwd=small).returncode == 0
    assert not (small / "output").exists()
    assert not (small / "content/ledger/urls.json").exists()
    with sandbox.ensure(small) as base:
        wrong = live_environment(base) | {"MAILCHIMP_API_KEY": f"{0:032x}-us1"}
        refused = publish("test", "new", "--to", "me@example.com", cwd=small, env=wrong)
        control(base, [{"kind": "drop_after", "path": "*/actions/test"}])
        lost = publish("test", "new", "--to", "me@example.com", cwd=small)
        control(base, [{"kind": "drop_after", "path": "*/campaigns"}])
        none = publish("test", "new", "--to", "me@example.com", cwd=small)
    assert none.returncode == 3
    assert re.search("the test was not mailed: .* — run this again", none.stderr), none.stderr
    assert refused.returncode == 2
    assert "check MAILCHIMP_API_KEY" in refused.stderr
    assert lost.returncode == 4
    assert "may have been mailed" in lost.stderr
    put_post(small, "quiet", Newsletter="no")
    quiet = publish("test", "quiet", "--to", "me@example.com", cwd=small)
    assert quiet.returncode == 1
    assert "quiet: its post says `Newsletter: no` — it has no letter before that" in quiet.stderr
    absent = publish("test", "absent", "--to", "me@example.com", cwd=small)
    assert absent.returncode == 2
    assert "absent: there is no letter" in absent.stderr


def test_nothing_is_mailed_to_readers_before_the_built_site_is_up(small: Path):
    put_post(small, "new")
    with (small / "pelicanconf.py").open("a") as conf:
        conf.write("DEPLOY = {'live': {'kind': 'folder', 'path': 'www'}}\n")
    with sandbox.ensure(small) as base:
        done = publish("send", "--live", "--yes", cwd=small, env=live_environment(base))
    assert done.returncode == 1
    assert "not what readers get yet — run `publish deploy`, then send" in done.stderr
    assert deliveries(small) == []


def test_the_gate_asks_for_no_page_before_the_release_that_holds_it_is_up(small: Path):
    class Pages(dict[str, bytes]):
        def __init__(self) -> None:
            self.asked: list[str] = []

        def get(self, path: str, default: Any = None) -> Any:
            self.asked.append(path.partition("?")[0])
            return super().get(self.asked[-1], default)

    put_post(small, "new")
    with web_host(pages := Pages()) as site, sandbox.start(small, register=False) as server:
        conf = small / "pelicanconf.py"
        conf.write_text(
            conf.read_text().replace("http://127.0.0.1:9", site)
            + 'DEPLOY = {"web": {"kind": "folder", "path": "www"}}\n'
        )
        live = live_environment(server.base_url)
        early = publish("send", "new", "--yes", cwd=small, env=live)
        assert early.returncode == 1
        assert "run `publish deploy`, then send" in early.stderr
        assert pages.asked == ["/publish-release.json"]
        assert publish("deploy", "--no-verify", cwd=small).returncode == 0
        pages["/publish-release.json"] = (small / "www/publish-release.json").read_bytes()
        pages["/new/"] = (
            f'<meta name="page-digest" content="{composed(small, "new").page_digest}">'.encode()
        )
        assert publish("send", "new", "--yes", cwd=small, env=live).returncode == 0
        assert "/new/" in pages.asked
    assert deliveries(small) == [READER]


def test_what_was_built_this_moment_is_not_built_again(small: Path):
    put_post(small, "new")
    assert publish("build", cwd=small).returncode == 0
    done = publish("send", "--yes", cwd=small)
    assert done.returncode == 0
    assert "built first" not in done.stdout + done.stderr


@pytest.mark.parametrize("how", ["draft", "not for the mail", "deleted"])
def test_a_scheduled_letter_is_the_first_line_where_a_build_refuses_to_take_its_post_off(
    small: Path, how: str
):
    undo_minutes(small, 15)
    post = put_post(small, "new")
    assert publish("send", "--yes", cwd=small).returncode == 0
    text = post.read_text()
    if how == "draft":
        post.write_text(text.replace("Status: published", "Status: draft"))
    elif how == "deleted":
        post.unlink()
    else:
        # What else is wrong with the site does not hide it.
        post.write_text(text.replace("Status:", "Newsletter: no\nStatus:"))
        put_post(small, "old", Status="draft")
    assert publish("build", cwd=small).returncode == 1
    first = publish("status", cwd=small).stdout.splitlines()[0]
    assert (
        "its post is not public any more, or not for the mail; `publish undo new` takes it back"
        in first
    )


def test_no_build_warns_of_a_letter_of_another_site_that_a_status_noted(small: Path):
    known = {"status": "schedule", "time": "2099-01-01T09:00:00+00:00"}
    theirs = Fact("done", "f" * 20, time.time(), "aaaa1111", known)
    Ledger(sandbox.folder(small) / "ledger").append(theirs)
    built = publish("build", cwd=small)
    assert (built.returncode, "takes it back" in built.stderr) == (0, False), built.stderr


def test_every_build_warns_of_a_scheduled_letter_whose_post_is_gone(small: Path):
    undo_minutes(small, 15)
    post = put_post(small, "new")
    assert publish("send", "--yes", cwd=small).returncode == 0
    assert publish("build", cwd=small).stderr == ""
    post.write_text(post.read_text().replace("Status:", "Newsletter: no\nStatus:"))
    for _ in range(3):
        assert (
            "its post is not public any more, or not for the mail; `publish undo new`"
            in publish("build", cwd=small).stderr
        )
    assert publish("undo", "new", cwd=small).returncode == 0
    assert publish("build", cwd=small).stderr == ""


def test_the_report_is_a_table_json_and_a_drawing(small: Path):
    assert publish("report", cwd=small).stdout.startswith("no letter was sent yet [SANDBOX")
    put_post(small, "new")
    publish("send", "--yes", cwd=small)
    settled(small, 1)
    table = publish("report", "--plot", "figures.svg", cwd=small).stdout.splitlines()
    assert table[0].split()[0] == "letter"
    assert table[1].split()[:3][0] == "new"
    drawing = ElementTree.parse(small / "figures.svg").getroot()
    assert drawing.tag.endswith("svg")
    (row,) = json.loads(publish("report", "new", "--json", cwd=small).stdout)
    assert (row["slug"], row["recipients"]) == ("new", 1)


def test_the_doctor_finds_what_is_wrong_and_says_what_to_do(small: Path):
    well = publish("doctor", cwd=small)
    assert well.returncode == 0, well.stdout
    with (small / "pelicanconf.py").open("a") as conf:
        conf.write("NEWSLETTER_TOPICS = {'Career': '4711'}\nSITEURL = ''\n")
        conf.write("NEWSLETTER_SIGNUP_ACTION = '//x.list-manage.com'\n")
    sick = publish("doctor", cwd=small)
    assert sick.returncode == 1
    lines = [line for line in sick.stdout.splitlines() if line.startswith("fix")]
    assert len(lines) == 3
    assert all(" — " in line for line in lines)
    assert re.match(r"fix   settings: pelicanconf\.py:\d+: the sign-up form cannot", lines[0])
    with (small / "pelicanconf.py").open("a") as conf:
        conf.write("PATH = 'nowhere'\n")
    away = publish("doctor", cwd=small)
    assert away.returncode == 1
    said = r"fix   settings: pelicanconf\.py:\d+: PATH names nowhere/, which is no folder — make it"
    assert re.match(said, away.stdout)


def test_a_topic_goes_to_its_own_readers(small: Path):
    put_post(small, "new")
    with sandbox.start(small) as server:
        import urllib.request
        from base64 import b64encode

        request = urllib.request.Request(
            f"{server.base_url}/3.0/lists/{sandbox.SANDBOX_AUDIENCE}/segments",
            data=json.dumps({"name": "Careers", "static_segment": []}).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": "Basic " + b64encode(f"x:{sandbox.SANDBOX_KEY}".encode()).decode(),
            },
        )
        with urllib.request.urlopen(request) as answer:
            segment = json.loads(answer.read())["id"]
        with (small / "pelicanconf.py").open("a") as conf:
            conf.write(f"NEWSLETTER_TOPICS = {{'Career': '{segment}'}}\n")
        done = publish("plan", "new", cwd=small)
        assert done.returncode == 0
        done = publish("send", "--yes", cwd=small)
    # The segment is empty: Mailchimp does not call it ready, or mails nobody; never everybody.
    assert deliveries(small) == []
    assert done.returncode in (0, 3), done.stderr
    assert "only segment “Careers” (0 readers)" in done.stderr
    made = composed(small, "new")
    assert Ledger(sandbox.folder(small) / "ledger").read()[made.key].intent


def test_the_sandbox_commands(small: Path):
    put_post(small, "new")
    publish("send", "--yes", cwd=small)
    settled(small, 1)
    listed = publish("sandbox", "inbox", cwd=small)
    assert f"{READER}  About new" in listed.stdout
    assert publish("sandbox", "reset", cwd=small).returncode == 0
    assert deliveries(small) == []
    assert publish("sandbox", "inbox", cwd=small).stdout == ""
    assert publish("send", "--yes", cwd=small).returncode == 0
    assert settled(small, 1) == [READER]


def test_a_dry_run_is_told_in_words_and_for_scripts(small: Path):
    told = publish("run", cwd=small).stdout.splitlines()
    assert told[0] == "the site would be built"
    assert told[-1].startswith("a dry run: nothing was written; with --live it happens [SANDBOX")
    found = json.loads(publish("run", "--json", cwd=small).stdout)
    assert (found["code"], found["live"], found["lines"]) == (0, False, told)
    publish("build", "-q", cwd=small)
    told = publish("run", cwd=small).stdout.splitlines()
    assert told[0] == "DEPLOY is empty: nothing is uploaded"


def test_a_status_without_a_letter_says_so(small: Path):
    (small / "content/posts/old.md").unlink()
    told = publish("status", cwd=small).stdout
    assert told == "there is no letter yet [SANDBOX — nobody was e-mailed]\n"
    put_post(small, "old", days=90)
    told = publish("status", cwd=small).stdout
    assert told == "1 older post goes out only by name [SANDBOX — nobody was e-mailed]\n"


def test_the_plan_writes_nothing(small: Path):
    put_post(small, "new")
    with sandbox.start(small) as server:
        control(server.base_url, None)
        found = json.loads(publish("plan", "--json", cwd=small).stdout)
        seen = control(server.base_url, [])["requests"]
    assert {r["method"] for r in seen} == {"GET"}
    assert [(item["slug"], item["send"]) for item in found] == [("old", False), ("new", True)]
    assert found[1]["writes"][0] == "POST /campaigns"
    assert not (sandbox.folder(small) / "ledger").exists()


def test_the_plan_knows_what_becomes_public_by_the_build_of_send(small: Path):
    put_post(small, "new", days=10)
    planned = json.loads(publish("plan", "--json", cwd=small).stdout)
    assert [item["slug"] for item in planned if item["send"]] == ["new"]
    sent = json.loads(publish("send", "--yes", "--json", cwd=small).stdout)
    assert [item["slug"] for item in sent] == ["new"]


def test_an_issue_changed_by_hand_is_composed_again_and_never_sent(small: Path):
    put_post(small, "new")
    publish("build", cwd=small)
    file = small / ".publish/issues/new/issue.html"
    file.write_text(file.read_text().replace("Hello", "Hullo"))
    refused = publish("send", "--yes", "--no-build", cwd=small)
    assert (refused.returncode, "run `publish build`" in refused.stderr) == (1, True)
    assert publish("send", "--yes", cwd=small).returncode == 0
    settled(small, 1)
    (mail,) = (small / ".publish/sandbox/mail").glob("*.eml")
    assert b"Hello" in mail.read_bytes()


def test_a_post_that_became_public_under_a_date_of_days_ago_is_reported(small: Path):
    assert publish("build", cwd=small).stderr == ""
    days = small / "content/ledger/since.json"
    days.write_text(re.sub(r"\d{4}-\d\d-\d\d", "2026-01-01", days.read_text()))
    put_post(small, "draft", days=8)
    put_post(small, "fresh", days=2)
    put_post(small, "archive", days=80)
    told = [line for line in publish("build", cwd=small).stderr.splitlines() if "Date" in line]
    assert len(told) == 1
    assert "content/posts/draft.md: its Date is 8 days ago" in told[0]
    # And it is picked, for the day it became public counts.
    assert "nothing to send" not in publish("plan", "draft", cwd=small).stdout


def test_no_is_an_answer_and_no_error(small: Path, monkeypatch: pytest.MonkeyPatch):
    put_post(small, "new")
    monkeypatch.setattr("publish.cli.confirming._agreed", lambda question: False)
    done = publish("send", cwd=small)
    assert (done.returncode, done.stdout) == (0, "nothing was sent\n")
    assert deliveries(small) == []


@pytest.mark.parametrize("command", ["plan", "status", "send", "undo", "report", "test"])
def test_an_audience_that_does_not_exist_is_a_configuration_error(small: Path, command: str):
    put_post(small, "new")
    more = {"send": ["--yes"], "test": ["new", "--to", "me@example.com"]}.get(command, [])
    with sandbox.start(small, register=False) as server:
        env = {**live_environment(server.base_url), "MAILCHIMP_AUDIENCE": "0123456789"}
        done = publish(command, *more, cwd=small, env=env)
    assert done.returncode == 2, done.stdout
    assert "Mailchimp has no audience 0123456789" in done.stderr
    assert "set NEWSLETTER_AUDIENCE" in done.stderr


@pytest.mark.parametrize("command", ["plan", "status", "report", "undo", "send"])
def test_a_post_that_has_no_letter_is_not_told_to_be_none(small: Path, command: str):
    put_post(small, "quiet", Newsletter="no")
    put_post(small, "idea", Status="draft")
    put_post(small, "later", days=-3)
    put_post(small, "aside", Status="hidden")
    put_post(small, "calm")
    put_post(small, "ruhig", Slug="calm", Lang="de")
    for name, why in (
        ("posts/ruhig.md", "it is a translation, and readers get content/posts/calm.md"),
        ("quiet", "its post says `Newsletter: no`"),
        ("idea", "its post is a draft"),
        ("later", "its post is not public, or dated ahead"),
        ("aside", "its post is not public, or dated ahead"),
    ):
        told = publish(command, name, cwd=small)
        assert told.returncode == 1
        assert f"error: {name}: {why} — it has no letter before that changes\n" in told.stderr
    assert publish(command, "absent", cwd=small).returncode == 2


def test_a_post_that_is_not_built_yet_is_not_said_to_be_hidden(small: Path):
    put_post(small, "new")
    told = publish("undo", "new", cwd=small)
    assert told.returncode == 2
    assert "new: there is no letter and no composed issue" in told.stderr
