"""Which letters one run sends, and what a letter that fails leaves of the others."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from publish.errors import ConfigError, Exit, NothingSent, Refused
from publish.newsletter.answers import Answer, Proof
from publish.newsletter.campaign import Campaign
from publish.newsletter.facts import hour_of
from publish.office import listing
from publish.office.acts import do
from publish.office.question import Done
from publish.office.sending import send_due
from tests.fakes.world import Killed
from tests.office.acts import (
    asked,
    done,
    mails,
    states,
    status_of,
)
from tests.office.stand import HOUR, LIMITS, Author


def test_a_flood_is_refused_with_the_line_to_type_and_names_lift_it(author: Author):
    author.post("night", days=2)
    author.post("third", days=3)
    with pytest.raises(Refused, match="3 letters are due at once") as refused:
        asked(author, "send")
    assert "`publish send third night dose`" in refused.value.remedy
    # The plan shows none of them as going, to scripts either.
    items, lines = listing.planned(author.office, (), False, None)
    assert [(item.send, item.writes) for item in items] == [(False, ())] * 3
    assert "would refuse" in lines[-1]
    assert "`publish send third night dose`" in lines[-1]
    assert lines[-1].endswith("[SANDBOX — nobody was e-mailed]")
    assert len(asked(author, "send", posts=("third", "night", "dose")).plan.items) == 3
    assert len(asked(author, "send", digest=True).plan.items) == 1


def test_nothing_to_send_says_why_for_the_newest_unsent_post(author: Author):
    (author.root / "content/posts/dose.md").unlink()
    author.post("old", days=90)
    author.post("older", days=91)
    lines = done(author, "send").lines
    assert "nothing to send" in lines[0]
    assert lines[1].startswith("the newest unsent post is old “The old story”: public for 90 days")
    assert lines[1].endswith("`publish send old`")


def test_an_unattended_run_sends_what_is_due_and_ends_with_1_for_what_was_missed(author: Author):
    author.post("missed", days=20)
    author.limits = replace(LIMITS, since=datetime.fromtimestamp(HOUR - 30 * 86400, UTC).date())
    with pytest.raises(Refused, match="not what the sources say"):
        send_due(author.office)
    found = send_due(author.office, build=True)
    assert [result["slug"] for result in found.results] == ["dose"]
    assert found.code is Exit.REFUSED
    assert any("due and not sent: missed" in line for line in found.lines)
    _, lines = listing.planned(author.office, (), False, None)
    assert any("and was not sent; `publish send missed`" in line for line in lines)
    assert send_due(author.office).results == ()
    assert any("due and not sent: missed" in line for line in done(author, "send").lines)
    assert mails(author) == ["<p>Give 50 mg.</p>"]


def test_a_letter_that_cannot_be_sent_holds_no_other_up(author: Author):
    author.post("night", "Sleep.", days=2)
    refusals = [Answer(Proof.DENIED, "Mailchimp answered 400: no such sender", 400)]
    create = author.machine.create
    author.machine.create = lambda *words: refusals.pop() if refusals else create(*words)
    ended = send_due(author.office, build=True)
    assert [result["slug"] for result in ended.results] == ["dose"]
    assert ended.code is Exit.NOTHING_SENT
    (error,) = ended.errors
    assert error.message.startswith("night “The night story”: nothing was sent: Mailchimp")
    assert [result["slug"] for result in send_due(author.office).results] == ["night"]
    assert mails(author) == ["<p>Give 50 mg.</p>", "<p>Sleep.</p>"]


@pytest.mark.parametrize("call", ["create", "update", "put_content"])
def test_an_account_that_is_refused_is_told_once_and_no_other_letter_is_tried(
    author: Author, call: str
):
    author.post("night", days=2)
    refusal = Answer(Proof.DENIED, "Mailchimp answered 401: no such key", 401)
    setattr(author.machine, call, lambda *words: refusal)
    ended = send_due(author.office, build=True)
    assert [str(error) for error in ended.errors] == [
        "Mailchimp answered 401: no such key — check MAILCHIMP_API_KEY and what its owner may do"
    ]
    assert ended.code is Exit.USAGE
    assert author.machine.calls.count("create") == (call != "create")


def test_what_went_out_is_told_where_the_account_is_refused_afterwards(author: Author):
    author.post("night", days=2)
    read = author.machine.campaigns

    def refused() -> list[Campaign]:
        if "schedule" in author.machine.calls:
            raise ConfigError("Mailchimp refuses: no such key", "check MAILCHIMP_API_KEY")
        return read()

    author.machine.campaigns = refused  # type: ignore[method-assign]
    ended = send_due(author.office, build=True)
    assert [result["slug"] for result in ended.results] == ["night"]
    assert "night “The night story”: goes out" in ended.lines[0]
    assert (len(ended.errors), ended.code) == (1, Exit.USAGE)


@pytest.mark.parametrize("torn", [0, 10])
def test_a_full_disk_is_told_once_and_as_unknown_where_a_letter_may_be_out(
    author: Author, monkeypatch: pytest.MonkeyPatch, torn: int
):
    sync, wrong = os.fsync, []
    author.post("night", days=2)
    author.site.fresh(author.office.voice)
    for number in range(1, 8):
        author.lose_ledger()
        author.world.records.clear()
        left = [number]

        def full(place: int) -> None:
            left[0] -= 1  # noqa: B023
            if left[0] <= 0:  # noqa: B023
                if torn:
                    os.ftruncate(place, os.fstat(place).st_size - torn)
                raise OSError(28, "No space left on device")
            sync(place)

        monkeypatch.setattr(os, "fsync", full)
        ended = send_due(author.office)
        monkeypatch.undo()
        out = sum(record.due is not None for record in author.world.records.values())
        codes = {Exit.UNKNOWN} if out > len(ended.results) else {Exit.UNKNOWN, Exit.REFUSED}
        told_once = len({error.remedy for error in ended.errors}) == len(ended.errors)
        if not told_once or ended.code not in codes:
            wrong.append((number, out, ended))
    assert not wrong


def test_an_edit_of_one_letter_while_it_is_sent_holds_no_other_up(author: Author):
    author.post("night", "Sleep.", days=2)
    question = asked(author, "send", now=True)
    put = author.machine.put_content

    def edited(*words: Any) -> Answer:
        author.edit("dose", "50 mg", "25 mg")
        return put(*words)

    author.machine.put_content = edited  # type: ignore[method-assign]
    ended = do(author.office, question)
    assert isinstance(ended, Done)
    assert [result["slug"] for result in ended.results] == ["night"]
    assert "its source was saved while this ran" in ended.errors[0].message
    assert ended.code is Exit.REFUSED
    assert mails(author) == ["<p>Sleep.</p>"]


def test_the_settings_hour_is_the_next_one_that_leaves_time_to_undo(author: Author):
    author.limits = replace(LIMITS, send_at=time(9, 0))
    when = asked(author, "send").plan.timing.at
    assert (when.hour, when.minute) == (9, 0)
    assert timedelta(minutes=15) <= when - author.office.now <= timedelta(days=1, minutes=15)
    assert asked(author, "send", now=True).plan.timing.at is None


def test_a_plan_that_cannot_schedule_refuses_rather_than_wait_for_hours(author: Author):
    author.limits = replace(LIMITS, send_at=time(9, 0))
    refusal = Answer(Proof.DENIED, "Mailchimp answered 403: not in your plan", 403)
    author.machine.schedule = lambda campaign, moment: refusal  # type: ignore[method-assign]
    with pytest.raises(Refused, match="does not schedule"):
        done(author, "send")
    author.limits = replace(LIMITS, undo_minutes=2)
    done(author, "send")
    assert mails(author) == ["<p>Give 50 mg.</p>"]


def test_the_plan_says_what_a_free_account_cannot_schedule(author: Author):
    author.machine.free_plan = lambda: "forever_free"  # type: ignore[method-assign]
    (item,), lines = listing.planned(author.office, (), False, "09:00")
    assert not item.send
    assert "this Mailchimp plan does not schedule (forever_free)" in lines[0]
    assert "run `publish send dose --now` when it is time" in lines[0]
    (item,), lines = listing.planned(author.office, (), False, None)
    assert item.writes[-1].endswith("/actions/send")
    later = author.office.now + timedelta(minutes=15)
    assert hour_of(item.time) == later.replace(microsecond=0)
    assert "does not schedule, and `publish send` waits; goes out " in lines[0]
    (item,), lines = listing.planned(author.office, (), True, None)
    assert "schedule" not in lines[0]


def test_what_was_named_and_does_not_go_is_told_beside_what_goes(author: Author):
    author.post("night")
    done(author, "send", posts=("dose",))
    question = asked(author, "send", posts=("dose", "night"))
    assert any(line.text.startswith("dose “The dose story”: already") for line in question.lines)
    # So is how to make room for another hour, or for none.
    for now in (False, True):
        said = done(author, "send", posts=("dose",), now=now).lines[-1]
        assert "is scheduled for " in said
        assert said.endswith("; `publish undo dose` takes it back")


def test_a_countdown_that_is_stopped_takes_the_letter_back(author: Author):
    refusal = Answer(Proof.DENIED, "Mailchimp answered 403: not in your plan", 403)
    author.machine.schedule = lambda campaign, moment: refusal  # type: ignore[method-assign]
    question = asked(author, "send")

    def stop(line: str) -> None:
        raise KeyboardInterrupt

    office = replace(author.office, voice=replace(author.office.voice, countdown=stop))
    with pytest.raises(KeyboardInterrupt):
        do(office, question)
    assert any("taken back; it goes out only by name" in line for line in author.heard)
    assert send_due(author.office, build=True).results == ()
    assert any(c.campaign.held for c in author.world.records.values())
    done(author, "send", posts=("dose",), now=True)
    assert mails(author) == ["<p>Give 50 mg.</p>"]


@pytest.mark.parametrize("at", ["put_content", "schedule"])
def test_a_named_letter_of_a_run_that_dies_unsent_stays_taken_back(author: Author, at: str):
    done(author, "send", posts=("dose",))
    done(author, "undo", post="dose")
    author.machine.trouble = lambda call: "kill" if call == at else ""
    with pytest.raises(Killed):
        done(author, "send", posts=("dose",))
    author.machine.trouble = lambda call: ""
    author.world.pass_until(author.world.now + LIMITS.settle)
    states(author)  # settles an open send
    assert send_due(author.office, build=True).results == ()
    assert "taken back" in status_of(author, "dose")
    done(author, "send", posts=("dose",))
    assert mails(author) == ["<p>Give 50 mg.</p>"]


def test_what_was_taken_back_and_named_is_completed_by_the_run_that_settles_it(author: Author):
    done(author, "send", posts=("dose",))
    done(author, "undo", post="dose")
    author.machine.trouble = lambda call: "kill" if call == "schedule" else ""
    with pytest.raises(Killed):
        done(author, "send", posts=("dose",))
    author.machine.trouble = lambda call: ""
    assert len(send_due(author.office, build=True).results) == 1
    assert mails(author) == ["<p>Give 50 mg.</p>"]


def test_an_hour_that_was_said_yes_to_is_kept_by_the_run_that_settles_it(author: Author):
    later = (author.office.now + timedelta(hours=30)).replace(minute=0, second=0, microsecond=0)
    author.machine.trouble = lambda call: "kill" if call == "schedule" else ""
    with pytest.raises(Killed):
        done(author, "send", posts=("dose",), at=f"{later:%Y-%m-%d %H:%M}")
    author.machine.trouble = lambda call: ""
    (item,), _ = listing.planned(author.office, (), False, None)
    assert (item.verdict, item.time) == ("settle", later.isoformat())
    assert len(send_due(author.office, build=True).results) == 1
    assert states(author, "dose")[0].letter.hour == later
    assert mails(author) == ["<p>Give 50 mg.</p>"]


def test_a_letter_that_was_taken_back_stays_so_if_it_is_named_and_cannot_be_sent(author: Author):
    done(author, "send", posts=("dose",))
    done(author, "undo", post="dose")
    author.lose_ledger()
    author.machine.trouble = lambda call: "busy" if call == "put_content" else ""
    with pytest.raises(NothingSent) as failure:
        done(author, "send", posts=("dose",), now=True)
    assert failure.value.remedy == "run `publish send dose --now` again"
    author.machine.trouble = lambda call: ""
    author.lose_ledger()
    assert send_due(author.office, build=True).results == ()
    done(author, "send", posts=("dose",))
    assert mails(author) == ["<p>Give 50 mg.</p>"]
