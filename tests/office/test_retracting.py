"""A post is taken off the site: its letters first."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from publish.errors import ConfigError, Exit, NothingSent, PublishError, Refused
from publish.newsletter.facts import Fact
from publish.newsletter.ledger import Ledger
from publish.office import listing, retracting, settling
from publish.office.acts import ask, do
from publish.office.letters import difference, load_letters
from publish.office.question import Done, Question
from publish.office.sending import send_due
from tests.fakes.world import Killed
from tests.office.acts import (
    asked,
    done,
    mails,
    states,
    status_of,
)
from tests.office.stand import HOUR, Author


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
    assert "its post is not public any more, or not for the mail; `publish undo dose`" in status_of(
        author, "dose"
    )


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
    assert any("taken back; it goes out only by name" in line for line in author.heard)
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
)
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
    for act, wish in (("retract", {"post": "dose"}), ("undo", {"post": "dose"}), ("undo", {})):
        with pytest.raises(ConfigError, match="no key is there"):
            ask(author.office, act, **wish)
    assert "Status: published" in (author.root / "content/posts/dose.md").read_text()
    live.append(Fact("done", issue.key, HOUR + 1, "c1", {"status": "sent"}))
    assert isinstance(ask(author.office, "retract", post="dose"), Question)
    assert isinstance(ask(author.office, "undo", post="dose"), Done)
    live.append(Fact("send_try", issue.key, HOUR + 2, "c1", run="r"))
    with pytest.raises(ConfigError, match="no key is there"):
        ask(author.office, "retract", post="dose")


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
