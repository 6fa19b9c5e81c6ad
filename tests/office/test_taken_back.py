"""A letter that was taken back, paused or deleted goes out only by name."""

from __future__ import annotations

from typing import Any

import pytest

from publish.errors import NothingSent, OutcomeUnknown, Refused
from publish.office import listing
from publish.office.acts import do
from publish.office.sending import send_due
from tests.fakes.world import Killed
from tests.office.acts import (
    asked,
    die_at,
    die_behind_a_late,
    done,
    mails,
    states,
    status_of,
)
from tests.office.stand import HOUR, LIMITS, Author


def test_what_was_taken_back_goes_out_only_by_name(author: Author):
    done(author, "send", posts=("dose",))
    done(author, "undo")
    for ledger in ("kept", "lost"):
        if ledger == "lost":
            author.lose_ledger()
        assert "nothing to send" in done(author, "send").lines[0]
        assert send_due(author.office).results == ()
        assert "taken back" in status_of(author, "dose")
    done(author, "send", posts=("dose",), now=True)
    assert mails(author) == ["<p>Give 50 mg.</p>"]


def test_a_person_who_takes_it_back_in_mailchimp_is_heeded(author: Author):
    done(author, "send", posts=("dose",))
    (name,) = author.world.records
    author.world.unschedule(name)
    assert "nothing to send" in done(author, "send").lines[0]
    done(author, "send", posts=("dose",), now=True)
    assert mails(author) == ["<p>Give 50 mg.</p>"]


def thrown_away(author: Author) -> None:
    """Unscheduled and deleted by a person in Mailchimp."""
    (name,) = (n for n, r in author.world.records.items() if r.deleted_at is None)
    author.world.unschedule(name)
    author.world.delete(name)
    author.world.pass_until(author.world.now + 60)


def test_a_letter_that_a_person_pauses_is_not_too_late_and_ends_only_in_mailchimp(author: Author):
    done(author, "send", posts=("dose",))
    (record,) = author.world.records.values()
    record.history.append((author.world.now, "paused"))
    (entry,) = states(author)
    assert entry.urgent
    assert "paused in Mailchimp: resume or delete it there" in entry.line
    for act, wish in (
        ("undo", {"post": "dose"}),
        ("send", {"posts": ("dose",), "replace": True}),
        ("retract", {"post": "dose"}),
    ):
        with pytest.raises(Refused, match="it is paused in Mailchimp"):
            done(author, act, **wish)
    assert "draft" not in (author.root / "content/posts/dose.md").read_text()
    record.history.append((author.world.now, "schedule"))
    done(author, "undo", post="dose")
    assert mails(author) == []


@pytest.mark.parametrize("now", [False, True])
def test_a_copy_that_a_person_schedules_is_told_and_taken_back(author: Author, now: bool):
    done(author, "send", posts=("dose",), now=now)
    author.world.pass_until(author.world.now + 60)
    (record,) = author.world.records.values()
    copy = author.world.create(record.campaign.title, {})
    author.world.schedule(copy, HOUR + 6 * 3600)
    (entry,) = states(author)
    assert entry.urgent
    said = (
        "; a copy that a person made goes out Fri 15 Jan 2027, 14:00 UTC: `publish undo dose` takes"
    )
    assert said in entry.line
    back = done(author, "undo", post="dose")
    # What was mailed is not sent after all.
    assert (len(back.lines) == 1) is now
    assert len(mails(author)) == now


@pytest.mark.parametrize("acts", [False, True])
@pytest.mark.parametrize(
    ("act", "wish"), [("undo", {}), ("undo", {"post": "dose"}), ("retract", {"post": "dose"})]
)
def test_an_order_without_an_answer_is_waited_for_and_no_longer(
    author: Author, act: str, wish: dict[str, Any], acts: bool
):
    question = asked(author, "send", posts=("dose",), at="tomorrow 9:00")
    if acts:
        die_behind_a_late(author, "schedule", question)
    else:
        die_at(author, "schedule", question)
    source = (author.root / "content/posts/dose.md").read_text()
    with pytest.raises(OutcomeUnknown, match="an unanswered order may still schedule it"):
        done(author, act, **wish)
    assert (author.root / "content/posts/dose.md").read_text() == source
    author.world.pass_until(author.world.now + LIMITS.settle + 1)
    # No `status` was asked between: the act itself looks.
    ended = done(author, act, **wish)
    if act == "undo":
        assert ("taken back" if acts else "nothing is scheduled") in ended.lines[0]
    assert mails(author) == []


