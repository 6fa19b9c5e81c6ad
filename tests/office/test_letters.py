"""Each act about letters, as question and act: what is asked, what is done, what is refused."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from publish.errors import ConfigError, Exit, NothingSent, OutcomeUnknown, PublishError, Refused
from publish.newsletter.answers import Answer, Proof
from publish.newsletter.campaign import Campaign
from publish.newsletter.facts import Fact
from publish.newsletter.ledger import Ledger
from publish.office import listing, retracting, settling
from publish.office.acts import ask, do
from publish.office.letters import difference, load_letters
from publish.office.question import Done, Question
from publish.office.sending import send_due
from tests.fakes.world import Killed
from tests.office.stand import HOUR, LIMITS, Author, a_world


@pytest.fixture
def author(tmp_path: Path) -> Author:
    """A site with one new post."""
    found = Author(tmp_path / "one", a_world())
    found.post("dose")
    return found


def asked(author: Author, act: str, **wish: Any) -> Question:
    """The question."""
    found = ask(author.office, act, **wish)
    assert isinstance(found, Question), found
    return found


def done(author: Author, act: str, **wish: Any) -> Done:
    """The act, said yes to."""
    found = ask(author.office, act, **wish)
    if isinstance(found, Question):
        result = do(author.office, found)
        assert isinstance(result, Done), result
        return result
    return found


def mails(author: Author) -> list[str]:
    """The words that readers got, once everything scheduled has gone."""
    author.world.pass_until(author.world.now + 3 * 86400)
    return [html for _, html in author.world.words]


def states(author: Author, *names: str) -> list[listing.Entry]:
    with author.office.lock():
        return listing.entries(author.office, names)


def status_of(author: Author, name: str) -> str:
    return states(author, name)[0].line


# --- never from a stale build


def test_what_is_mailed_is_what_the_source_says_now(author: Author):
    done(author, "send", posts=("dose",), now=True)
    assert mails(author) == ["<p>Give 50 mg.</p>"]
    author.post("night", "Give 50 mg.")
    author.site.fresh(author.office.voice)
    author.edit("night", "50 mg", "5 mg")
    done(author, "send", posts=("night",), now=True)
    assert mails(author)[1:] == ["<p>Give 5 mg.</p>"]
    assert any("built" in line for line in author.heard)


@pytest.mark.parametrize("how", ["draft", "no letter", "deleted"])
def test_what_is_not_public_any_more_is_not_mailed(author: Author, how: str):
    author.post("night")
    author.site.fresh(author.office.voice)
    if how == "draft":
        author.edit("night", "Status: published", "Status: draft")
        with pytest.raises(Refused, match="would be a 404"):
            done(author, "send", posts=("night",))
        assert mails(author) == []
        return
    if how == "no letter":
        author.edit("night", "Status", "Newsletter: no\nStatus")
    else:
        (author.root / "content/posts/night.md").unlink()
    with pytest.raises(PublishError):
        done(author, "send", posts=("night",), now=True)
    done(author, "send", now=True)
    assert mails(author) == ["<p>Give 50 mg.</p>"]


def test_no_build_refuses_where_the_site_is_stale(author: Author):
    with pytest.raises(Refused, match="publish build"):
        done(author, "send", build=False)
    author.site.fresh(author.office.voice)
    assert isinstance(asked(author, "send", build=False), Question)


def test_an_edit_between_question_and_yes_is_asked_about_again(author: Author):
    question = asked(author, "send", now=True)
    author.edit("dose", "50 mg", "5 mg")
    changed = do(author.office, question)
    assert isinstance(changed, Question)
    assert mails(author) == []
    assert isinstance(do(author.office, changed), Done)
    assert mails(author) == ["<p>Give 5 mg.</p>"]


def test_an_edit_while_mailchimp_gets_ready_is_asked_about_again(author: Author):
    question = asked(author, "send", now=True)
    seen: list[str] = []

    def save_now(call: str) -> str:
        if call == "checklist" and not seen:
            seen.append(call)
            author.edit("dose", "50 mg", "5 mg")
        return ""

    author.machine.trouble = save_now
    assert isinstance(do(author.office, question), Question)
    assert mails(author) == []


def die_at(author: Author, call: str, question: Question) -> None:
    """Have a process die before that call, while it does what the question asks."""
    author.machine.trouble = lambda made: "kill" if made == call else ""
    with pytest.raises(Killed):
        do(author.office, question)
    author.machine.trouble = lambda made: ""


def die_behind_a_late(author: Author, order: str, question: Question) -> None:
    """Do it; Mailchimp carries ``order`` out late, and the process dies at its next call."""
    calls: list[str] = []

    def late_then_dead(call: str) -> str:
        calls.append(call)
        if call == order:
            return "late"
        return "kill" if order in calls else ""

    author.machine.trouble = late_then_dead
    with pytest.raises(Killed):
        do(author.office, question)
    author.machine.trouble = lambda call: ""


@pytest.mark.parametrize("tenths", range(15, 60, 5))
def test_old_words_that_come_late_never_replace_the_new_ones(author: Author, tenths: int):
    author.machine.late_by = tenths / 10
    question = asked(author, "send", now=True)
    die_behind_a_late(author, "put_content", question)
    author.edit("dose", "50 mg", "5 mg")
    done(author, "send", now=True)
    assert mails(author) == ["<p>Give 5 mg.</p>"]


def test_a_yes_holds_for_hour_readers_and_ledger_but_not_for_other_posts(author: Author):
    question = asked(author, "send", posts=("dose",))
    author.post("night")
    same = asked(author, "send", posts=("dose",))
    assert same.fingerprint == question.fingerprint
    assert asked(author, "send", posts=("dose",), now=True).fingerprint != question.fingerprint
    assert asked(author, "send", posts=("night",)).fingerprint != question.fingerprint
    author.world.pass_until(author.world.now + 1800)
    assert asked(author, "send", posts=("dose",)).fingerprint != question.fingerprint


def test_an_hour_that_has_passed_before_the_yes_is_asked_about_again(author: Author):
    question = asked(author, "send")
    author.world.pass_until(author.world.now + 3600)
    changed = do(author.office, question)
    assert isinstance(changed, Question)
    late = asked(author, "send", at=f"{datetime.fromtimestamp(HOUR + 7200, UTC):%Y-%m-%d %H:%M}")
    author.world.pass_until(author.world.now + 7200)
    with pytest.raises(ConfigError, match="has passed"):
        do(author.office, late)
    assert mails(author) == []


def test_an_open_try_of_a_post_that_is_gone_is_settled_by_reading(author: Author):
    author.machine.trouble = lambda call: "kill after" if call == "send" else ""
    with pytest.raises(Killed):
        done(author, "send", posts=("dose",), now=True)
    author.machine.trouble = lambda call: ""
    (author.root / "content/posts/dose.md").unlink()
    author.post("night")
    key = next(iter(author.ledger.read()))
    author.world.pass_until(author.world.now + 60)
    done(author, "send", now=True)
    assert author.ledger.read()[key].done
    assert sorted(author.world.delivered.values()) == [1, 1]


# --- from Mailchimp to posts


def test_a_letter_whose_post_is_gone_is_the_first_line_and_can_be_taken_back(author: Author):
    author.post("night")
    done(author, "send", posts=("dose", "night"))
    author.edit("dose", "Status", "Newsletter: no\nStatus")
    first = states(author)[0]
    assert first.urgent
    assert "its post is not public any more; `publish undo dose` takes it back" in first.line
    (campaign,) = first.letter.campaigns
    for name in ("dose", first.letter.key, campaign.id):
        assert asked(author, "undo", post=name).plan[0].key == first.letter.key
    done(author, "undo", post=campaign.id)
    assert mails(author) == ["<p>Give 50 mg.</p>"]
    assert author.world.by_campaign[campaign.id] == 0


@pytest.mark.parametrize("how", ["draft", "deleted"])
def test_it_is_the_first_line_too_where_no_build_may_take_the_post_off(author: Author, how: str):
    author.post("night")
    done(author, "send", posts=("dose", "night"))
    if how == "draft":
        author.edit("dose", "Status: published", "Status: draft")
    else:
        (author.root / "content/posts/dose.md").unlink()
    first = states(author)[0]
    assert first.urgent
    assert "its post is not public any more; `publish undo dose` takes it back" in first.line
    assert not states(author)[1].urgent


def test_an_empty_name_names_no_letter(author: Author):
    done(author, "send", posts=("dose",))
    for act, wish in (("undo", {"post": ""}), ("send", {"posts": ("",)})):
        with pytest.raises(ConfigError, match="there is no letter"):
            asked(author, act, **wish)


def test_a_digest_of_one_says_why_the_others_do_not_come(author: Author):
    author.post("night")
    done(author, "send", posts=("dose",))
    with pytest.raises(Refused, match=r"two posts or more; dose .*: (scheduled|already)"):
        asked(author, "send", posts=("dose", "night"), digest=True)


def test_it_can_be_taken_back_without_any_ledger(author: Author):
    done(author, "send", posts=("dose",))
    author.lose_ledger()
    (author.root / "content/posts/dose.md").unlink()
    (entry,) = states(author)
    assert entry.urgent
    command = entry.line.split("`")[1].split()
    assert command[:2] == ["publish", "undo"]
    done(author, "undo", post=command[2])
    assert mails(author) == []


def test_undo_without_a_name_wants_one_where_several_wait(author: Author):
    author.post("night")
    done(author, "send", posts=("dose", "night"))
    with pytest.raises(Refused, match="2 letters are scheduled") as refused:
        asked(author, "undo")
    assert "`publish undo dose`, `publish undo night`" in refused.value.remedy
    done(author, "undo", post="night")
    author.post("third")
    done(author, "send", posts=("night", "third"), digest=True)
    with pytest.raises(Refused, match="2 letters are scheduled"):
        asked(author, "undo")
    done(author, "undo", post="third")
    done(author, "undo")
    with pytest.raises(Refused, match="nothing is scheduled"):
        asked(author, "undo")
    # The question is refused, not the answer to it: the desk asks first, the terminal does not.
    with pytest.raises(Refused, match="dose: it was taken back before"):
        asked(author, "undo", post="dose")
    assert mails(author) == []


@pytest.mark.parametrize("new", ["dosing", "content/posts/dose.md"])
def test_a_renamed_post_that_no_build_may_show_is_found_by_its_new_name(author: Author, new: str):
    done(author, "send", posts=("dose",))
    author.edit("dose", "Slug: dose", "Slug: dosing")
    assert "scheduled" in states(author, new)[0].line
    done(author, "undo", post=new)
    assert mails(author) == []
    with pytest.raises(ConfigError, match="no letter and no composed issue"):
        asked(author, "undo", post="nowhere")


@pytest.mark.parametrize(
    ("name", "value"), [("from_name", " "), ("reply_to", ""), ("reply_to", "nobody")]
)
def test_only_what_mails_needs_a_sender(author: Author, name: str, value: str):
    done(author, "send", posts=("dose",))
    office = author.office
    office = replace(office, account=replace(office.account, **{name: value}))
    for act, wish in (("send", {}), ("replace", {"posts": ("dose",)}),
                      ("test", {"post": "dose", "to": ("a@example.com",)})):  # fmt: skip
        with pytest.raises(ConfigError, match=f"NEWSLETTER_{name.upper()} is missing"):
            ask(office, act, **wish)
    with pytest.raises(ConfigError, match="is missing or no sender"):
        listing.planned(office, (), False, None)
    with office.lock():
        assert "scheduled" in listing.entries(office, ())[0].line
    question = ask(office, "retract", post="dose")
    assert isinstance(question, Question)
    assert isinstance(do(office, question), Done)
    assert mails(author) == []


def test_status_and_plan_fold_in_the_same_words(author: Author):
    author.post("night", days=90)
    done(author, "send", posts=("dose", "night"), digest=True)
    done(author, "undo")
    author.post("third", days=80)
    author.site.fresh(author.office.voice)
    _, lines = listing.planned(author.office, (), False, None)
    (said,) = (line for line in lines if "only" in line)
    assert said == "1 older post and 2 taken back go out only by name"
    assert listing.folded(states(author)) == said


def test_an_update_is_listed_and_taken_back_by_its_posts_name(author: Author):
    done(author, "send", posts=("dose",), now=True)
    author.world.pass_until(author.world.now + 60)
    author.edit("dose", "50 mg", "5 mg")
    assert "changed since it was sent: `publish send dose --as-update`" in status_of(author, "dose")
    done(author, "send", posts=("dose",), as_update=True)
    lines = [entry.line for entry in states(author)]
    assert any(line.startswith("dose “The dose story” (update): scheduled") for line in lines)
    back = done(author, "undo", post="dose")
    assert "(update): taken back" in back.lines[0]
    assert back.lines[1].strip().endswith("publish send dose --as-update")
    assert mails(author) == ["<p>Give 50 mg.</p>"]
    done(author, "send", posts=("dose",), as_update=True, now=True)
    assert mails(author)[1:] == ["<p>Give 5 mg.</p>"]


def test_a_digest_is_listed_undone_and_never_sent_beside_its_posts(author: Author):
    author.post("night", "Sleep.", days=2)
    done(author, "send", posts=("dose", "night"), digest=True)
    (digest,) = (e for e in states(author, "night") if e.letter.kind == "digest")
    assert "scheduled" in digest.line
    assert "in the digest digest-" in status_of(author, "night")
    assert "nothing to send" in done(author, "send").lines[0]
    _, lines = listing.planned(author.office, ("night",), False, None)
    assert any(x.startswith("skip  digest-") and "scheduled for" in x for x in lines), lines
    with pytest.raises(Refused, match="in a digest, whose words cannot be replaced"):
        asked(author, "replace", posts=("night",))
    done(author, "undo", post=digest.letter.slug)
    author.lose_ledger()
    # Held by its title alone, and its posts may go by name.
    assert "taken back" in states(author, digest.letter.slug)[0].line
    done(author, "send", posts=("dose", "night"), digest=True, now=True)
    assert [html.count("<hr") for html in mails(author)] == [1]
    author.lose_ledger()
    # Mailed in a digest, which its title tells.
    assert "nothing to send" in done(author, "send").lines[0]


@pytest.mark.parametrize("lost", [False, True])
def test_the_posts_of_a_digest_that_was_taken_back_go_out_only_by_name(author: Author, lost: bool):
    author.post("night", "Sleep.", days=2)
    done(author, "send", posts=("dose", "night"), digest=True)
    done(author, "undo")
    if lost:
        author.lose_ledger()
    assert "nothing to send" in done(author, "send", now=True).lines[0]
    assert mails(author) == []
    assert "taken back in the digest digest-" in status_of(author, "night")
    done(author, "send", posts=("night",), now=True)
    assert mails(author) == ["<p>Sleep.</p>"]
    assert "nothing to send" in done(author, "send", now=True).lines[0]


def test_what_was_taken_back_under_an_earlier_uid_stays_back(author: Author):
    author.post("night", "Sleep.")
    done(author, "send", posts=("night",))
    done(author, "undo")
    old, new = author.uid("night"), "bbbb00000000cccc"
    author.edit("night", f"Uid: {old}", f"Uid: {new}\nWas: {old}")
    done(author, "send", now=True)
    assert mails(author) == ["<p>Give 50 mg.</p>"]
    done(author, "send", posts=("night",), now=True)
    assert mails(author)[1:] == ["<p>Sleep.</p>"]


def test_the_words_that_were_mailed_under_an_earlier_uid_are_no_update(author: Author):
    done(author, "send", now=True)
    old = author.uid("dose")
    author.edit("dose", f"Uid: {old}", f"Uid: bbbb00000000cccc\nWas: {old}")
    with pytest.raises(Refused, match="identical to what was sent"):
        asked(author, "send", posts=("dose",), as_update=True, now=True)
    author.edit("dose", "50 mg", "25 mg")
    done(author, "send", posts=("dose",), as_update=True, now=True)
    assert mails(author) == ["<p>Give 50 mg.</p>", "<p>Give 25 mg.</p>"]


def test_a_digest_holds_no_more_posts_than_its_title_can_name(author: Author):
    names = [f"post-{number}" for number in range(7)]
    for name in names:
        author.post(name)
    with pytest.raises(Refused, match="at most 6 posts"):
        asked(author, "send", posts=names, digest=True)


def test_figures_are_of_every_letter_that_went_out(author: Author):
    author.machine.report = lambda campaign: {"send_time": "2026-11-28T10:00:00+00:00"}  # type: ignore[attr-defined]
    author.post("night", days=2)
    done(author, "send", posts=("dose", "night"), digest=True, now=True)
    author.world.pass_until(author.world.now + 60)
    author.edit("dose", "50 mg", "5 mg")
    done(author, "send", posts=("dose",), as_update=True, now=True)
    author.world.pass_until(author.world.now + 60)
    (author.root / "content/posts/dose.md").unlink()
    kinds = [row.kind for row in listing.figures(author.office, [])]
    assert sorted(kinds) == ["digest", "update"]


# --- a scheduled letter whose post changed


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
    says = {"near": "minutes that a change may take", "sent": "too late, it is sent",
            "never": "nothing is scheduled", "copies": "a person made a copy",
            "open": "has no answer yet"}  # fmt: skip
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
    author.world.pass_until(author.world.now + 7200)
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


# --- taken back stays back


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
    for act, wish in (
        ("undo", {"post": "dose"}), ("send", {"posts": ("dose",), "replace": True}),
        ("retract", {"post": "dose"}),
    ):  # fmt: skip
        with pytest.raises(Refused, match="it is paused in Mailchimp"):
            done(author, act, **wish)
    assert "draft" not in (author.root / "content/posts/dose.md").read_text()
    record.history.append((author.world.now, "schedule"))
    done(author, "undo", post="dose")
    assert mails(author) == []


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


def schedule_for_topic(author: Author) -> None:
    """A letter waits for its hour; its post's category has readers of its own, as another has."""
    author.topics = {"career": "7", "network": "8"}
    author.machine.segment = lambda number: {"name": str(number)}  # type: ignore[attr-defined]
    author.post("dose", Category="Career")
    done(author, "send", posts=("dose",), at="tomorrow 6:30")


