"""Wording shared by acts and lists: a letter's name, counts, hours."""

from __future__ import annotations

from collections.abc import Sequence

from publish.newsletter.catalogue import Letter
from publish.newsletter.selection import Candidate
from publish.office.context import Office
from publish.post.issue import Issue


def letter_name(office: Office, letter: Letter) -> str:
    """A letter as a line names it."""
    return office.words.letter(letter)


def issue_name(office: Office, issue: Issue) -> str:
    """A composed issue as a line names it."""
    return office.words.issue(issue)


def explained(office: Office, choice: Candidate) -> str:
    """Why the letter of a post goes out, or does not."""
    return f"{issue_name(office, choice.issue)}: {office.words.why(choice)}"


def count(number: int, one: str, many: str = "") -> str:
    """``1 reader``, ``2 readers``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def readers(office: Office) -> tuple[str, int]:
    """The audience's name, and how many subscribe to it."""
    audience = office.api.audience()
    size = int((audience.get("stats") or {}).get("member_count") or 0)
    return str(audience.get("name") or office.account.audience), size


def command(*words: str) -> str:
    """A command as it is typed, ready to paste."""
    return f"`publish {' '.join(words)}`"


def indented(lines: Sequence[str]) -> list[str]:
    """What belongs to the line before."""
    return [f"    {line}" for line in lines]
