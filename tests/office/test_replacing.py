"""A scheduled letter whose post changed: it is reported, and replaced or moved where asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from publish.errors import Exit, NothingSent, OutcomeUnknown, Refused
from publish.newsletter.answers import Answer, Proof
from publish.newsletter.facts import Fact
from publish.office import listing
from publish.office.acts import do
from publish.office.question import Done
from publish.office.sending import send_due
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


def test_it_is_reported_everywhere_and_replace_puts_the_present_words_in(author: Author):
    done(author, "send", posts=("dose",))
    before = states(author, "dose")[0].state.send_time
    author.edit("dose", "50 mg", "5 mg")
    said = "`publish send dose --replace`"
    entry = states(author)[0]
    assert said in entry.line
    assert "[-50-] {+5+}" in "".join(entry.more)
    assert any(said in line for line in done(author, "send").lines)
    _, lines = listing.planned(author.office, (), False, None)
    assert any(said in line for line in lines)
    question = asked(author, "replace", posts=("dose",))
    assert any("[-50-] {+5+}" in line.text for line in question.lines)
    assert isinstance(do(author.office, question), Done)
    assert states(author, "dose")[0].state.send_time == before
    assert not states(author, "dose")[0].changed
    assert mails(author) == ["<p>Give 5 mg.</p>"]


def test_a_kept_copy_that_was_damaged_holds_nothing_up(author: Author):
    done(author, "send", posts=("dose",))
    (copy,) = author.ledger.folder.glob("issues/*/issue.html")
    copy.write_text(copy.read_text().replace("50", "51"))
    author.edit("dose", "50 mg", "5 mg")
    assert "no copy was kept" in status_of(author, "dose")
    question = asked(author, "replace", posts=("dose",))
    assert any("no copy of what is scheduled was kept" in line.text for line in question.lines)
    assert isinstance(do(author.office, question), Done)
    assert mails(author) == ["<p>Give 5 mg.</p>"]


def test_a_letter_with_the_present_words_is_left_alone(author: Author):
    done(author, "send", posts=("dose",))
    writes = len(author.machine.calls)
    assert "has these words" in done(author, "replace", posts=("dose",)).lines[0]
    hour = states(author, "dose")[0].state.send_time[:16]
    assert "has these words" in done(author, "send", posts=("dose",), at=hour + "Z").lines[0]
    assert not {"update", "put_content", "unschedule"} & set(author.machine.calls[writes:])


def test_another_hour_moves_it(author: Author):
    done(author, "send", posts=("dose",))
    day = datetime.fromtimestamp(HOUR + 2 * 86400, UTC)
    question = asked(author, "send", posts=("dose",), at=f"{day:%Y-%m-%d} 07:30")
    assert question.act == "move"
    assert any(line.name == "until now" for line in question.lines)
    assert isinstance(do(author.office, question), Done)
    assert states(author, "dose")[0].state.send_time == f"{day:%Y-%m-%d}T07:30:00+00:00"
    assert mails(author) == ["<p>Give 50 mg.</p>"]


@pytest.mark.parametrize("why", ["near", "sent", "never", "copies", "open"])
def test_a_replace_that_cannot_be_is_refused_before_anything_is_written(author: Author, why: str):
    says = {
        "near": "minutes that a change may take",
        "sent": "too late, it is sent",
        "never": "nothing is scheduled",
        "copies": "a person made a copy",
        "open": "has no answer yet",
    }
    if why != "never":
        done(author, "send", posts=("dose",), now=why == "sent")
    if why == "near":
        (record,) = author.world.records.values()
        author.world.pass_until((record.due or 0) - LIMITS.settle - 299)
    if why == "sent":
        author.world.pass_until(author.world.now + 60)
    if why == "copies":
        (record,) = author.world.records.values()
        copy = author.world.create(record.campaign.title, {})
        author.world.schedule(copy, author.world.now + 900)
    if why == "open":
        key = next(iter(author.ledger.read()))
        author.ledger.append(Fact("send_try", key, author.world.now, "c1", run="x"))
    author.edit("dose", "50 mg", "5 mg")
    facts = author.ledger.file.read_text() if why != "never" else ""
    kind = OutcomeUnknown if why == "open" else Refused
    with pytest.raises(kind, match=says[why]):
        asked(author, "replace", posts=("dose",))
    assert (author.ledger.file.read_text() if why != "never" else "") == facts


@pytest.mark.parametrize(
    "dies_at", ["unschedule", "update", "put_content", "checklist", "schedule"]
)
@pytest.mark.parametrize("ledger", ["kept", "lost"])
def test_an_unfinished_replace_comes_first_and_the_next_send_completes_it(
    author: Author, dies_at: str, ledger: str
):
    done(author, "send", posts=("dose",))
    author.edit("dose", "50 mg", "5 mg")
    question = asked(author, "replace", posts=("dose",))
    die_at(author, dies_at, question)
    if ledger == "lost":
        author.lose_ledger()
        if dies_at == "unschedule":
            # Nothing has happened in Mailchimp, and nobody knows: it goes out as it was scheduled.
            assert mails(author) == ["<p>Give 50 mg.</p>"]
            return
    entry = states(author)[0]
    if ledger == "lost" and dies_at == "update":
        # Taken back, and neither ledger nor title say why: an ordinary unsent post.
        assert not entry.urgent
    else:
        assert entry.urgent
        assert "being replaced" in entry.line
        assert "`publish send dose` completes it" in entry.line
    done(author, "send")
    assert mails(author) == ["<p>Give 5 mg.</p>"]


def test_more_new_posts_than_a_run_may_send_do_not_stop_an_unfinished_replace(author: Author):
    done(author, "send", posts=("dose",))
    author.edit("dose", "50 mg", "5 mg")
    question = asked(author, "replace", posts=("dose",))
    die_at(author, "update", question)
    for slug in ("night", "third", "fourth"):
        author.post(slug)
    ended = send_due(author.office, build=True)
    assert [result["slug"] for result in ended.results] == ["dose"]
    assert ended.code is Exit.REFUSED
    assert "3 letters are due at once" in str(ended.errors[0])
    assert mails(author) == ["<p>Give 5 mg.</p>"]


def test_a_letter_that_another_machine_took_back_is_not_told_as_sent(author: Author):
    other = Author(author.root.parent / "two", author.world)
    other.post("dose")
    done(author, "send", posts=("dose",))
    done(other, "undo", post="dose")
    author.edit("dose", "50 mg", "5 mg")
    assert status_of(author, "dose").endswith(
        "taken back; it goes out only by name [SANDBOX — nobody was e-mailed]"
    )


def test_an_hour_that_mailchimp_refuses_names_the_command_that_tells_why(author: Author):
    refusal = Answer(Proof.DENIED, "Mailchimp answered 400: the time must be in the future", 400)
    author.machine.schedule = lambda campaign, moment: refusal  # type: ignore[method-assign]
    with pytest.raises(NothingSent, match="the time must be in the future") as ended:
        done(author, "send")
    assert ended.value.remedy == "`publish doctor` says more; then run `publish send` again"


@pytest.mark.parametrize("first", ["replace", "undo"])
def test_an_order_of_a_dead_run_that_comes_late_takes_nothing_back(author: Author, first: str):
    author.machine.late_by = 15
    done(author, "send", posts=("dose",), at="tomorrow 7:30")
    author.edit("dose", "50 mg", "5 mg")
    wish = {"posts": ("dose",)} if first == "replace" else {"post": "dose"}
    question = asked(author, first, **wish)
    die_behind_a_late(author, "unschedule", question)
    done(author, "replace", posts=("dose",))
    assert mails(author) == ["<p>Give 5 mg.</p>"]


def test_a_replace_whose_hour_passes_is_held_and_reported(author: Author):
    done(author, "send", posts=("dose",))
    author.edit("dose", "50 mg", "5 mg")
    question = asked(author, "replace", posts=("dose",))
    die_at(author, "checklist", question)
    assert "`publish send dose` completes it" in status_of(author, "dose")
    author.world.pass_until(author.world.now + 7200)
    # Before anybody sends, nobody is told that it still goes out.
    assert "`publish send dose` keeps it back" in status_of(author, "dose")
    (item,), lines = listing.planned(author.office, (), False, None)
    assert not item.send
    assert "its hour has passed; `publish send dose` keeps it back" in "".join((*lines, item.why))
    with pytest.raises(Refused, match="its hour has passed meanwhile"):
        done(author, "send")
    assert "taken back" in status_of(author, "dose")
    assert done(author, "send").lines[0].startswith("nothing to send")
    assert mails(author) == []
    done(author, "send", posts=("dose",), now=True)
    assert mails(author) == ["<p>Give 5 mg.</p>"]


def test_what_was_being_replaced_when_its_post_went_is_kept_back(author: Author):
    done(author, "send", posts=("dose",))
    author.edit("dose", "50 mg", "5 mg")
    question = asked(author, "replace", posts=("dose",))
    die_at(author, "checklist", question)
    author.edit("dose", "Status", "Newsletter: no\nStatus")
    assert "keeps it back" in states(author)[0].line
    send_due(author.office, build=True)
    assert "taken back" in status_of(author, "dose")
    assert mails(author) == []


def test_no_update_while_the_first_letter_has_not_gone_out(author: Author):
    with pytest.raises(Refused, match="its letter has not gone out"):
        asked(author, "send", posts=("dose",), as_update=True)
    done(author, "send", posts=("dose",))
    author.edit("dose", "50 mg", "5 mg")
    with pytest.raises(Refused, match="it is scheduled for") as refused:
        asked(author, "send", posts=("dose",), as_update=True)
    assert "`publish send dose --replace`" in refused.value.remedy
    author.world.pass_until(author.world.now + 3600)
    done(author, "send", posts=("dose",), as_update=True)
    author.edit("dose", " 5 mg", " 6 mg")
    with pytest.raises(Refused, match="an update of it has not gone out"):
        asked(author, "send", posts=("dose",), as_update=True)


@pytest.mark.parametrize("lost", [False, True])
def test_an_update_of_several_that_died_between_two_goes_on(author: Author, lost: bool):
    author.post("night", "Sleep.")
    wish: dict[str, Any] = {"posts": ("dose", "night"), "as_update": True}
    done(author, "send", posts=wish["posts"])
    author.world.pass_until(author.world.now + 3600)
    author.edit("dose", "50 mg", "5 mg")
    author.edit("night", "Sleep.", "Sleep well.")
    die_at(author, "create", asked(author, "send", posts=("night",), as_update=True))
    done(author, "send", posts=("dose",), as_update=True)
    if lost:
        author.lose_ledger()
    question = asked(author, "send", **wish)
    told = [line.text for line in question.lines if line.name == "note"]
    assert any("(update) is scheduled for " in text for text in told)
    assert isinstance(do(author.office, question), Done)
    again = done(author, "send", **wish)
    assert again.code is Exit.OK
    assert "nothing to send" in again.lines[0]
    with pytest.raises(Refused, match="an update of it has not gone out"):
        asked(author, "send", **wish, at="tomorrow 7:30")
    assert sorted(mails(author)[2:]) == ["<p>Give 5 mg.</p>", "<p>Sleep well.</p>"]


def test_the_plan_of_another_hour_says_what_send_does(author: Author):
    author.post("night")
    done(author, "send", posts=("dose",))
    later = (author.office.now + timedelta(hours=5)).replace(minute=0, second=0, microsecond=0)
    at = f"{later:%Y-%m-%d %H:%M}"
    (item,), (line,) = listing.planned(author.office, ("dose",), False, at)
    assert (item.send, item.verdict, item.time) == (True, "move", later.isoformat())
    assert item.writes[0].endswith("/unschedule")
    assert f"you named another hour; goes out {author.office.format_local(later)}" in line
    # As `send` refuses both.
    items, lines = listing.planned(author.office, ("dose", "night"), False, at)
    assert not any(item.send for item in items)
    assert any("night story”: nothing is scheduled; send it with" in line for line in lines)
    done(author, "send", posts=("dose",), at=at)
    (item,), lines = listing.planned(author.office, ("dose",), False, at)
    assert not item.send
