"""The inverted index: for each word, which posts hold it and how much it says of each. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .words import words

IN_TITLE, IN_LABEL = 5, 3
"""What a word in the title, or in the name of a category, tag or author, adds to its level."""
BODY, HIGHEST = 4, 9
"""Levels that the text alone can give, less than a title does; and the highest, one digit."""
SATURATION, LENGTH = 1.2, 0.75
"""BM25's k1 and b, as everybody has them."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Post:
    """What can be found, as plain text without markup. ``labels`` are names, ``text`` the rest."""

    title: str
    labels: str
    text: str


def index(posts: Sequence[Post]) -> dict[str, str]:
    """Every word with its posts, by number in ``posts``; see :func:`encode`. Ordered by word."""
    counted = [Counter(words(post.text)) for post in posts]
    usual = _usual(counted)
    # A number and its level in one integer: half a million pairs would cost a second.
    postings: dict[str, list[int]] = {}
    for number, (post, counts) in enumerate(zip(posts, counted, strict=True)):
        length = 1 - LENGTH + LENGTH * counts.total() / usual
        table = [_level(times, length) for times in range(max(counts.values(), default=0) + 1)]
        levels = {word: table[times] for word, times in counts.items()}
        for text, more in ((post.title, IN_TITLE), (post.labels, IN_LABEL)):
            for word in set(words(text)):
                levels[word] = min(HIGHEST, levels.get(word, 0) + more)
        for word, level in levels.items():
            postings.setdefault(word, []).append(10 * number + level)
    return {word: encode(postings[word]) for word in sorted(postings)}


def encode(found: Iterable[int]) -> str:
    """Posts (10 × number + level, rising) as text: the step from the post before, then the level.

    The step is in base 26, and 0 for the next post: ``a3a1c9`` is posts 0, 1 and 4.
    """
    before, parts = -1, []
    for one in found:
        number, level = divmod(one, 10)
        step = number - before - 1
        parts.append(f"{LETTERS[step] if step < 26 else _letters(step)}{level}")
        before = number
    return "".join(parts)


def _letters(step: int) -> str:
    out = LETTERS[step % 26]
    while step := step // 26:
        out = LETTERS[step % 26] + out
    return out


def _level(times: int, length: float) -> int:
    said = times / (times + SATURATION * length)
    return min(BODY, 1 + int(BODY * said))


def _usual(counted: Sequence[Counter[str]]) -> int:
    """The mean length in words, cut to a power of two: one more post seldom moves it, and with it
    every level of every post."""
    mean = sum(counts.total() for counts in counted) // max(len(counted), 1)
    return 1 << max(mean, 1).bit_length() - 1
