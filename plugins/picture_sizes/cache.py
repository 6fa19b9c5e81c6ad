"""A cache of variants on disk, keyed by what they are made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

from publish.post import cache, stamps
from publish.post.files import write_whole

from .variants import Encoded, Offer, Picture

LISTED = "picture.json"
"""Written last: a folder without it is incomplete."""


class Results:
    """Memoized results of reading files, by the files' stamps, stored in ``file``; empty if that is
    deleted or damaged."""

    def __init__(self, file: Path) -> None:
        self._state = cache.State(file, Path(__file__).parent)
        self._old: dict[tuple[str, str], Any] = self._state.value or {}
        self._new: dict[tuple[str, str], Any] = {}

    def of(self, file: Path, purpose: str, work: Callable[[bytes], str]) -> str:
        """``work(bytes of file)``, memoized; ``purpose`` names the ``work``.

        Raises:
            OSError: it cannot be read.
        """
        stamp = stamps.of_stat(file.stat())
        key = str(file), purpose
        known = self._old.get(key)
        if known is None or known[0] != stamp:
            known = stamp, work(file.read_bytes())
        if stamps.is_trustworthy(stamp):
            self._new[key] = known
        return str(known[1])

    def save(self) -> None:
        """Save the results that were used in this run."""
        self._state.keep(self._new)


def digest(data: bytes, recipe: str, wanted: Collection[int]) -> str:
    """Hex digits that name a picture's variants."""
    made_from = f"{recipe}\0{sorted(wanted)}\0".encode()
    return hashlib.sha256(made_from + data).hexdigest()[:16]


def read(folder: Path) -> Picture | None:
    """The picture kept at ``folder``, if it is whole."""
    try:
        found = json.loads(cache.read(folder / LISTED, LISTED) or b"")
        del found["sums"]
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
    sums = {}
    for offer in picture.offers:
        for width in offer.widths:
            place, data = path(folder, offer.format, width), files[offer.format, width]
            write_whole(place, data)
            sums[place.name] = _sum(data)
    listed = json.dumps(asdict(picture) | {"sums": sums}).encode()
    cache.keep(folder / LISTED, LISTED, listed)


def variant(folder: Path, format: str, width: int) -> bytes | None:
    """The bytes of one variant; None if they are not those that were written."""
    place = path(folder, format, width)
    try:
        data = place.read_bytes()
        sums = json.loads(cache.read(folder / LISTED, LISTED) or b"")["sums"]
    except (OSError, ValueError):
        return None
    return data if sums.get(place.name) == _sum(data) else None


def _sum(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def path(folder: Path, format: str, width: int) -> Path:
    """The file of one variant."""
    return folder / f"{width}.{format}"