def test_the_plan_refuses_readers_that_the_audience_does_not_have(author: Author):
    def segment(number: int) -> None:
        raise ConfigError(f"NEWSLETTER_TOPICS: the audience has no segment {number}")

    author.topics, author.machine.segment = {"career": "7"}, segment  # type: ignore[attr-defined]
    author.post("dose", Category="Career")
    with pytest.raises(ConfigError, match="no segment 7"):
        listing.planned(author.office, (), False, None)


def test_a_letter_for_other_readers_is_refused_before_anything_is_written(author: Author):
    schedule_for_topic(author)
    author.edit("dose", "Category: Career", "Category: Network")
    calls = len(author.machine.calls)
    with pytest.raises(Refused, match="other readers than its post has now") as refusal:
        done(author, "replace", posts=("dose",))
    assert "`publish undo dose` takes it back; then send it again" in str(refusal.value.remedy)
    assert not {"update", "put_content", "unschedule"} & set(author.machine.calls[calls:])
    author.edit("dose", "50 mg", "5 mg")
    assert "`publish undo dose` takes it back; then" in status_of(author, "dose")
    done(author, "undo", post="dose")
    assert "goes out" in done(author, "send", posts=("dose",)).lines[0]
    (record,) = author.world.records.values()
    assert record.campaign.segment == {"saved_segment_id": 8}
    assert len(mails(author)) == 1


