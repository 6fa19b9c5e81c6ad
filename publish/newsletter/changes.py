"""The words that changed since an issue was sent. Pure."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import takewhile
from typing import NamedTuple

from publish.post.issue import Issue


class Change(NamedTuple):
    """One difference: a few words before it, the removed and the added words, a few words after,
    and ``where`` it is, if not in the letter's text."""

    before: str
    gone: str
    come: str
    behind: str
    where: str = ""

    def __str__(self) -> str:
        """``where: … before [-gone-] {+come+} behind …``."""
        gone = f"[-{self.gone}-]" if self.gone else ""
        come = f"{{+{self.come}+}}" if self.come else ""
        where = f"{self.where}:" if self.where else ""
        return " ".join(filter(None, [where, "…", self.before, gone, come, self.behind, "…"]))


def places(old: str, new: str, context: int = 4) -> list[Change]:
    """All differences, word by word."""
    a, b = old.split(), new.split()
    found = []
    for kind, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind != "equal":
            before, behind = a[max(0, i - context) : i], a[j : j + context]
            words = _prose(before[::-1])[::-1], a[i:j], b[k:m], _prose(behind)
            found.append(Change(*map(" ".join, words)))
    return found


def _prose(words: list[str]) -> list[str]:
    # The plain text has an address between its head and its first words.
    return list(takewhile(lambda word: "://" not in word, words))


def between(old: Issue, new: Issue) -> list[Change]:
    """The differences in the words that a reader sees: subject, preheader and plain text."""
    parts = {"subject": "subject", "preheader": "preheader", "": "text"}
    return [
        change._replace(where=where)
        for where, name in parts.items()
        for change in places(getattr(old, name), getattr(new, name))
    ]
