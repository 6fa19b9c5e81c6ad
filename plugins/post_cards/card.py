"""The words on a card and the name of its file: all that a build with nothing to draw needs."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Container
from typing import NamedTuple

DESIGN = "5"
"""The version of the drawing, a part of every name: raise it to have all cards drawn again."""


class Card(NamedTuple):
    """The words on a card, as plain text; ``seed`` chooses the landscape."""

    title: str
    above: str
    below: str
    seed: str


def name(slug: str, *parts: str) -> str:
    """A file name that changes with the card's words, so that no cached card is shown in its
    place."""
    digest = hashlib.sha256("\0".join((DESIGN, *parts)).encode()).hexdigest()
    # A slug may hold any script and slashes; a file name in the cache must not.
    stem = re.sub(r"[^a-z0-9]+", "-", slug.lower())[:60].strip("-") or "card"
    return f"{stem}-{digest[:12]}.png"


def printable(text: str, has: Container[str]) -> str | None:
    """``text`` in characters that the font ``has``; None if a letter or figure is missing.

    A symbol such as an emoji or an invisible mark may be dropped, a letter may not.
    """
    if text.isascii() and all(map(has.__contains__, text)):
        return " ".join(text.split())
    kept = []
    for character in unicodedata.normalize("NFC", text):
        # NFKC replaces ligatures and wide letters by plain ones.
        plainer = unicodedata.normalize("NFKC", character)
        if character in has or character.isspace():
            kept.append(character)
        elif all(c in has for c in plainer):
            kept.append(plainer)
        elif unicodedata.category(character)[0] in "LN":
            return None
    return " ".join("".join(kept).split())
