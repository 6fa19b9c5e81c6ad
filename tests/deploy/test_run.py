"""The unattended run: what is due becomes public, then is mailed once; the ledger is pushed."""

from __future__ import annotations

import itertools
import json
import shutil
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from publish.http import fetch
from publish.office import golive
from publish.settings import load
from tests.deploy import runs
from tests.deploy.conftest import Rigs
from tests.deploy.runs import Blog, git, run, start
from tests.newsletter.stand import control, put_post

NUMBERS = itertools.count(1)
STRIDE = 31
"""Of the steps of a run each ``STRIDE``-th is one to die at: there are some two hundred."""


@pytest.fixture
def blog(servers: Rigs, tmp_path: Path) -> Iterator[Blog]:
    with runs.a_blog(tmp_path, servers, f"run-{next(NUMBERS)}") as blog:
        yield blog


def test_a_post_becomes_public_is_mailed_once_and_the_ledger_comes_home(blog: Blog):
    one = blog.begin()
    blog.write(one, "calm")
    dry = run(one, blog.base, live=False)
    assert dry.code == 0
    assert any("dry run" in line for line in dry.document["lines"])
    assert list(blog.www.iterdir()) == []
    assert not blog.facts()

    done = run(one, blog.base)
    assert done.code == 0, done.document
    assert [d["state"] for d in done.document["deploys"]] == ["live"]
    assert [i["slug"] for i in done.document["issues"]] == ["calm"]
    assert done.document["ledger"] == "pushed"
    assert blog.mails() == ["Calm"]
    assert fetch(f"{blog.servers.web}/{blog.name}/calm/")[0] == 200
    assert blog.facts()[-1]["fact"] == "done"
    last = git(one, "log", "-1", "--format=%s")
    assert "[skip ci]" in last
    assert git(one, "status", "--porcelain") == "", "nothing is left behind"

    again = run(one, blog.base)
    assert (again.code, again.document["ledger"]) == (0, "unchanged")
    assert [d["state"] for d in again.document["deploys"]] == ["unchanged"]
    two = blog.clone("two")
    other = run(two, blog.base)
    assert other.code == 0, other.document
    assert blog.mails() == ["Calm"]
    blog.write(two, "rest")
    dry = run(one, blog.base, live=False)
    assert any("is up already; nothing to do" in line for line in dry.document["lines"])
    assert "origin/main has newer commits: a run would pull them first" in dry.document["lines"]


def test_commits_that_only_this_machine_has_are_pushed_before_a_run(blog: Blog):
    one = blog.begin()
    put_post(one, "calm", "Give 50 mg.", days=0.01)
    blog.commit(one, "Write calm")
    for live in (False, True):
        refused = run(one, blog.base, live=live)
        assert refused.code == 1
        assert refused.document["errors"] == [
            "this branch has commits that origin/main lacks, and a run publishes what the "
            "repository has — git push, then run again"
        ]
    assert list(blog.www.iterdir()) == []
    git(one, "push", "-q")
    assert run(one, blog.base).code == 0
    assert blog.mails() == ["Calm"]
    assert git(one, "status", "--porcelain") == ""


def test_a_branch_that_was_never_pushed_is_pushed_before_a_run(blog: Blog):
    one = blog.begin()
    git(one, "switch", "-q", "-c", "words")
    for live in (False, True):
        refused = run(one, blog.base, live=live)
        assert refused.code == 1
        assert refused.document["errors"] == [
            "origin has no branch words, and a run publishes what the repository has — "
            "git push -u origin words, then run again"
        ]
    git(one, "push", "-q", "-u", "origin", "words")
    assert run(one, blog.base).code == 0


def test_a_letter_never_goes_before_its_page_and_open_ends_are_reported(blog: Blog):
    blog.values["DEPLOY_VERIFY"] = 0.3
    blog.values["SITEURL"] = "http://127.0.0.1:9"
    one = blog.begin()
    blog.write(one, "calm")
    early = run(one, blog.base)
    assert early.code == 3
    assert "not live after" in early.document["errors"][0]
    assert blog.mails() == []
    assert early.document["ledger"] == "pushed", "in every case the ledger is pushed"
    conf = one / "pelicanconf.py"
    blog.commit(one, "nothing")
    text = conf.read_text(encoding="utf-8").replace("SITEURL = 'http://127.0.0.1:9'\n", "")
    conf.write_text(text, encoding="utf-8")
    blog.commit(one, "the right address")
    git(one, "push", "-q", "origin", "HEAD:main")
    (one / ".publish/built").unlink()
    late = run(one, blog.base)
    assert late.code == 0, late.document
    assert blog.mails() == ["Calm"]