def test_an_unfinished_letter_with_other_readers_is_held_and_reported(author: Author):
    schedule_for_topic(author)
    author.edit("dose", "50 mg", "5 mg")
    question = asked(author, "replace", posts=("dose",))
    die_at(author, "put_content", question)
    author.edit("dose", "Category: Career", "Category: Network")
    with pytest.raises(Refused, match="has other readers in Mailchimp"):
        send_due(author.office, build=True)
    assert "taken back" in status_of(author, "dose")
    assert mails(author) == []
    done(author, "send", posts=("dose",), now=True)
    assert mails(author) == ["<p>Give 5 mg.</p>"]


def test_a_campaign_that_a_person_renames_is_known_by_its_id(author: Author):
    done(author, "send", posts=("dose",), at="tomorrow 6:30")
    (record,) = author.world.records.values()
    record.campaign = replace(record.campaign, title="My own name")
    assert "scheduled, Sat" in status_of(author, "dose")
    assert "taken back" in done(author, "undo", post="dose").lines[0]
    assert record.campaign.held
    assert mails(author) == []


def test_a_scheduled_letter_that_no_list_shows_is_known_by_its_id(author: Author):
    """The settings name another audience than they did."""
    done(author, "send", posts=("dose",), at="tomorrow 6:30")
    author.machine.campaigns = list  # type: ignore[assignment]
    assert "scheduled, Sat" in status_of(author, "dose")
    assert "taken back" in done(author, "undo", post="dose").lines[0]
    assert mails(author) == []


