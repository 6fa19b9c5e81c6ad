"""The inverted index: for each word the posts that hold it, and its weight in each. Pure."""

from __future__ import annotations

import marshal
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from .words import words

IN_TITLE, IN_LABEL = 5, 3
"""The levels that a word in the title, or in the name of a category, tag or author, adds."""
BODY, HIGHEST = 4, 9
"""The highest level by the text alone (less than a title's), and the highest of all, one digit."""
SATURATION, LENGTH = 1.2, 0.75
"""The usual values of BM25's k1 and b."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MANY = 64
"""Changed posts from which on building the whole index is cheaper than patching it."""
_PAIR = re.compile("([a-z]+)([0-9])")


@dataclass(frozen=True)
class Post:
    """The searchable plain text of a post. ``labels`` are names of categories, tags and authors,
    ``text`` the rest."""

    title: str
    labels: str
    text: str


Asked = tuple[Any, Callable[[], Post]]
"""A post: a digest of its searchable text, and a function that returns it."""


class Counted(NamedTuple):
    """The words of one post. ``words`` are packed: the counts of the text's, and those of the title
    and the labels."""

    mark: Any
    total: int
    words: bytes


class Index:
    """An index that is updated from run to run: only the words of changed posts are computed."""

    def __init__(self, state: Any = None) -> None:
        """``state`` is what :meth:`snapshot` gave."""
        posts, self._encoded = state or ([], {})
        self._posts = [Counted(*post) for post in posts]

    def snapshot(self) -> Any:
        """All of it as plain data."""
        return [tuple(post) for post in self._posts], self._encoded

    def update(self, posts: Sequence[Asked]) -> dict[str, str]:
        """Every word in order, with its posts by number in ``posts``; see :func:`encode`."""
        was, known = self._posts, {post.mark: post for post in self._posts}
        self._posts = [known.get(mark) or _counted(mark, make()) for mark, make in posts]
        before, usual = _usual(was), _usual(self._posts)
        both = range(max(len(was), len(self._posts)))
        changed = [n for n in both if _at(was, n) != _at(self._posts, n)]
        if usual != before or len(changed) > MANY:
            self._encoded = self._whole(usual)
        elif changed:
            self._patch(changed, was, usual)
        return self._encoded

    def _whole(self, usual: int) -> dict[str, str]:
        # Number and level in one integer: half a million tuples would cost a second.
        postings: dict[str, list[int]] = {}
        for number, post in enumerate(self._posts):
            for word, level in _levels(post, usual).items():
                postings.setdefault(word, []).append(10 * number + level)
        return {word: encode(postings[word]) for word in sorted(postings)}

    def _patch(self, changed: Iterable[int], was: Sequence[Counted], usual: int) -> None:
        touched: dict[str, dict[int, int]] = {}
        for number in changed:
            old = _levels(_at(was, number), usual)
            new = _levels(_at(self._posts, number), usual)
            for word in old.keys() | new.keys():
                if old.get(word) != new.get(word):
                    touched.setdefault(word, {})[number] = new.get(word, 0)
        for word, levels in touched.items():
            found = dict(decode(self._encoded.get(word, ""))) | levels
            self._encoded[word] = encode(10 * n + found[n] for n in sorted(found) if found[n])
        self._encoded = {word: text for word, text in sorted(self._encoded.items()) if text}


def _at(posts: Sequence[Counted], number: int) -> Counted | None:
    return posts[number] if number < len(posts) else None


def _counted(mark: Any, post: Post) -> Counted:
    counts = Counter(words(post.text))
    held = dict(counts), sorted(set(words(post.title))), sorted(set(words(post.labels)))
    return Counted(mark, counts.total(), marshal.dumps(held))


def _levels(post: Counted | None, usual: int) -> dict[str, int]:
    """The level of each word in one post."""
    if post is None:
        return {}
    counts, title, labels = marshal.loads(post.words)
    length = 1 - LENGTH + LENGTH * post.total / usual
    table = [_level(times, length) for times in range(max(counts.values(), default=0) + 1)]
    levels = {word: table[times] for word, times in counts.items()}
    for found, more in ((title, IN_TITLE), (labels, IN_LABEL)):
        for word in found:
            levels[word] = min(HIGHEST, levels.get(word, 0) + more)
    return levels


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


def decode(text: str) -> Iterator[tuple[int, int]]:
    """Number and level of each post in what :func:`encode` made."""
    number = -1
    for letters, level in _PAIR.findall(text):
        step = 0
        for letter in letters:
            step = 26 * step + LETTERS.index(letter)
        number += step + 1
        yield number, int(level)


def _letters(step: int) -> str:
    out = LETTERS[step % 26]
    while step := step // 26:
        out = LETTERS[step % 26] + out
    return out


def _level(times: int, length: float) -> int:
    said = times / (times + SATURATION * length)
    return min(BODY, 1 + int(BODY * said))


def _usual(posts: Sequence[Counted]) -> int:
    """The mean length in words, rounded down to a power of two, so that a new post seldom changes
    it, and with it every level."""
    mean = sum(post.total for post in posts) // max(len(posts), 1)
    return 1 << max(mean, 1).bit_length() - 1
