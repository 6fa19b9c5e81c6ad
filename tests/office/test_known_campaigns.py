"""A letter's readers, its campaign under another name, and acts that died half-way."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from publish.errors import ConfigError, NothingSent, OutcomeUnknown, Refused
from publish.newsletter.campaign import Campaign
from publish.office import listing
from publish.office.acts import do
from publish.office.sending import send_due
from publish.office.site import Site
from tests.fakes.world import Killed
from tests.office.acts import (
    asked,
    die_at,
    done,
    mails,
    status_of,
)
from tests.office.stand import LIMITS, Author


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


def test_a_digest_holds_no_post_whose_readers_it_would_miss(author: Author):
    author.topics = {"career": "7"}
    author.machine.segment = lambda number: {"name": str(number)}  # type: ignore[attr-defined]
    author.post("dose", Category="Career")
    author.post("night", Category="General")
    author.post("third", Category="Career")
    for names in (("dose", "night"), ("night", "dose", "third"), ()):
        with pytest.raises(Refused, match="have other readers each, by NEWSLETTER_TOPICS"):
            asked(author, "send", posts=names, digest=True)
    done(author, "send", posts=("dose", "third"), digest=True)
    done(author, "send", posts=("night",))
    assert len(mails(author)) == 2


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


def test_a_post_is_found_by_each_address_it_was_published_at(author: Author):
    ledger = author.root / "content/ledger"
    ledger.mkdir()
    known = {"/dose/": author.uid("dose"), "/2025/giving/": author.uid("dose"), "/x/": "other"}
    (ledger / "urls.json").write_text(json.dumps(known))
    site = Site(author.settings)
    author.edit("dose", "Slug: dose", "Slug: dosing")
    for name in ("dosing", "posts/dose.md", "dose", "/dose/", "2025/giving"):
        assert site.uids(name) == (author.uid("dose"),), name
    assert site.uids("nowhere") == ()