def test_a_clock_that_was_set_back_makes_no_run_wait_for_it(author: Author):
    question = asked(author, "send", posts=("dose",), now=True)
    author.machine.trouble = lambda call: "kill" if call == "send" else ""
    author.machine.clock = lambda: author.world.now + 3600  # type: ignore[method-assign]
    with pytest.raises(Killed):
        do(author.office, question)
    author.machine.trouble = lambda call: ""
    del author.machine.clock  # type: ignore[method-assign]
    assert "for 21 s" in status_of(author, "dose")
    began = author.world.now
    done(author, "send", posts=("dose",), now=True)
    assert author.world.now - began < 2 * LIMITS.settle
    assert len(mails(author)) == 1


@pytest.mark.parametrize("post", ["dose", None])
@pytest.mark.parametrize("dies_at", ["unschedule", "get", "update"])
def test_an_undo_that_died_is_finished_by_the_next(author: Author, dies_at: str, post: str | None):
    done(author, "send", posts=("dose",))
    question = asked(author, "undo")
    die_at(author, dies_at, question)
    done(author, "undo", post=post)
    author.lose_ledger()
    assert "nothing to send" in done(author, "send").lines[0]
    assert mails(author) == []


def test_an_undo_whose_answer_is_lost_says_what_is_known(author: Author):
    done(author, "send", posts=("dose",))
    author.machine.trouble = lambda call: "before" if call == "unschedule" else ""
    with pytest.raises(OutcomeUnknown):
        done(author, "undo")
    read = author.machine.campaign

    def unreachable(campaign: str) -> Campaign:
        raise NothingSent("Mailchimp cannot be read", "run this again in a while")

    author.machine.campaign = unreachable  # type: ignore[method-assign]
    with pytest.raises(OutcomeUnknown, match="it may still be scheduled: Mailchimp cannot be read"):
        done(author, "undo")
    author.machine.campaign = read  # type: ignore[method-assign]
    author.machine.trouble = lambda call: "busy" if call == "unschedule" else ""
    with pytest.raises(NothingSent):
        done(author, "undo")
    author.machine.trouble = lambda call: "after" if call == "unschedule" else ""
    assert "taken back" in done(author, "undo").lines[0]
    assert mails(author) == []


