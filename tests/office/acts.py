"""What the tests of letters do and look at."""

from __future__ import annotations

from typing import Any

import pytest

from publish.office import listing
from publish.office.acts import ask, do
from publish.office.question import Done, Question
from tests.fakes.world import Killed
from tests.office.stand import Author


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
