"""The index as files: names and bytes. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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


def files(index: Mapping[str, str], posts: int) -> dict[str, bytes]:
    """The words: what the pages fetch to find posts by number."""
    pieces = shards(index)
    about = {"posts": posts, "block": BLOCK, "pieces": list(pieces)}
    return {
        "index.json": _json(about),
        **{f"{name(prefix)}.json": _json(piece) for prefix, piece in pieces.items()},
    }


def block(number: int) -> str:
    """The name of the file with the results ``BLOCK * number`` and the following."""
    return f"d-{number}.json"


def results(shown: Sequence[Shown]) -> bytes:
    """One file of results."""
    return _json([_line(one) for one in shown])


def _line(one: Shown) -> list[Any]:
    return [
        one.url, one.title, one.day, one.date, list(one.categories), one.summary, one.lang,
    ]  # fmt: skip


def _json(value: Mapping[str, Any] | list[Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
