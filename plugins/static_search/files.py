"""The index as files: names and bytes, split into pieces by the words' prefixes. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

BLOCK = 4
"""Posts whose results share a file: each result loads three others, but smaller files would consist
mostly of HTTP headers."""
LARGEST = 8_000
"""The most bytes of a piece before compression, unless a single word has more."""

Line = tuple[str, str, str, str, list[str], str, str]
"""One line of the results, as plain text: the address below the site, the title, the day in ISO
8601 and in the site's date format, the categories, the summary, and the language, blank for the
site's own. theme/static/js/search.js reads it."""


def files(index: Mapping[str, str], posts: int) -> dict[str, bytes]:
    """The words: what the pages fetch to find posts by number."""
    pieces = shards(index)
    about = {"posts": posts, "block": BLOCK, "pieces": list(pieces)}
    return {
        "index.json": as_json(about),
        **{f"{name(prefix)}.json": as_json(piece) for prefix, piece in pieces.items()},
    }


def block(number: int) -> str:
    """The name of the file with the results ``BLOCK * number`` and the following."""
    return f"d-{number}.json"


def as_json(value: Mapping[str, Any] | Sequence[Line]) -> bytes:
    """The bytes of a file: the words, or one file of results."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def shards(index: Mapping[str, str], largest: int = LARGEST) -> dict[str, dict[str, str]]:
    """The pieces by prefix. A word stands in the piece with the longest prefix it begins with.

    A piece that is too large is split by the most common next letters, as few as needed; so a new
    word changes the pieces near it only.
    """
    found: dict[str, dict[str, str]] = {}
    _carve("", index, largest, found)
    return {prefix: found[prefix] for prefix in sorted(found)}


def name(prefix: str) -> str:
    """The file of a piece without its ending: letters a host and a file system leave alone."""
    if re.fullmatch(r"[a-z0-9]*", prefix):
        return f"w-{prefix}"
    return "u-" + "-".join(f"{ord(char):x}" for char in prefix)


def _carve(
    prefix: str, words: Mapping[str, str], largest: int, pieces: dict[str, dict[str, str]]
) -> None:
    groups: dict[str, dict[str, str]] = {}
    for word, posts in words.items():
        groups.setdefault(word[: len(prefix) + 1], {})[word] = posts
    sizes = {longer: _size(group) for longer, group in groups.items() if longer != prefix}
    left = _size(words)
    for longer in sorted(sizes, key=lambda g: (-sizes[g], g)):
        if left <= largest:
            break
        _carve(longer, groups.pop(longer), largest, pieces)
        left -= sizes[longer]
    # The root always has a piece, so that every word has one.
    if groups or not prefix:
        remaining = {word for group in groups.values() for word in group}
        pieces[prefix] = {word: posts for word, posts in words.items() if word in remaining}


def _size(group: Mapping[str, str]) -> int:
    # Two pairs of quotes, a colon and a comma.
    return sum(len(word.encode()) + len(posts) + 6 for word, posts in group.items())