def test_another_hour_for_an_order_without_an_answer_is_told_the_one_that_holds(author: Author):
    die_behind_a_late(author, "schedule", asked(author, "send", posts=("dose",), at="18:00"))
    ended = done(author, "send", posts=("dose",), at="19:00")
    assert "scheduled before, " in ended.lines[0]
    assert ", 18:00 UTC; nothing was sent again" in ended.lines[0]
    assert ended.results[0]["time"].endswith("T18:00:00+00:00")


@pytest.mark.parametrize("looked", [False, True])
def test_a_letter_that_a_person_deletes_before_its_hour_goes_out_only_by_name(
    author: Author, looked: bool
):
    done(author, "send", posts=("dose",), at="tomorrow 6:30")
    thrown_away(author)
    if looked:
        assert "deleted in Mailchimp before its hour" in status_of(author, "dose")
        assert "taken back" in status_of(author, "dose")
    assert send_due(author.office).results == ()
    assert "goes out" in done(author, "send", posts=("dose",)).lines[0]
    assert len(mails(author)) == 1


def test_so_does_a_digest(author: Author):
    author.post("night")
    wish: dict[str, Any] = {"posts": ("dose", "night"), "digest": True}
    done(author, "send", **wish, at="tomorrow 6:30")
    thrown_away(author)
    assert "`publish status` settles that" in done(author, "send", **wish).lines[1]
    assert any("deleted in Mailchimp before" in entry.line for entry in states(author))
    assert send_due(author.office).results == ()
    done(author, "send", **wish)
    assert len(mails(author)) == 1


def test_one_that_may_have_been_mailed_before_it_was_deleted_wants_a_persons_word(author: Author):
    done(author, "send", posts=("dose",), at="tomorrow 6:30")
    thrown_away(author)
    author.world.pass_until(author.world.now + 2 * 86400)
    (entry,) = states(author)
    assert entry.urgent
    assert entry.line.count("if it did not: `publish send dose --as-update`") == 1
    with pytest.raises(OutcomeUnknown, match="may have been sent"):
        done(author, "send", posts=("dose",))
    done(author, "send", posts=("dose",), as_update=True, now=True)
    assert len(mails(author)) == 1
    assert not any(entry.urgent for entry in states(author))


def deleted_after_its_hour(author: Author, **wish: Any) -> str:
    """A letter went out, and its campaign was deleted before any run looked; its campaign."""
    done(author, "send", **wish, at="tomorrow 6:30")
    author.world.pass_until(author.world.now + 86400)
    name = list(author.world.records)[-1]
    author.world.delete(name, "sent")
    author.world.pass_until(author.world.now + 60)
    return name


def test_a_lost_letter_is_read_once_and_comes_first_for_as_long_as_a_post_is_new(author: Author):
    deleted_after_its_hour(author, posts=("dose",))
    before = len(author.machine.calls)
    (entry,) = states(author)
    assert (entry.urgent, entry.folds) == (True, None)
    assert author.machine.calls[before:].count("get") == 1
    author.world.pass_until(author.world.now + LIMITS.max_age_days * 86400)
    (entry,) = states(author)
    assert not entry.urgent
    assert "only you can know; if it did not: `publish send dose --as-update`" in entry.line


def test_that_a_scheduled_letter_went_out_is_written_down_by_the_next_run(author: Author):
    done(author, "send", posts=("dose",), at="tomorrow 6:30")
    assert len(mails(author)) == 1
    assert send_due(author.office).results == ()
    author.world.delete(next(iter(author.world.records)), "sent")
    author.world.pass_until(author.world.now + 60)
    (entry,) = states(author)
    assert entry.line.startswith("dose “The dose story”: sent by the ledger")
    assert not entry.urgent