# --- what is picked


def test_a_flood_is_refused_with_the_line_to_type_and_names_lift_it(author: Author):
    author.post("night", days=2)
    author.post("third", days=3)
    with pytest.raises(Refused, match="3 letters are due at once") as refused:
        asked(author, "send")
    assert "`publish send third night dose`" in refused.value.remedy
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


def test_what_was_named_and_does_not_go_is_told_beside_what_goes(author: Author):
    author.post("night")
    done(author, "send", posts=("dose",))
    question = asked(author, "send", posts=("dose", "night"))
    assert any(line.text.startswith("dose “The dose story”: already") for line in question.lines)


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


# --- the plan of a move


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


# --- retract


def test_a_retracted_post_takes_its_letter_back_first_and_keeps_its_history(author: Author):
    done(author, "send", posts=("dose",))
    question = asked(author, "retract", post="dose")
    assert isinstance(do(author.office, question), Done)
    assert "Status: draft" in (author.root / "content/posts/dose.md").read_text()
    assert "taken back" in status_of(author, "dose")
    assert mails(author) == []
    assert not author.site.stale()


def test_the_letter_of_a_retracted_post_is_not_compared_with_the_draft(author: Author):
    done(author, "send", posts=("dose",), now=True)
    do(author.office, asked(author, "retract", post="dose"))
    author.edit("dose", "50 mg", "25 mg")
    with author.site.composed(author.office.voice, drafts=True) as folder:
        found = load_letters(author.office, folder)
        for letter in found.named(["dose"]):
            assert difference(author.office, letter, found) == ("", [])


