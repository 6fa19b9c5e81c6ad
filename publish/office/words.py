"""The wording of posts, letters and next steps in an act's lines. Pure.

The command line and the desk word the same facts differently: each opens the office with its own
``Words``.
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
    """The command line's wording. ``stop`` names what ends a countdown, ``held`` is said of a
    letter that was taken back."""

    stop: str = "Ctrl-C"
    held: str = "taken back; it goes out only by name"

    def post(self, slug: str, title: str) -> str:
        """A post by its slug and title."""
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
        """The reason why a letter goes out, or does not."""
        return choice.why

    def sent(self, state: str, campaign: str) -> str:
        """The state of a campaign that went out."""
        return f"{state} (campaign {campaign})"

    def built(self, reason: str, summary: str) -> str:
        """That the site was built first, and what came of it."""
        return f"{reason}: {summary}"

    def sandboxed(self, line: str) -> str:
        """A line about the sandbox, marked as such."""
        return f"{line} [{NOTE}]"

    def later(self, purpose: str, command: str) -> tuple[str, ...]:
        """The author's next step as a command; nothing where a button offers it."""
        return (f"  to {purpose}: {command}",)


def command(*words: str) -> str:
    """A command as it is typed, ready to paste."""
    return f"`publish {' '.join(words)}`"


def indented(lines: Sequence[object]) -> list[str]:
    """Lines that belong to the one before, indented."""
    return [f"    {line}" for line in lines]