def test_killed_anywhere_the_next_run_anywhere_ends_with_one_delivery(blog: Blog):
    """The ledger is where it was, or lost with its machine, or deleted by hand."""
    machine = blog.begin()
    assert run(machine, blog.base).code == 0
    expected = []
    for number in itertools.count():
        slug = f"post-{number:02}"
        blog.write(machine, slug)
        ended = run(machine, blog.base, kill=1 + STRIDE * number)
        page = blog.www / slug / "index.html"
        if slug.title() in blog.mails():
            assert page.is_file(), "the page is up before the letter goes"
        if number % 3:
            shutil.rmtree(machine)
            machine = blog.clone(f"machine-{number}")
        if number % 3 == 2:
            # Deleted where it is kept, too.
            git(
                machine,
                "rm",
                "-q",
                "-r",
                "--ignore-unmatch",
                "content/ledger/issues.jsonl",
                "content/ledger/issues",
            )
            git(machine, "commit", "-q", "--allow-empty", "-m", "Lose the ledger")
            git(machine, "push", "-q", "origin", "HEAD:main")
        after = run(machine, blog.base)
        if after.code == 4:
            after = run(machine, blog.base)
        assert after.code == 0, (number, ended, after.document)
        expected.append(slug.title())
        assert sorted(blog.mails()) == sorted(expected), (number, ended)
        assert page.is_file()
        assert git(machine, "status", "--porcelain") == "", number
        if ended.code != -signal.SIGKILL:
            break
    assert number > 3


def test_two_machines_at_once_deliver_once(blog: Blog):
    one = blog.begin()
    two = blog.clone("two")
    blog.write(one, "calm")
    both = [start(one, blog.base), start(two, blog.base)]
    ended = [wait() for wait in both]
    assert all(end.code in (0, 1, 3, 4) for end in ended), ended
    assert run(two, blog.base).code == 0
    assert run(one, blog.base).code == 0
    assert blog.mails() == ["Calm"]
    assert sum(fact["fact"] == "done" for fact in blog.facts()) >= 1


def test_uncommitted_content_and_a_diverged_branch_stop_a_run_before_it_begins(blog: Blog):
    one = blog.begin()
    other = blog.clone("other")
    draft = one / "content/posts/new.md"
    draft.parent.mkdir(exist_ok=True)
    draft.write_text("Title: New\n\nWords.\n", encoding="utf-8")
    refused = run(one, blog.base)
    assert refused.code == 1
    assert "content/posts/new.md: is not committed" in refused.document["errors"][0]
    draft.unlink()
    blog.write(other, "calm")
    git(one, "commit", "-q", "--allow-empty", "-m", "apart")
    diverged = run(one, blog.base)
    assert diverged.code == 1
    assert "have diverged" in diverged.document["errors"][0]
    assert blog.mails() == []


def test_a_home_that_cannot_be_written_stops_a_run_before_any_mail(blog: Blog):
    one = blog.begin()
    blog.write(one, "calm")
    git(one, "remote", "set-url", "--push", "origin", str(blog.folder / "nowhere.git"))
    stopped = run(one, blog.base)
    assert stopped.code == 3
    assert "the ledger could not be pushed, so nothing is sent" in stopped.document["errors"][0]
    assert blog.mails() == []


def test_a_ledger_that_is_refused_after_a_letter_went_out_is_exit_4(blog: Blog):
    one = blog.begin()
    blog.write(one, "calm")
    blog.write(one, "night")
    hook = blog.origin / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho no; exit 1\n", encoding="ascii")
    hook.chmod(0o755)
    # That the second letter was refused makes the first one no less sent.
    rule = {"kind": "status", "path": "/3.0/campaigns", "method": "POST", "nth": 2, "status": 400}
    control(blog.base, [rule])
    ended = run(one, blog.base)
    assert ended.code == 4, ended.document
    assert ended.document["ledger"] == "unpushed"
    assert [issue["slug"] for issue in ended.document["issues"]] == ["calm"]
    assert any(error.startswith("night “Night”: ") for error in ended.document["errors"])
    assert blog.mails() == ["Calm"]
    hook.unlink()
    assert run(blog.clone("two"), blog.base).code == 0
    assert run(one, blog.base).code == 0
    assert sorted(blog.mails()) == ["Calm", "Night"]
    assert any(fact["fact"] == "done" for fact in blog.facts())


def test_the_author_pushes_during_a_run_and_has_changed_files(blog: Blog):
    one = blog.begin()
    blog.write(one, "calm")
    two = blog.clone("two")
    hook = blog.origin / "hooks" / "pre-receive"
    # The first push of the run comes too late: the author's is there.
    script = (
        f"#!/bin/sh\nrm -f {hook}\nunset GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY "
        f"GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_DIR\ncd {two} && git -c user.name=a "
        "-c user.email=a@b.example commit -q --allow-empty -m meanwhile && "
        "git push -q origin HEAD:main\nexit 0\n"
    )
    hook.write_text(script, encoding="ascii")
    hook.chmod(0o755)
    ended = run(one, blog.base)
    assert ended.code == 0, ended.document
    log = git(blog.origin, "log", "--format=%s", "main")
    assert log.splitlines()[:2] == ["Ledger: what was published and mailed [skip ci]", "meanwhile"]
    assert blog.mails() == ["Calm"]


