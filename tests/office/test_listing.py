"""From Mailchimp's campaigns to posts: what is listed, named and counted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from publish.errors import ConfigError, Exit, Refused
from publish.newsletter.campaign import Campaign
from publish.office import listing, retracting
from publish.office.acts import ask, do
from publish.office.question import Done, Question
from tests.office.acts import (
    asked,
    die_at,
    done,
    mails,
    states,
    status_of,
)
from tests.office.stand import LIMITS, Author


def test_a_letter_whose_post_is_gone_is_the_first_line_and_can_be_taken_back(author: Author):
    author.post("night")
    done(author, "send", posts=("dose", "night"))
    author.edit("dose", "Status", "Newsletter: no\nStatus")
    first = states(author)[0]
    assert first.urgent
    assert (
        "its post is not public any more, or not for the mail; `publish undo dose` takes it back"
        in first.line
    )
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
    assert (
        "its post is not public any more, or not for the mail; `publish undo dose` takes it back"
        in first.line
    )
    assert not states(author)[1].urgent


def test_a_letter_of_a_post_that_was_never_here_is_told_as_that(author: Author):
    done(author, "send", posts=("dose",))
    author.lose_ledger()
    (author.root / "content/ledger/urls.json").unlink()
    (author.root / "content/posts/dose.md").unlink()
    (entry,) = states(author)
    # It may be another site's: nothing takes it back unasked.
    assert not entry.urgent
    key = entry.letter.key
    assert f"scheduled, and its post is not here; `publish undo {key}` takes it back" in entry.line
    assert retracting.withdraw(author.office) == []


def test_who_else_gets_a_scheduled_letter_since_the_topics_changed_is_told(author: Author):
    author.post("night", Category="Career")
    done(author, "send", posts=("night",))
    assert "readers" not in status_of(author, "night")
    # No request is made for it: an interest that is gone stops no list.
    author.topics = {"career": "abcdef0123"}
    said = "it goes to other readers than its post has now"
    line = status_of(author, "night")
    assert f"{said}: `publish undo night` takes it back; then send it again" in line
    _, lines = listing.planned(author.office, ("night",), False, None)
    assert any(said in line for line in lines)
    assert any(said in line for line in done(author, "send", posts=("night",)).lines)
    author.topics = {}
    assert "readers" not in status_of(author, "night")


def test_a_take_back_that_was_not_finished_is_told(author: Author):
    done(author, "send", posts=("dose",))
    die_at(author, "unschedule", asked(author, "undo"))
    (entry,) = states(author)
    assert entry.urgent
    assert "for taking it back was not finished; `publish undo dose` does that" in entry.line
    done(author, "undo", post="dose")
    assert mails(author) == []


def test_one_that_died_at_its_end_is_sent_by_name(author: Author):
    done(author, "send", posts=("dose",))
    die_at(author, "update", asked(author, "undo"))
    done(author, "undo", post="dose")
    assert "taken back" in status_of(author, "dose")
    assert "goes out" in done(author, "send", posts=("dose",)).lines[0]
    assert len(mails(author)) == 1


@pytest.mark.parametrize("act", ["undo", "retract"])
def test_a_letter_that_mailchimp_does_not_show_as_scheduled_yet_is_taken_back(
    author: Author, act: str
):
    author.world.status_lag = 10
    done(author, "send", posts=("dose",))
    assert "a draft in Mailchimp, taken back there or not shown" in status_of(author, "dose")
    _, lines = listing.planned(author.office, (), False, None)
    assert "not shown as scheduled yet" in lines[0]
    done(author, act, post="dose")
    author.world.pass_until(author.world.now + LIMITS.settle)
    assert "taken back; it goes out only by name" in status_of(author, "dose")
    assert mails(author) == []


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
    author.post("third")
    die_at(author, "schedule", asked(author, "send", posts=("third",), at="18:00"))
    with pytest.raises(Refused, match=r"two posts or more; third .*: an earlier run's answer"):
        asked(author, "send", posts=("third", "night"), digest=True)


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


def test_the_figures_of_a_letter_that_was_stopped_or_archived_are_reported(author: Author):
    done(author, "send", posts=("dose",))
    author.machine.report = lambda name: {"emails_sent": 2}  # type: ignore[attr-defined]
    assert listing.figures(author.office, ()) == []
    (record,) = author.world.records.values()
    for status in ("sent", "canceled", "archived"):
        record.history.append((author.world.now, status))
        assert [row.recipients for row in listing.figures(author.office, ())] == [2]


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
    # There is nothing to do: no question, and no failure either.
    for name, said in (
        (None, "nothing is scheduled"),
        ("dose", "story”: it was taken back"),
    ):
        ended = ask(author.office, "undo", post=name)
        assert isinstance(ended, Done)
        assert ended.code is Exit.OK
        assert said in ended.lines[0]
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
    for act, wish in (
        ("send", {}),
        ("replace", {"posts": ("dose",)}),
        ("test", {"post": "dose", "to": ("a@example.com",)}),
    ):
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
    assert "in the digest “" in status_of(author, "night")
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
    assert "taken back in the digest “" in status_of(author, "night")
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
    # The first words again are news to those who have the second.
    author.edit("dose", "25 mg", "50 mg")
    done(author, "send", posts=("dose",), as_update=True, now=True)
    assert mails(author)[2:] == ["<p>Give 50 mg.</p>"]


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


def test_what_cannot_be_asked_is_refused(author: Author):
    for act, wish in (
        ("send", {"posts": ("nothing",)}),
        ("paint", {}),
        ("send", {"replace": True}),
        ("send", {"posts": ("dose",), "digest": True, "as_update": True}),
        ("send", {"posts": ("dose",), "replace": True, "now": True}),
        ("send", {"at": ""}),
    ):
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
