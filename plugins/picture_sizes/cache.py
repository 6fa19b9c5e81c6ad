"""Variants on disk, by what they are made of: each is encoded once."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path

from .variants import Encoded, Offer, Picture

LISTED = "picture.json"
"""Written last: a folder without it is of no use."""


def digest(data: bytes, recipe: str, wanted: Collection[int]) -> str:
    """Hex digits that name a picture's variants."""
    told = f"{recipe}\0{sorted(wanted)}\0".encode()
    return hashlib.sha256(told + data).hexdigest()[:16]


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
    """Keep the offered ``files`` of ``picture`` at ``folder``, whole or not at all.

    Raises:
        OSError: they cannot be written.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        for offer in picture.offers:
            for width in offer.widths:
                path(aside, offer.format, width).write_bytes(files[offer.format, width])
        (aside / LISTED).write_text(json.dumps(asdict(picture)), encoding="utf-8")
        if read(folder) is None:
            shutil.rmtree(folder, ignore_errors=True)
            aside.rename(folder)
    except OSError:
        # Another build at work may have been first, with the same bytes.
        if read(folder) is None:
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def path(folder: Path, format: str, width: int) -> Path:
    """Where one variant lies."""
    return folder / f"{width}.{format}"