def test_it_takes_back_updates_and_the_whole_digest_too(author: Author):
    author.post("night", days=2)
    author.post("third", days=3)
    done(author, "send", posts=("dose",), now=True)
    author.world.pass_until(author.world.now + 60)
    author.edit("dose", "50 mg", "5 mg")
    done(author, "send", posts=("dose",), as_update=True)
    done(author, "send", posts=("night", "third"), digest=True)
    done(author, "retract", post="dose")
    done(author, "retract", post="night", to="/third/")
    assert len(mails(author)) == 1


def test_a_machine_that_could_not_build_takes_no_letter_back(author: Author):
    done(author, "send", posts=("dose",))
    shutil.rmtree(author.settings.issues)
    assert retracting.withdraw(author.office, lost=True) == []
    assert mails(author) == ["<p>Give 50 mg.</p>"]


def test_what_is_public_by_its_source_is_so_where_it_was_never_composed(author: Author):
    done(author, "send", posts=("dose",))
    shutil.rmtree(author.settings.issues)
    author.post("night", Uid="1\nUid: 2")  # now no letter can be composed
    assert "not public" not in status_of(author, "dose")
    assert retracting.withdraw(author.office) == []
    author.edit("dose", "Status: published", "Status: draft")
    assert "its post is not public any more; `publish undo dose`" in status_of(author, "dose")