def test_the_plan_says_of_a_lost_letter_what_send_says(author: Author):
    name = deleted_after_its_hour(author, posts=("dose",))
    for posts in ("dose",), ():
        (item,), lines = listing.planned(author.office, posts, True, None)
        assert not item.send
        assert f"skip  dose “The dose story”: campaign {name} is no longer in Mailchimp" in lines[0]
        assert lines[0].endswith("if it never went out: `publish send dose --as-update`")


def test_that_a_post_changed_since_it_was_sent_is_reported_while_no_update_says_so(author: Author):
    done(author, "send", posts=("dose",), now=True)
    author.edit("dose", "50 mg", "25 mg")
    hint = "changed since it was sent: `publish send dose --as-update`"

    def told() -> list[bool]:
        return [hint in entry.line for entry in states(author, "dose")]

    assert told() == [True]
    done(author, "send", posts=("dose",), as_update=True)
    assert told() == [False, False]
    done(author, "undo", post="dose")
    assert told() == [True, False]
    done(author, "send", posts=("dose",), as_update=True)
    assert len(mails(author)) == 2
    assert told() == [False, False]
    author.edit("dose", "25 mg", "20 mg")
    assert told() == [True, False]


def test_the_posts_of_a_digest_that_is_lost_are_named(author: Author):
    author.post("night")
    deleted_after_its_hour(author, posts=("dose", "night"), digest=True)
    (entry,) = (entry for entry in states(author) if entry.urgent)
    assert "send dose --as-update` and `publish send night --as-update`" in entry.line
    done(author, "send", posts=("dose",), as_update=True, now=True)
    (entry,) = (entry for entry in states(author) if entry.urgent)
    assert "dose --as-update" not in entry.line
    assert "night --as-update" in entry.line


def test_an_update_that_is_lost_can_be_mailed_again(author: Author):
    done(author, "send", posts=("dose",), now=True)
    author.edit("dose", "50 mg", "25 mg")
    for times in range(1, 4):
        lost = deleted_after_its_hour(author, posts=("dose",), as_update=True)
        assert len(author.world.words) == 1 + times
        assert lost in {entry.state.campaign for entry in states(author) if entry.urgent}


@pytest.mark.parametrize("fault", ["busy", "kill after", "kill"])
def test_a_draft_that_is_deleted_after_a_send_holds_no_other_letter_up(author: Author, fault: str):
    question = asked(author, "send", posts=("dose",), now=True)
    author.machine.trouble = lambda call: fault if call == "send" else ""
    with pytest.raises((NothingSent, Killed)):
        do(author.office, question)
    author.machine.trouble = lambda call: ""
    author.world.pass_until(author.world.now + 60)
    (name,) = author.world.records
    author.world.delete(name, "sent" if fault == "kill after" else "save")
    author.world.pass_until(author.world.now + 60)
    author.post("night")
    assert [r["slug"] for r in send_due(author.office, build=True).results] == ["night"]
    entry = states(author, "dose")[0]
    assert entry.urgent
    assert "only you can know; if it did not: `publish send dose --as-update`" in entry.line
    assert send_due(author.office).results == ()
    done(author, "send", posts=("dose",), as_update=True, now=True)
    assert not any(entry.urgent for entry in states(author))
    assert len(mails(author)) == (3 if fault == "kill after" else 2)


@pytest.mark.parametrize("late", [False, True])
def test_a_draft_that_is_deleted_while_its_words_are_replaced_is_no_unfinished_one(
    author: Author, late: bool
):
    done(author, "send", posts=("dose",), at="tomorrow 6:30")
    author.edit("dose", "50 mg", "5 mg")
    question = asked(author, "replace", posts=("dose",))
    die_at(author, "update", question)
    author.world.delete(next(iter(author.world.records)))
    author.world.pass_until(author.world.now + (86400 if late else 60))
    assert send_due(author.office).results == ()
    line = states(author)[0].line
    if late:
        assert "only you can know; if it did not: `publish send dose --as-update`" in line
        done(author, "send", posts=("dose",), as_update=True)
    else:
        assert "taken back" in line
        done(author, "send", posts=("dose",))
    assert mails(author) == ["<p>Give 5 mg.</p>"]
