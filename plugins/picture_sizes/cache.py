"""Variants on disk, by what they are made of: each is encoded once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path

from publish.post.files import write_whole

from .variants import Encoded, Offer, Picture

LISTED = "picture.json"
"""Written last: a folder without it is of no use."""


def digest(data: bytes, recipe: str, wanted: Collection[int]) -> str:
    """Hex digits that name a picture's variants."""
    made_from = f"{recipe}\0{sorted(wanted)}\0".encode()
    return hashlib.sha256(made_from + data).hexdigest()[:16]


def read(folder: Path) -> Picture | None:
    """The picture kept at ``folder``, if it is whole."""
    try:
        found = json.loads((folder / LISTED).read_bytes())
        offered = tuple(Offer(o["format"], tuple(o["widths"])) for o in found.pop("offers"))
        picture = Picture(offers=offered, **found)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    there = all(path(folder, o.format, w).is_file() for o in picture.offers for w in o.widths)
    return picture if there else None


def write(folder: Path, picture: Picture, files: Encoded) -> None:
    """Keep the offered ``files`` of ``picture`` at ``folder``; it is whole once it is listed.

    Raises:
        OSError: they cannot be written.
    """
    for offer in picture.offers:
        for width in offer.widths:
            write_whole(path(folder, offer.format, width), files[offer.format, width])
    write_whole(folder / LISTED, json.dumps(asdict(picture)).encode())


def path(folder: Path, format: str, width: int) -> Path:
    """Where one variant lies."""
    return folder / f"{width}.{format}"
