"""Publishing, uploading and renaming as acts: one question, its steps, and where they stop."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from publish import sandbox
from publish.errors import ConfigError, Exit, OutcomeUnknown, PublishError, Refused
from publish.office import acts, context
from publish.office import git as office_git
from publish.office.context import Office
from publish.office.question import Done, Question
from publish.settings import Settings, load
from tests.desk.site import Open, a_site


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=Nora", "-c", "user.email=n@example.com"]
    done = subprocess.run(["git", *who, *words], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """A site in a Git repository with a remote, whose sandbox runs."""
    found = a_site(tmp_path_factory.mktemp("blog") / "site")
    (found.root / ".gitignore").write_text("output\n.publish\nwww\n")
    git(found.root, "init", "-q", "-b", "main")
    git(found.root, "config", "user.name", "Nora")
    git(found.root, "config", "user.email", "n@example.com")
    git(found.root, "add", ".")
    git(found.root, "commit", "-q", "-m", "The site")
    git(found.root, "clone", "-q", "--bare", ".", str(found.root.parent / "home.git"))
    git(found.root, "remote", "add", "origin", "home")
    with sandbox.start(found.root):
        yield found


@pytest.fixture
def site(repository: Open) -> Open:
    """The site as at first, with nothing uploaded and nothing mailed."""
    root = repository.root
    git(root, "reset", "-q", "--hard", git(root, "rev-list", "--max-parents=0", "HEAD").strip())
    git(root, "clean", "-q", "-f", "-d")
    git(root, "config", "remote.origin.url", str(root.parent / "home.git"))
    git(root, "push", "-q", "-f", "origin", "main")
    (root / ".publish/ready").unlink(missing_ok=True)
    repository.renew()
    return repository


@pytest.fixture
def room(site: Open) -> Iterator[Office]:
    with context.opened(load(site.root / "pelicanconf.py")) as found:
        yield found


def ask(room: Office, act: str, **wish: object) -> Question:
    found = acts.ask(room, act, **wish)
    assert isinstance(found, Question), found
    return found


def text(question: Question) -> str:
    return "\n".join(f"{line.name}: {line.text}" for line in question.lines)


def test_a_post_that_stops_the_site_is_put_back_as_it_was(site: Open, room: Office):
    site.write("locum.md", body="::: email-only\nNot closed, and nothing follows.\n")
    before = site.file("locum.md").read_bytes()
    with pytest.raises(Refused):
        acts.do(room, ask(room, "publish", post="posts/locum.md"))
    assert site.file("locum.md").read_bytes() == before
    assert not site.ledger
    site.write("locum.md")


def test_what_changed_since_the_question_is_asked_again(site: Open, room: Office):
    question = ask(room, "publish", post="locum")
    site.write("locum.md", title="Another Title")
    done = acts.do(room, question)
    assert isinstance(done, Question)
    assert "Another Title" in text(done)
    assert "Status: draft" in site.file("locum.md").read_text("utf-8")
    site.write("locum.md")


def test_an_old_date_becomes_today_or_stays_as_she_likes(site: Open, room: Office):
    assert "date: today; it was" in text(ask(room, "publish", post="locum"))
    assert "date: today" not in text(ask(room, "publish", post="locum", keep_date=True))
    for date in ("2031-03-04 07:30", "March 4, 2031 at 7:30"):
        site.write("ahead.md", date=date)
        ahead = ask(room, "publish", post="ahead")
        assert "Tue 04 Mar 2031" in text(ahead)
        assert ahead.yes == "Publish"
    site.write("ahead.md", date="2031-13-04")
    with pytest.raises(ConfigError, match=r"ahead\.md:2: Date is not a date: 2031-13-04"):
        ask(room, "publish", post="ahead")
    site.file("ahead.md").unlink()
    for post, error in (("quit", Refused), ("nothing", ConfigError)):
        with pytest.raises(error):
            ask(room, "publish", post=post)


@pytest.mark.parametrize("letters", [True, False])
def test_a_letter_that_cannot_go_stops_the_question_and_a_site_without_letters_has_none(
    site: Open, letters: bool
):
    known = (site.root / "pelicanconf.py").read_text("utf-8")
    file = site.root / "other.py"
    more = "PLUGINS = [p for p in PLUGINS if p != 'mail_issues']" if not letters else ""
    file.write_text(f"{known}\nNEWSLETTER_REPLY_TO = ''\n{more}\n", encoding="utf-8")
    with context.opened(load(file)) as quiet:
        if letters:
            with pytest.raises(ConfigError, match="NEWSLETTER_REPLY_TO is missing"):
                ask(quiet, "publish", post="locum")
        else:
            assert ask(quiet, "publish", post="locum").yes == "Publish"
    file.unlink()


def test_all_of_it_is_one_question_and_ends_at_the_readers(site: Open, room: Office):
    (site.root / "notes.txt").write_text("mine, prepared and not to be committed")
    git(site.root, "add", "notes.txt")
    question = ask(room, "publish", post="posts/locum.md")
    steps = [line.text for line in question.lines if line.name == "step"]
    assert [step.split(",")[0].split(" (")[0] for step in steps[:3]] == [
        "the post becomes public",
        "the texts are pushed to origin",
        "the pages are uploaded",
    ]
    assert question.yes == "Publish, and schedule for 1 reader"
    done = acts.do(room, question)
    assert isinstance(done, Done)
    assert [line for line in done.lines if "pushed" in line] == [
        "the texts are pushed to origin",
        "the letter's record is pushed to origin",
    ]
    assert "Status: published" in site.file("locum.md").read_text("utf-8")
    assert "Five Questions" in (site.root / "www/index.html").read_text("utf-8")
    assert any('"done"' in line for line in site.ledger)
    told = git(site.root, "log", "--format=%s", "main")
    assert "Publish “Five Questions Before a Locum Shift”" in told
    changed = git(site.root, "show", "--name-only", "--format=", "main").split()
    assert all(name.startswith("content/") for name in changed)
    assert "A  notes.txt" in git(site.root, "status", "--porcelain")
    assert (
        git(site.root, "ls-remote", "origin", "main").split()[0]
        == git(site.root, "rev-parse", "main").strip()
    )


def test_a_letter_whose_record_cannot_be_pushed_is_reported_as_out(
    site: Open, room: Office, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(
        office_git, "commit_and_push", _only_the_first_push(office_git.commit_and_push)
    )
    site.write("kept.md", title="Kept Elsewhere", uid="kkkkkkkkkkkk0001")
    with pytest.raises(OutcomeUnknown, match="the letter is scheduled") as told:
        acts.do(room, ask(room, "publish", post="kept"))
    assert told.value.code is Exit.UNKNOWN
    assert "Kept Elsewhere" in (site.root / "output/kept/index.html").read_text("utf-8")


def _only_the_first_push(bring: Callable[..., None]) -> Callable[..., None]:
    calls: list[str] = []

    def brought(settings: Settings, where: office_git.Upstream, message: str) -> None:
        calls.append(message)
        if len(calls) > 1:
            raise Refused("the texts could not be pushed: no route to host", "try again")
        bring(settings, where, message)

    return brought


def test_a_push_that_fails_stops_before_the_upload(site: Open, room: Office):
    git(site.root, "remote", "set-url", "origin", "/nowhere/at/all.git")
    site.write("push.md", title="Not Pushed")
    with pytest.raises(Refused, match="could not be pushed"):
        acts.do(room, ask(room, "publish", post="push"))
    assert not (site.root / "www").exists()


def test_uploading_names_its_pages_and_is_nothing_to_do_twice(site: Open, room: Office):
    site.act("deploy")
    site.write("push.md", title="Not Pushed", status="published")
    question = ask(room, "deploy")
    assert "/push/" in text(question)
    assert question.yes.startswith("Upload ")
    assert isinstance(acts.do(room, question), Done)
    assert "Not Pushed" in (site.root / "www/index.html").read_text("utf-8")
    again = acts.ask(room, "deploy")
    assert isinstance(again, Done)
    assert "nothing to do" in again.lines[0]


def test_a_step_that_failed_after_an_upload_is_asked_for_again(site: Open):
    conf, ready = site.root / "pelicanconf.py", site.root / ".publish/ready"
    before = conf.read_text("utf-8")
    conf.write_text(
        f'{before}DEPLOY["live"]["after"] = ["test", "-e", ".publish/ready"]\n', "utf-8"
    )
    site.write("step.md", title="A Step", status="published")
    with context.opened(load(conf)) as room:
        with pytest.raises(PublishError, match="the release is up, but the step after it failed"):
            acts.do(room, ask(room, "deploy"))
        assert "A Step" in (site.root / "www/index.html").read_text("utf-8")
        ready.touch()
        question = ask(room, "deploy")
        assert question.yes == "Repeat the step after the upload"
        assert isinstance(acts.do(room, question), Done)
        assert isinstance(acts.ask(room, "deploy"), Done)
    conf.write_text(before, "utf-8")


def test_another_address_is_asked_for_with_the_old_one(site: Open, room: Office):
    site.write("push.md", status="published")
    site.act("deploy")
    question = ask(room, "rename", post="push", new="pulled")
    assert "was: /push/" in text(question)
    assert "now: /pulled/" in text(question)
    acts.do(room, question)
    source = site.file("push.md").read_text("utf-8")
    assert "Slug: pulled" in source
    assert "Aliases: /push/" in source
    for new, error in (("quit", ConfigError), ("No Good", ConfigError), ("pulled", Refused)):
        with pytest.raises(error):
            ask(room, "rename", post="posts/push.md", new=new)
