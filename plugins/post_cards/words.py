"""What of a text a card can show. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Container


def printable(text: str, has: Container[str]) -> str | None:
    """``text`` in characters that the font ``has``; None if a letter or figure is missing.

    An ornament may go (an emoji, an invisible mark); a word without one of its letters may not.
    """
    kept = []
    for character in unicodedata.normalize("NFC", text):
        # A ligature or a wide letter is also written with others.
        plainer = unicodedata.normalize("NFKC", character)
        if character in has or character.isspace():
            kept.append(character)
        elif all(c in has for c in plainer):
            kept.append(plainer)
        elif unicodedata.category(character)[0] in "LN":
            return None
    return " ".join("".join(kept).split())
