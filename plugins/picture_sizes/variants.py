"""Which sizes and formats of a picture are worth having. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

WIDTHS = (480, 800, 1200)
"""Pixels: for a phone, a high-density phone, a high-density desktop."""
BEST = ("avif", "webp")
"""Additional formats, the better one first."""
FOLDER = "pictures"
"""The folder of variants in the site."""

# One thread per encoder: several may tile a picture differently, and give other bytes.
_AVIF: dict[str, Any] = {"speed": 8, "max_threads": 1, "autotiling": False}
OPTIONS: dict[tuple[str, bool], dict[str, Any]] = {
    # Format, and whether the picture came as a photograph or as a drawing without loss.
    ("avif", True): {"quality": 50, **_AVIF},
    ("webp", True): {"quality": 75, "method": 4},
    ("jpeg", True): {"quality": 78, "progressive": True, "optimize": True},
    ("avif", False): {"quality": 75, "subsampling": "4:4:4", **_AVIF},
    ("webp", False): {"lossless": True, "quality": 60, "method": 4},
    ("png", False): {"optimize": True},
}
RECIPE = repr((1, sorted(OPTIONS.items())))
"""The encoding options; a part of each file's name, as the bytes depend on them."""

Encoded = Mapping[tuple[str, int], bytes]
"""Format and width to the file's bytes."""
Files = tuple[tuple[str, int], ...]
"""Addresses below the site, fit for a ``srcset``, with their widths in pixels."""


class Broken(Exception):
    """The picture cannot be read; the message says why."""


@dataclass(frozen=True)
class Offer:
    """One format: the widths in pixels that there are, smallest first."""

    format: str
    widths: tuple[int, ...]


@dataclass(frozen=True)
class Picture:
    """A picture of the site with its variants; ``width`` and ``height`` are its own, in pixels.

    ``name`` begins the names of the variants' files; ``plain`` says whether the picture itself is
    small enough to be one of them.
    """

    name: str
    width: int
    height: int
    format: str
    plain: bool
    offers: tuple[Offer, ...]

    def file(self, format: str, width: int) -> str:
        """A variant's place in the site."""
        return f"{FOLDER}/{self.name}-{width}.{'jpg' if format == 'jpeg' else format}"


@dataclass(frozen=True)
class Source:
    """One format of a picture, as a ``<source>`` names it; ``type`` is its media type."""

    type: str
    files: Files


@dataclass(frozen=True)
class Shown:
    """What a page offers of a picture: ``sources`` in other formats, best first, and the ``files``
    of its own format.

    ``files`` is empty where there is only the picture itself.
    """

    sources: tuple[Source, ...]
    files: Files


def shown(picture: Picture, place: str) -> Shown:
    """What a page offers of the ``picture`` that lies at ``place`` in the site."""
    sources, own = [], []
    for offer in picture.offers:
        files = [(picture.file(offer.format, width), width) for width in offer.widths]
        if offer.format == picture.format:
            own = files
        else:
            sources.append(Source(f"image/{offer.format}", tuple(files)))
    if own and picture.plain:
        # Blanks and commas separate the addresses of a ``srcset``.
        own.append((quote(place, safe="/%:@!$&'()*+;=~"), picture.width))
    return Shown(tuple(sources), tuple(own))


def widths(own: int, wanted: Collection[int]) -> tuple[int, ...]:
    """The widths to make of a picture that is ``own`` pixels wide: none wider than itself."""
    return tuple(sorted({w for w in wanted if w < own} | {min(own, max(wanted))}))


def offers(encoded: Encoded, format: str, size: int) -> tuple[Offer, ...]:
    """The formats that a page offers: each that takes fewer bytes than the next more widely
    supported one.

    ``format`` is the picture's own, ``size`` its bytes. A format is judged by its widest file, and
    taken or left with all its widths: a browser uses the first format it supports.
    """
    top = max(width for _, width in encoded)
    plain = encoded.get((format, top))
    least = size if plain is None else min(size, len(plain))
    kept = []
    for kind in reversed(BEST):
        widest = encoded.get((kind, top))
        if kind != format and widest is not None and len(widest) < least:
            least = len(widest)
            made = tuple(sorted(width for k, width in encoded if k == kind))
            kept.append(Offer(kind, made))
    own_widths = tuple(
        sorted(
            width for (kind, width), data in encoded.items() if kind == format and len(data) < size
        )
    )
    return (*reversed(kept), *((Offer(format, own_widths),) if own_widths else ()))


def name(stem: str, digest: str) -> str:
    """The beginning of the files' names: safe in an address, in a ``srcset`` and on any disk."""
    safe = re.sub(r"[^a-z0-9]+", "-", stem.lower())[:40].strip("-") or "picture"
    return f"{safe}-{digest[:12]}"
