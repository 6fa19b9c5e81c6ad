"""The index as files: names and bytes. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .index import Post, index
from .shards import name, shards

BLOCK = 4
"""Posts whose title, address and summary share a file: a result brings three others along, and
smaller files would be mostly headers."""


@dataclass(frozen=True)
class Shown:
    """One line of the results, as plain text. ``url`` is below the site, ``lang`` blank where it
    is the site's own, ``day`` in ISO 8601 and ``date`` as a reader of the site knows dates."""

    url: str
    title: str
    day: str
    date: str
    categories: tuple[str, ...]
    summary: str
    lang: str


def files(posts: Sequence[Post], shown: Sequence[Shown]) -> dict[str, bytes]:
    """All files of the index. ``posts`` and ``shown`` are the same posts, oldest first: what is
    published next gets the next number and moves no other.
    """
    pieces = shards(index(posts))
    made = {
        "index": {"posts": len(posts), "block": BLOCK, "pieces": list(pieces)},
        **{name(prefix): piece for prefix, piece in pieces.items()},
        **{
            f"d-{first // BLOCK}": [_line(one) for one in shown[first : first + BLOCK]]
            for first in range(0, len(shown), BLOCK)
        },
    }
    return {f"{stem}.json": _json(made[stem]) for stem in made}


def _line(one: Shown) -> list[Any]:
    return [
        one.url, one.title, one.day, one.date, list(one.categories), one.summary, one.lang,
    ]  # fmt: skip


def _json(value: Mapping[str, Any] | list[Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
