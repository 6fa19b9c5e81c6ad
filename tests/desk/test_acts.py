"""Questions, answers and acts: performed once, and only as shown."""

from __future__ import annotations

import re
import shutil
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from publish.desk.jobs import KEPT, Job
from publish.errors import NothingSent, OutcomeUnknown, Refused
from publish.office.question import Done, Line, Question
from tests.desk.snapshots import CHANGE, a_letter
from tests.desk.stand import BASE, Desk, a_desk

FORM = {"post": "posts/three.md"}


def token(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(token|bound)" value="([^"]+)"', page))


def asked(desk: Desk, act: str = "send", **more: str) -> tuple[str, dict[str, str]]:
    """The page with the question, and what its yes posts."""
    answer = desk.post(f"/ask/{act}", FORM | more)
    assert answer.status_code == 303, answer.text
    page = desk.get(answer.headers["Location"].split("/k/")[1].split("/", 1)[1].join(["/", ""]))
    return page.text, token(page.text)


def settled(desk: Desk, job: Job | None = None) -> Job:
    """A job once it waits for the author again; the first one if none is given."""
    job = job or next(iter(desk.acts.jobs._jobs.values()))
    for _ in range(6000):
        if job.stage in ("done", "refused", "asked"):
            return job
        time.sleep(0.01)
    raise AssertionError(job.stage)


def test_a_question_shows_what_it_is_about_and_the_number_on_its_button(desk: Desk):
    page, form = asked(desk)
    assert "Send this letter?" in page
    assert "Happy (412 readers)" in page
    assert page.index("Not now") < page.index("Schedule for 412 readers")
    assert form["bound"] == "b1"
    assert desk.office.asked == [
        ("send", {"posts": ("posts/three.md",), "as_update": False, "at": None})
    ]
    assert not desk.office.done


def test_what_changes_is_marked_and_not_reported_in_signs(desk: Desk):
    line = Line("change", "… On [-Thrusday-] {+<Thursday>+} they …")
    desk.office.answer = Question("replace", (line,), "Put them in", "b1")
    page, _ = asked(desk, "replace")
    assert "… On <del>Thrusday</del> <ins>&lt;Thursday&gt;</ins> they …" in page


@pytest.mark.parametrize("name", ["letter", "subject"])
def test_a_title_with_signs_of_markdown_is_shown_as_it_is(desk: Desk, name: str):
    title = "Use `INR` and “`AT`” `wisely`"
    text = title if name == "subject" else f"“{title}” (`a command`)"
    desk.office.answer = Question("send", (Line(name, text),), "Send", "b1")
    page, _ = asked(desk)
    assert f"<dd>“{title}”" in page
    assert "<code>a command</code>" in page or name == "subject"


def test_a_yes_does_it_and_says_so_where_the_post_is(desk: Desk):
    _, form = asked(desk)
    answer = desk.post("/yes", form)
    assert answer.headers["Location"].startswith("/k/")
    assert "/post/posts/three.md?act=" in answer.headers["Location"]
    job = settled(desk)
    assert (job.stage, desk.office.done) == ("done", ["b1"])
    page = desk.get(f"/post/posts/three.md?act={job.id}").text
    assert "it goes out on Tuesday" in page
    assert "Take it back…" in page
    assert "it goes out on Tuesday" in desk.get("/today").text


def test_fifty_parallel_yeses_are_one(desk: Desk):
    _, form = asked(desk)
    desk.office.gate.clear()
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda: answers.append(desk.post("/yes", form).status_code))
        for _ in range(50)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    desk.office.gate.set()
    for thread in threads:
        thread.join()
    settled(desk)
    assert desk.office.done == ["b1"]
    assert sorted(answers) == [303] + [409] * 49


def test_a_stale_tab_is_refused(desk: Desk):
    _, old = asked(desk)
    _, new = asked(desk)
    assert desk.post("/yes", old | {"bound": "b0"}).status_code == 409
    assert desk.post("/yes", {"token": "x", "bound": "b1"}).status_code == 409
    assert desk.post("/yes", {"token": ""}).status_code == 409
    assert not desk.office.done
    assert desk.post("/yes", new).status_code == 303
    assert desk.post("/yes", new).status_code == 409


def test_what_changed_since_the_question_is_asked_again(desk: Desk):
    _, form = asked(desk)
    desk.office.bound = "b2"
    desk.office.outcome = desk.office.question("send")
    desk.post("/yes", form)
    job = settled(desk)
    page = desk.get(f"/post/posts/three.md?act={job.id}").text
    assert "Something changed since you were asked" in page
    desk.office.outcome = None
    assert token(page)["bound"] == "b2"
    desk.post("/yes", token(page))
    settled(desk)
    assert desk.office.done == ["b1", "b2"]


def test_not_now_leaves_everything_and_is_no_error(desk: Desk):
    _page, form = asked(desk)
    answer = desk.post("/no", form)
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith("/post/posts/three.md")
    assert not desk.office.done
    assert desk.post("/yes", form).status_code == 409
    assert "Not now." in desk.get("/today").text


def test_a_test_is_sent_without_a_question(desk: Desk):
    desk.post("/ask/test", FORM | {"to": "me@example.com, you@example.com"})
    assert settled(desk).stage == "done"
    assert desk.office.asked[0] == (
        "test",
        {"post": "posts/three.md", "to": ("me@example.com", "you@example.com")},
    )
    assert desk.office.done == ["b1"]
    assert 'value="me@example.com, you@example.com"' in desk.get("/post/posts/three.md").text


@pytest.mark.parametrize(
    ("failure", "title"),
    [
        (Refused("the page is not live", "upload `output` first"), "That cannot be done yet"),
        (NothingSent("Mailchimp did not answer", "run `it` again"), "That cannot be done yet"),
    ],
)
def test_a_refusal_is_reported_in_its_own_words(desk: Desk, failure: Exception, title: str):
    desk.office.answer = failure
    page, form = asked(desk)
    assert title in page
    assert str(failure).split(" — ")[0] in page
    assert not form
    assert "<code>" in desk.get("/today").text


def test_an_unknown_outcome_says_that_nothing_goes_twice(desk: Desk):
    _, form = asked(desk)
    desk.office.outcome = OutcomeUnknown("the answer was lost", "`publish status` settles it")
    desk.post("/yes", form)
    job = settled(desk)
    assert "not known yet" in job.title
    assert job.lines == ("the answer was lost", "the desk settles it")


def test_what_was_done_before_an_act_failed_is_on_the_page_and_its_file_is_read(desk: Desk):
    _, form = asked(desk, "publish")
    desk.file.write_text(desk.file.read_text().replace("draft", "published"))
    desk.office.said = ["“Three Conversations” is public"]
    desk.office.outcome = Refused("the texts could not be pushed", "fix that")
    desk.post("/yes", form)
    job = settled(desk)
    assert job.lines == (*desk.office.said, "the texts could not be pushed", "fix that")
    assert desk.app.reader.current.posts[0].kind == "public"


def test_what_is_not_fit_can_be_done_later(desk: Desk):
    _, form = asked(desk)
    desk.office.outcome = Refused("three.md:9: a link to nothing", "correct it")
    desk.post("/yes", form)
    assert settled(desk).title == "That cannot be done yet"


def test_a_fault_of_any_kind_ends_the_act_and_not_the_desk(desk: Desk):
    desk.office.answer = OSError(28, "No space left on device")
    page, _ = asked(desk)
    assert "No space left on device" in page
    desk.office.answer = KeyError("colour")
    page, _ = asked(desk)
    assert "That did not work; look how things stand" in page
    assert "KeyError: &#39;colour&#39;" in page
    desk.office.answer = None
    assert asked(desk)[1]


def test_nothing_to_do_is_said(desk: Desk):
    desk.office.answer = Done("send", ("nothing to send",))
    page, _ = asked(desk)
    assert "Nothing to do" in page
    assert "nothing to send" in page


def test_acts_are_kept_for_the_pages_that_are_still_open(desk: Desk):
    _, form = asked(desk)
    first = next(iter(desk.acts.jobs._jobs.values()))
    for _ in range(KEPT):
        jobs = desk.acts.jobs
        jobs.begin("test", "/", {}, "A test").finish_stage("done", "Done")
    assert first in jobs._jobs.values()
    jobs.begin("test", "/", {}, "A test")
    assert first not in jobs._jobs.values()
    assert len(jobs._jobs) == KEPT + 1
    assert desk.post("/yes", form).status_code == 409
    assert not desk.office.done


def test_work_under_way_is_shown_on_every_page_and_goes_on_alone(desk: Desk):
    _, form = asked(desk)
    desk.office.gate.clear()
    began = time.monotonic()
    desk.post("/yes", form)
    assert time.monotonic() - began < 5
    page = desk.get("/").text
    assert "The letter is being sent or scheduled" in page
    assert 'http-equiv="refresh"' in page
    desk.office.gate.set()
    settled(desk)


def test_a_countdown_can_be_stopped_and_then_nothing_goes(desk: Desk):
    _, form = asked(desk)
    desk.office.counts = [f"sending in 0:{n:02}" for n in range(59, 0, -1)] * 4
    desk.post("/yes", form)
    job = next(iter(desk.acts.jobs._jobs.values()))
    page = desk.get(f"/post/posts/three.md?act={job.id}").text
    assert page.count("sending in 0:") == 1
    assert ">Stop</button>" in page
    assert desk.post("/stop", {"job": job.id}).status_code == 303
    assert settled(desk).lines == ("stopped: nothing was sent", "send it when you like")
    assert not desk.office.done
    assert desk.post("/stop", {"job": job.id}).status_code == 409


def test_a_computer_that_slept_past_the_hour_sends_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    _, form = asked(desk)
    times = iter([0.0, 0.5, 3600.0, 3600.0])
    monkeypatch.setattr("publish.desk.acts.clock", lambda: next(times, 3600.0))
    desk.office.counts = ["sending in 1:00", "sending in 0:01"]
    desk.post("/yes", form)
    assert settled(desk).lines[0] == "this computer slept past the hour, so nothing was sent"
    assert not desk.office.done


def test_closing_the_desk_stops_a_countdown(desk: Desk):
    _, form = asked(desk)
    desk.office.counts = ["sending in 0:59"] * 300
    desk.post("/yes", form)
    desk.acts.jobs.close()
    assert settled(desk).stage == "refused"
    assert not desk.office.done


def test_a_desk_that_only_looks_does_nothing(tmp_path: Path):
    desk = a_desk(tmp_path, live=True, acts=False)
    for path in ("/ask/send", "/yes"):
        answer = desk.post(path, FORM)
        assert answer.status_code == 409
        assert "--live" in answer.text
    assert "Looking only." in desk.get("/").text
    assert not desk.office.asked
    desk.acts.jobs.close()


def test_live_is_loud(tmp_path: Path):
    desk = a_desk(tmp_path, live=True)
    page = desk.get("/").text
    assert 'class="mode live"' in page
    assert "412\N{NO-BREAK SPACE}readers" in page
    desk.acts.jobs.close()


@pytest.mark.parametrize("act", ["delete", "../yes", ""])
def test_an_act_that_is_none_is_refused(desk: Desk, act: str):
    assert desk.post(f"/ask/{act}", FORM).status_code in (404, 405, 409)
    assert not desk.office.asked


def test_a_post_that_is_gone_is_refused(desk: Desk):
    assert desk.post("/ask/send", {"post": "posts/gone.md"}).status_code == 409
    assert desk.post("/open", {"post": "../../etc/passwd", "line": "1"}).status_code == 404
    assert desk.post("/fields", {"post": "/etc/passwd"}).status_code == 404


def test_what_was_done_is_reported_though_the_log_is_gone(desk: Desk):
    """The cache may be deleted at any time, and a disk may be full."""
    shutil.rmtree(desk.root / ".publish")
    _, form = asked(desk)
    desk.post("/yes", form)
    assert settled(desk).title == "Done: the letter is on its way"
    log = desk.acts.log.file
    assert "on its way" in log.read_text("utf-8")
    log.unlink()
    log.mkdir()
    _, form = asked(desk)
    desk.post("/yes", form)
    assert desk.office.done == ["b1", "b1"]
    assert settled(desk).stage == "done"


def test_a_yes_that_came_too_late_is_not_reported_as_done(desk: Desk):
    """The command line had sent it meanwhile: both say that there is nothing to do."""
    _, form = asked(desk)
    desk.office.outcome = Done("send", ("nothing to send", "already scheduled"))
    desk.post("/yes", form)
    job = settled(desk)
    assert (job.title, job.after) == ("Nothing to do", ())


def test_a_letter_that_goes_out_at_once_is_not_offered_to_be_taken_back(desk: Desk):
    _, form = asked(desk)
    desk.office.outcome = Done("send", ("being sent",), ({"time": None},))
    desk.post("/yes", form)
    job = settled(desk)
    assert (job.title, job.after) == ("Done: the letter is on its way", ())


def test_a_disk_that_is_full_is_reported_as_at_the_terminal(desk: Desk):
    _, form = asked(desk)
    desk.office.outcome = OSError(28, "No space left on device", "content/posts/three.md")
    desk.post("/yes", form)
    job = settled(desk)
    assert (job.title, job.lines) == (
        "That did not work; nothing went out twice",
        ("content/posts/three.md: No space left on device", "fix that, then run this again"),
    )


def test_an_act_that_is_over_hides_no_difference_that_came_after_it(desk: Desk):
    (post,) = desk.app.reader.current.posts
    known = desk.app.reader.current.newsletter
    letters = (a_letter(post, changes=(CHANGE,)),)
    desk.app.reader.change(newsletter=replace(known, letters=letters))
    assert "still has your old words" in desk.get("/post/posts/three.md").text
    place = desk.post("/ask/test", FORM | {"to": "a@b.example"}).location or ""
    page = place.partition(BASE)[2].partition("#")[0]
    # The act may have put the new words in.
    assert "still has your old words" not in desk.get(page).text
    read = replace(known, letters=letters, asked=datetime.now(UTC))
    desk.app.reader.change(newsletter=read)
    assert "Done: the test is on its way" in desk.get(page).text
    assert "still has your old words" in desk.get(page).text