def test_the_letters_of_another_site_with_this_audience_are_left_alone(author: Author):
    other = Author(author.root.parent / "two", author.world)
    other.post("sleep", "Sleep.")
    done(author, "send", posts=("dose",))
    other.site.fresh(other.office.voice)
    said = [entry.line for entry in states(other)]
    said += listing.planned(other.office, (), False, None)[1]
    assert not any("not public any more" in line for line in said)
    assert retracting.withdraw(other.office) == []
    assert mails(author) == ["<p>Give 50 mg.</p>"]


def test_a_machine_that_did_not_compose_a_post_does_not_hold_its_unfinished_replace(
    author: Author,
):
    done(author, "send", posts=("dose",))
    author.edit("dose", "50 mg", "5 mg")
    author.machine.trouble = lambda call: "kill" if call == "schedule" else ""
    with pytest.raises(Killed):
        done(author, "send", posts=("dose",), replace=True)
    author.machine.trouble = lambda call: ""
    shutil.rmtree(author.settings.issues)
    with author.office.lock():
        settling.settle(author.office)
    (author.settings.cache / "built").unlink()
    assert send_due(author.office, build=True).code is Exit.OK
    assert mails(author) == ["<p>Give 5 mg.</p>"]


def test_a_retracted_post_is_named_itself_and_not_an_older_digest_of_it(author: Author):
    author.post("night", days=2)
    done(author, "send", posts=("dose", "night"), digest=True)
    done(author, "undo", post="dose")
    author.world.pass_until(author.world.now + 60)
    done(author, "send", posts=("dose",), now=True)
    done(author, "retract", post="dose")
    with pytest.raises(Refused, match=r"^dose “The dose story”: its post is not public"):
        done(author, "send", posts=("dose",))


def test_what_was_taken_back_is_told_though_another_letter_of_the_post_cannot_be(author: Author):
    author.post("night")
    done(author, "send", posts=("dose", "night"), digest=True)
    (digest,) = (x for x in author.world.records.values() if x.due)
    copy = author.world.create(digest.campaign.title.replace("[pub:", "[pub:f"), {})
    author.world.schedule(copy, author.world.now + 7200)
    left = [2]

    def second(call: str) -> str:
        left[0] -= call == "unschedule"
        return "busy" if call == "unschedule" and left[0] == 0 else ""

    author.machine.trouble = second
    author.heard.clear()
    with pytest.raises(NothingSent):
        done(author, "retract", post="dose")
    assert any("taken back, it goes out only by name" in line for line in author.heard)
    assert "Status: published" in (author.root / "content/posts/dose.md").read_text()


