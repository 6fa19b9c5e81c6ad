"""The fonts of a card: their characters, their widths and the kerning of pairs.

Pillow's text layout differs from machine to machine (its kerning needs a library of the system),
and a card must not. So the tables lie beside each font, taken out of its ``hmtx`` and ``kern``.
"""

from __future__ import annotations

import json
from collections.abc import Set
from functools import cache
from itertools import pairwise, repeat
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
BOLD, REGULAR = FONTS / "CardSerif-Bold.ttf", FONTS / "CardSerif-Regular.ttf"
EM = 1000
"""Font units."""


class Face:
    """One font. Widths and distances are in ems: multiply by the font size for pixels.

    ``advances`` is each character's width, ``kerning`` that of each pair of characters: below 0 is
    closer than usual.
    """

    def __init__(self, file: Path) -> None:
        """Of a font whose tables lie beside it."""
        tables = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
        self.advances = {name: units / EM for name, units in tables["advances"].items()}
        self.kerning = {tuple(pair): units / EM for pair, units in tables["kerning"].items()}

    @property
    def characters(self) -> Set[str]:
        """The characters in the font."""
        return self.advances.keys()

    def width(self, text: str) -> float:
        """The width of ``text``; a missing character counts as 0."""
        near = sum(map(self.kerning.get, pairwise(text), repeat(0.0)))
        return near + sum(map(self.advances.get, text, repeat(0.0)))

    def places(self, text: str) -> list[tuple[str, float]]:
        """Each character and its position."""
        found, at, before = [], 0.0, ""
        for character in text:
            at += self.kerning.get((before, character), 0)
            found.append((character, at))
            at += self.advances.get(character, 0)
            before = character
        return found


@cache
def face(file: Path) -> Face:
    """The face of a file, read once."""
    return Face(file)
