"""Reads a TrueType font: its characters, their widths and the kerning of pairs.

Pillow's text layout differs from machine to machine (its kerning needs a library of the system),
and a card must not.
"""

from __future__ import annotations

import struct
from collections.abc import Set
from functools import cache, cached_property
from itertools import pairwise, repeat
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
BOLD, REGULAR = FONTS / "CardSerif-Bold.ttf", FONTS / "CardSerif-Regular.ttf"


class Face:
    """One font. Widths and distances are in ems: multiply by the font size for pixels."""

    def __init__(self, file: Path) -> None:
        """Of a TrueType file with a ``kern`` table."""
        self._data = file.read_bytes()
        self._tables = _tables(self._data)
        self._glyphs = _glyphs(self._data, self._tables["cmap"])
        (self._em,) = struct.unpack_from(">H", self._data, self._tables["head"] + 18)

    @property
    def characters(self) -> Set[str]:
        """The characters in the font."""
        return self._glyphs.keys()

    @cached_property
    def advances(self) -> dict[str, float]:
        """Each character's width."""
        (known,) = struct.unpack_from(">H", self._data, self._tables["hhea"] + 34)

        def advance(glyph: int) -> int:
            # Glyphs after the last entry are as wide as that one.
            at = self._tables["hmtx"] + 4 * min(glyph, known - 1)
            return int(struct.unpack_from(">H", self._data, at)[0])

        return {character: advance(glyph) / self._em for character, glyph in self._glyphs.items()}

    @cached_property
    def kerning(self) -> dict[tuple[str, str], float]:
        """The kerning of each pair of characters: below 0 is closer than usual."""
        named: dict[int, list[str]] = {}
        for character, glyph in self._glyphs.items():
            named.setdefault(glyph, []).append(character)
        return {
            (left, right): distance / self._em
            for first, second, distance in _pairs(self._data, self._tables["kern"])
            for left in named.get(first, ())
            for right in named.get(second, ())
        }

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


def _tables(data: bytes) -> dict[str, int]:
    """The offset of each table."""
    (number,) = struct.unpack_from(">H", data, 4)
    found = (struct.unpack_from(">4sIII", data, 12 + 16 * n) for n in range(number))
    return {tag.decode(): start for tag, _, start, _ in found}


def _glyphs(data: bytes, start: int) -> dict[str, int]:
    """Character to glyph, by the table for the first 65,536 characters (format 4)."""
    (number,) = struct.unpack_from(">H", data, start + 2)
    records = (struct.unpack_from(">HHI", data, start + 4 + 8 * n) for n in range(number))
    at = start + next(at for platform, kind, at in records if (platform, kind) == (3, 1))
    (twice,) = struct.unpack_from(">H", data, at + 6)

    def column(number: int, gap: int = 0) -> list[int]:
        form = f">{twice // 2}H"
        return list(struct.unpack_from(form, data, at + 14 + number * twice + gap))

    # Two unused bytes stand between the ends of the ranges and their starts.
    ends, starts, deltas, offsets = column(0), column(1, 2), column(2, 2), column(3, 2)
    found = {}
    for row, (first, last, delta, offset) in enumerate(zip(starts, ends, deltas, offsets,
                                                           strict=True)):  # fmt: skip
        for code in range(first, min(last, 0xFFFE) + 1):
            glyph = code
            if offset:
                # The offset is relative to its own position in the table.
                place = at + 16 + 3 * twice + 2 * row + offset + 2 * (code - first)
                (glyph,) = struct.unpack_from(">H", data, place)
            if glyph and (glyph := (glyph + delta) % 0x10000):
                found[chr(code)] = glyph
    return found


def _pairs(data: bytes, start: int) -> list[tuple[int, int, int]]:
    """Left glyph, right glyph, and their kerning in font units."""
    (number,) = struct.unpack_from(">H", data, start + 10)
    return [struct.unpack_from(">HHh", data, start + 18 + 6 * n) for n in range(number)]