@pytest.mark.parametrize("fault", ["before", "busy"])
def test_a_letter_that_may_still_go_leaves_the_file_untouched(author: Author, fault: str):
    done(author, "send", posts=("dose",))
    source = (author.root / "content/posts/dose.md").read_bytes()
    author.machine.trouble = lambda call: fault if call == "unschedule" else ""
    with pytest.raises(PublishError) as failure:
        done(author, "retract", post="dose")
    assert failure.value.code is (Exit.UNKNOWN if fault == "before" else Exit.NOTHING_SENT)
    assert (author.root / "content/posts/dose.md").read_bytes() == source
    assert not (author.root / "content/ledger/retired.json").exists()


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"post": "nothing"}, "there is no such post"),
        ({"post": "dose", "to": "/x/"}, "nothing was published there"),
        ({"post": "dose", "to": "/dose/"}, "goes off the site itself"),
        ({"post": "dose", "to": "no"}, "slash"),
        ({"post": "dose", "to": ""}, "an empty address"),
        ({"post": "dose", "to": "https://[x"}, r"https://\[x: is no address"),
        ({"post": "dose", "to": "https://a b/"}, "is no address"),
        ({"post": "dose", "to": "https://x:99999/"}, "is no address"),
        ({"post": "dose", "to": "/a/", "gone": True}, "exclude each other"),
    ],
)  # fmt: skip
def test_what_cannot_be_retracted(author: Author, wish: dict[str, Any], says: str):
    author.site.fresh(author.office.voice)
    with pytest.raises(ConfigError, match=says):
        asked(author, "retract", **wish)


def test_a_live_letter_is_never_left_behind_for_want_of_a_key(author: Author):
    # The office is the sandbox's here; what lies in content/ledger is the live account's.
    author.site.fresh(author.office.voice)
    (issue,) = author.site.letters()
    live = Ledger(author.root / "content/ledger")
    live.append(Fact("done", issue.key, HOUR, "c1", {"status": "schedule"}))
    with pytest.raises(ConfigError, match="no key is there"):
        ask(author.office, "retract", post="dose")
    assert "Status: published" in (author.root / "content/posts/dose.md").read_text()
    live.append(Fact("done", issue.key, HOUR + 1, "c1", {"status": "sent"}))
    assert isinstance(ask(author.office, "retract", post="dose"), Question)


def test_a_run_takes_back_the_letters_of_pages_that_are_about_to_go(author: Author):
    done(author, "send", posts=("dose",))
    (issue,) = author.site.letters()
    assert retracting.withdraw(author.office) == []
    author.edit("dose", "Status", "Newsletter: no\nStatus")
    author.site.fresh(author.office.voice)
    (line,) = retracting.withdraw(author.office)
    assert line.startswith(f"{issue.slug} “")
    assert "its page is not public any more, so its letter was taken back" in line
    assert retracting.withdraw(author.office) == []
    assert mails(author) == []


def test_a_letter_of_an_earlier_uid_waits_for_its_hour(author: Author):
    done(author, "send", posts=("dose",))
    old = author.uid("dose")
    author.edit("dose", f"Uid: {old}", f"Uid: bbbb00000000cccc\nWas: {old}")
    author.site.fresh(author.office.voice)
    assert not any(entry.urgent for entry in states(author))
    assert retracting.withdraw(author.office) == []
    with pytest.raises(Refused, match="scheduled in a letter of an earlier Uid, whose words"):
        asked(author, "replace", posts=("dose",))
    assert mails(author) == ["<p>Give 50 mg.</p>"]


# --- the two sides of a question


def test_what_cannot_be_asked_is_refused(author: Author):
    for act, wish in (
        ("send", {"posts": ("nothing",)}), ("paint", {}), ("send", {"replace": True}),
        ("send", {"posts": ("dose",), "digest": True, "as_update": True}), ("send", {"at": ""}),
    ):  # fmt: skip
        with pytest.raises(ConfigError):
            ask(author.office, act, **wish)


def test_campaigns_of_others_are_counted_and_left_alone(author: Author):
    author.world.create("Spring sale", {})
    done(author, "send", now=True)
    from publish.office import letters

    found = letters.load_letters(author.office)
    assert [campaign.title for campaign in found.foreign] == ["Spring sale"]
    assert listing.foreign_campaigns(found) == "1 campaign of this audience was not made here"
    states(author)
    assert author.heard[-1] == listing.foreign_campaigns(found)
    assert isinstance(found.foreign[0], Campaign)
