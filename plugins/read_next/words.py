"""Weighted terms of a post: its words, its categories and its tags."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from math import log1p

from publish.post.text import plain

SHORTEST = 4
"""Letters. Shorter words are mostly grammatical, in every language with an alphabet."""
IN_TITLE, TAG, CATEGORY = 4.0, 6.0, 3.0
"""The weights of a word in the title, a shared tag and a shared category, in words of the body. A
tag is more specific than a category, which a third of a blog may share."""
_WORD = re.compile(rf"[^\W\d_]{{{SHORTEST},}}")
_PLAIN_WORD = re.compile(rf"[a-z]{{{SHORTEST},}}")
"""The same for ASCII text, three times as fast."""
_MARKS = "’‘“”–—…\u00a0"
"""The only non-ASCII characters in most English texts; none is part of a word."""


def terms(
    title: str, body: str, categories: Iterable[str] = (), tags: Iterable[str] = ()
) -> dict[str, float]:
    """The terms of a post, counted; ``title`` and ``body`` may hold HTML.

    The logarithm keeps one word said often from ruling all.
    """
    numbers: dict[str, int] = {}
    # Counted first: a word's singular is then looked for once a post.
    for word, number in Counter(_found(body)).items():
        one = _singular(word)
        numbers[one] = numbers.get(one, 0) + number
    counted: dict[str, float] = {word: log1p(number) for word, number in numbers.items()}
    for word in set(words(title)):
        counted[word] = counted.get(word, 0.0) + log1p(IN_TITLE)
    # A prefix with a blank, which no word has, separates the three kinds of term.
    counted |= {f"category {name.casefold()}": CATEGORY for name in categories}
    counted |= {f"tag {name.casefold()}": TAG for name in tags}
    return counted


def words(text: str) -> list[str]:
    """The words of ``text``, which may hold HTML: case-blind, plural and singular alike."""
    return [_singular(word) for word in _found(text)]


def _found(text: str) -> list[str]:
    words = plain(text).casefold()
    if not words.isascii():
        for mark in _MARKS:
            words = words.replace(mark, " ")
    return (_PLAIN_WORD if words.isascii() else _WORD).findall(words)


@cache
def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > SHORTEST + 1:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
