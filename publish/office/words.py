"""How the lines of an act name posts, letters and what comes next. Pure.

The command line and the desk word the same facts: each opens the office with its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publish.sandbox import NOTE

if TYPE_CHECKING:
    from publish.newsletter.catalogue import Letter
    from publish.newsletter.selection import Candidate
    from publish.post.issue import Issue


@dataclass(frozen=True)
class Words:
    """The command line's. ``stop`` is what ends a countdown."""

    stop: str = "Ctrl-C"

    def post(self, slug: str, title: str) -> str:
        """A post: what is typed, and what is remembered."""
        return f"{slug} “{title}”" if title else slug

    def letter(self, letter: Letter) -> str:
        """A letter, by its post."""
        name = self.post(letter.slug or letter.key, letter.title)
        return f"{name} (update)" if letter.kind == "update" else name

    def issue(self, issue: Issue) -> str:
        """A composed issue, by its post."""
        name = self.post(issue.slug, issue.title)
        return f"{name} (update)" if issue.update_of else name

    def why(self, choice: Candidate) -> str:
        """Why a letter goes out, or does not."""
        return choice.why

    def sent(self, state: str, campaign: str) -> str:
        """That a campaign went out."""
        return f"{state} (campaign {campaign})"

    def sandboxed(self, line: str) -> str:
        """A line of what happened in the sandbox alone."""
        return f"{line} [{NOTE}]"

    def later(self, purpose: str, command: str) -> tuple[str, ...]:
        """What the author may do afterwards; nothing where a button says it."""
        return (f"  to {purpose}: {command}",)


def count(number: int, one: str, many: str = "") -> str:
    """``1 reader``, ``2 readers``."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def command(*words: str) -> str:
    """A command as it is typed, ready to paste."""
    return f"`publish {' '.join(words)}`"


def indented(lines: Sequence[str]) -> list[str]:
    """What belongs to the line before."""
    return [f"    {line}" for line in lines]
