"""Each request of a replace, a move and an undo, with each fault, ledger kept and lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from publish.errors import PublishError
from publish.office import listing
from publish.office.acts import ask, do
from publish.office.question import Done, Question
from publish.office.sending import send_due
from tests.fakes.world import Killed
from tests.office.stand import Author, a_world

FAULTS = ("before", "after", "late", "busy", "kill", "kill after")
OLD, NEW = "<p>Give 50 mg.</p>", "<p>Give 5 mg.</p>"
ACTS: dict[str, dict[str, Any]] = {
    "replace": {"posts": ("dose",)},
    "move": {"posts": ("dose",), "at": "tomorrow 7:30"},
    "undo": {"post": "dose"},
}
REQUESTS = {"replace": 11, "move": 11, "undo": 4}


def strike(author: Author, number: int, fault: str) -> list[int]:
    """Let the ``number``-th request from now on fail; how many are left to pass before it."""
    left = [number]

    def trouble(call: str) -> str:
        if call.startswith("ledger"):
            return ""
        left[0] -= 1
        return fault if left[0] == 0 else ""

    author.machine.trouble = trouble
    return left


def attempt(work) -> Any:
    try:
        return work()
    except (PublishError, Killed) as end:
        return end


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("lose", [False, True])
def test_a_letter_goes_out_once_or_is_reported_to_be_held(
    tmp_path: Path, act: str, fault: str, lose: bool
):
    wrong = []
    for number in range(1, REQUESTS[act] + 1):
        author = Author(tmp_path / str(number), a_world(number))
        author.post("dose")
        first = ask(author.office, "send", posts=("dose",), at="tomorrow 6:30")
        assert isinstance(first, Question)
        do(author.office, first)
        author.edit("dose", "50 mg", "5 mg")
        question = ask(author.office, act, **ACTS[act])
        assert isinstance(question, Question), question
        left = strike(author, number, fault)
        end = attempt(lambda: do(author.office, question))  # noqa: B023
        author.machine.trouble = lambda call: ""
        if left[0] > 0:
            assert number > 4, "the act made fewer requests than this test thinks"
            continue
        # What dies before its first line has changed nothing, and is as if it had never been run.
        begun = "replace_try" in author.ledger.file.read_text()
        if lose:
            author.lose_ledger()
        if said := _after(author, act, isinstance(end, Done), begun and not lose):
            wrong.append(f"request {number}: it ended with {end!r}, and then {said}")
    assert not wrong, "\n".join(wrong)


def _after(author: Author, act: str, done: bool, known: bool) -> str:
    """What is wrong about how the history goes on, or ``""``; ``known``: a ledger knows of it."""
    for _ in range(3):
        attempt(lambda: send_due(author.office, build=True))
        author.world.pass_until(author.world.now + 60)
    with author.office.lock():
        (entry,) = listing.entries(author.office, ("dose",))
    waits = entry.state.status == "schedule"
    author.world.pass_until(author.world.now + 3 * 86400)
    got = [html for _, html in author.world.words]
    if len(got) > 1:
        return f"it was delivered {len(got)} times"
    if waits != bool(got):
        return f"status said {entry.line}, and {len(got)} were delivered"
    if act == "undo":
        return "it went out although it was taken back" if done and got else ""
    if not got:
        return "" if entry.state.held else f"it is lost: {entry.line}"
    if done and got != [NEW]:
        return "the old words went out after it had said that the new ones do"
    # A ledger that was lost before anything had changed in Mailchimp leaves the old letter as it
    # was; else the new words are in it, or it did not go.
    return "" if got == [NEW] or not known else f"{got[0]} went out, with the ledger kept"
