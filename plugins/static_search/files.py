"""The index as files: names and bytes. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .shards import name, shards

BLOCK = 4
"""Posts whose results share a file; smaller files would consist mostly of HTTP headers."""


Line = tuple[str, str, str, str, list[str], str, str]
"""One line of the results, as plain text: the address below the site, the title, the day in ISO
8601 and in the site's date format, the categories, the summary, and the language, blank for the
site's own. theme/static/js/search.js reads it."""


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
