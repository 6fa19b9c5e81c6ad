"""What is mailed is what the source says now: never from a build that is out of date."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from publish.errors import ConfigError, PublishError, Refused
from publish.office.acts import do
from publish.office.question import Done, Question
from tests.fakes.world import Killed
from tests.office.acts import (
    asked,
    die_behind_a_late,
    done,
    mails,
)
from tests.office.stand import HOUR, Author


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