def test_a_site_that_cannot_be_built_sends_nothing_and_settles_only(blog: Blog):
    one = blog.begin()
    blog.write(one, "calm")
    assert run(one, blog.base).code == 0
    file = one / "content/posts/calm.md"
    file.write_text(file.read_text(encoding="utf-8").replace("Uid: ", "Uid: other"), "utf-8")
    blog.write(one, "later")
    ended = run(one, blog.base)
    assert ended.code == 1
    assert "belongs to another Uid" in ended.document["errors"][0]
    assert blog.mails() == ["Calm"]
    assert not (blog.www / "later").exists()


def test_a_post_that_went_takes_its_scheduled_letter_back_before_its_page_goes(
    servers: Rigs, tmp_path: Path
):
    with runs.a_blog(tmp_path, servers, f"run-{next(NUMBERS)}", NEWSLETTER_UNDO_MINUTES=30) as blog:
        one = blog.begin()
        blog.write(one, "stays")
        blog.write(one, "goes")
        assert run(one, blog.base).code == 0
        git(one, "rm", "-q", "content/posts/goes.md")
        urls = one / "content/ledger/urls.json"
        known = json.loads(urls.read_text(encoding="utf-8"))
        urls.write_text(json.dumps({a: u for a, u in known.items() if "goes" not in a}), "utf-8")
        git(one, "add", "-A")
        git(one, "commit", "-q", "-m", "Take it off")
        git(one, "push", "-q", "origin", "HEAD:main")
        ended = run(one, blog.base)
        assert any("taken back" in line for line in ended.document["lines"]), ended.document
        assert [fact["fact"] for fact in blog.facts()][-1] == "undone"
        assert run(one, blog.base).code == 1, "a third of the pages vanishing wants a person"


def test_a_rollback_takes_the_scheduled_letter_of_the_page_that_went_back_and_stands(
    servers: Rigs, tmp_path: Path
):
    with runs.a_blog(tmp_path, servers, f"run-{next(NUMBERS)}", NEWSLETTER_UNDO_MINUTES=30) as blog:
        one = blog.begin()
        for slug in ("stays", "goes"):
            blog.write(one, slug)
            assert run(one, blog.base).code == 0
        settings = load(one / "pelicanconf.py")
        out = golive.go_live(settings, None, rollback="")
        assert out.state == "live"
        ended = run(one, blog.base)
        assert ended.code == 1
        assert "rolled back from release" in ended.document["errors"][0]
        assert [line for line in ended.document["lines"] if "goes" in line and "taken back" in line]
        assert not [line for line in ended.document["lines"] if line.startswith("stays")]
        assert run(one, blog.base).code == 1, "a machine never undoes it"
        assert fetch(f"{settings.siteurl}/goes/")[0] == 404
        blog.write(one, "correction")
        assert run(one, blog.base).code == 0


def test_a_target_that_fails_keeps_the_site_from_no_other(servers: Rigs, tmp_path: Path):
    name = f"run-{next(NUMBERS)}"
    targets = {
        "stage": {"kind": "folder", "path": "pelicanconf.py/stage"},
        "www": {"kind": "folder", "path": str(servers.www / name)},
    }
    with runs.a_blog(tmp_path, servers, name, DEPLOY=targets) as blog:
        one = blog.begin()
        blog.write(one, "calm")
        ended = run(one, blog.base)
        assert ended.code == 3, ended.document
        assert [d["state"] for d in ended.document["deploys"]] == ["stopped", "live"]
        assert (blog.www / "calm/index.html").is_file()
        assert blog.mails() == [], "no letter goes before the site is up everywhere"


def test_a_post_dated_ahead_waits_and_is_named(blog: Blog):
    one = blog.begin()
    ahead = datetime.now(UTC) + timedelta(hours=3)
    blog.write(one, "tomorrow", Date=f"{ahead:%Y-%m-%d %H:%M}+00:00")
    ended = run(one, blog.base)
    assert ended.code == 0
    due = datetime.fromisoformat(ended.document["next_due"])
    assert due == ahead.replace(second=0, microsecond=0)
    assert not (blog.www / "tomorrow").exists()
    assert blog.mails() == []


def test_without_a_repository_it_does_the_same_without_the_journeys(blog: Blog):
    one = blog.begin()
    blog.write(one, "calm")
    shutil.rmtree(one / ".git")
    done = run(one, blog.base)
    assert (done.code, done.document["ledger"]) == (0, "none"), done.document
    assert run(one, blog.base).code == 0
    assert blog.mails() == ["Calm"]
