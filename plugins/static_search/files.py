"""The index as files: names and bytes. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .shards import name, shards

BLOCK = 4
"""Posts whose title, address and summary share a file: a result brings three others along, and
smaller files would be mostly headers."""


Line = tuple[str, str, str, str, list[str], str, str]
"""One line of the results, as plain text: the address below the site, the title, the day in ISO
8601 and as a reader of the site knows dates, the categories, the summary, and the language, blank
where it is the site's own. theme/static/js/search.js reads it."""


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


def results(lines: Sequence[Line]) -> bytes:
    """One file of results."""
    return _json(lines)


def _json(value: Mapping[str, Any] | Sequence[Line]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
