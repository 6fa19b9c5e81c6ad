"""Wording shared by acts and lists: a letter's name, counts, hours."""

from __future__ import annotations

from collections.abc import Sequence

from publish.newsletter.catalogue import Letter
from publish.office.context import Office
from publish.post.issue import Issue


def post_name(slug: str, title: str) -> str:
    """A post as a line names it: what is typed, and what is remembered."""
    return f"{slug} “{title}”" if title else slug


def letter_name(letter: Letter) -> str:
    """A letter as a line names it."""
    name = post_name(letter.slug or letter.key, letter.title)
    return f"{name} (update)" if letter.kind == "update" else name


def issue_name(issue: Issue) -> str:
    """A composed issue as a line names it."""
    name = post_name(issue.slug, issue.title)
    return f"{name} (update)" if issue.update_of else name


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
