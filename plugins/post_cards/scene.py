"""The landscape of a card: a low sun over hills, derived from the post's seed.

Pure numbers in pixels of the finished card; nothing here draws.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import pi, sin

WIDTH, HEIGHT = 1200, 630
"""The size that the large share pages show uncropped."""
GAP, FARTHEST = 18, 1124
"""Pixels between sun and text, and how far right the middle of the sun may be."""


@dataclass(frozen=True)
class Palette:
    """Colours as ``#rrggbb``: sky from top to horizon, sun, hills from far to near, and text.

    ``ink`` is read against the sky, ``quiet`` too, ``light`` against the nearest hill.
    """

    sky: tuple[str, str]
    sun: str
    hills: tuple[str, str, str, str]
    ink: str
    quiet: str
    light: str = "#fdf6e8"


PALETTES = (
    # Morning, with the green of the site.
    Palette(("#fdf8ee", "#f8dfb8"), "#efb366", ("#bccdb3", "#7fa894", "#3d7a6b", "#0f4f46"),
            "#24211d", "#0d4f46"),
    # Evening in clay.
    Palette(("#fdf3e7", "#f6c9a4"), "#e2764a", ("#e5ae90", "#c9785c", "#97473a", "#5f2826"),
            "#2b1d19", "#7c3024"),
    # Harvest.
    Palette(("#fdf7e4", "#f5dc9c"), "#e39a33", ("#dfca86", "#b99f54", "#7f7136", "#47431f"),
            "#29251a", "#5b5016"),
    # Heather.
    Palette(("#fbf4f0", "#efcfc9"), "#e48f74", ("#d3b3bd", "#a67c94", "#6d4b6b", "#3d2a45"),
            "#271f29", "#63375f"),
    # By the sea.
    Palette(("#f8f6ef", "#e9d7bd"), "#eaa96a", ("#b7c6cc", "#7898a6", "#41677c", "#1f3f54"),
            "#1d2529", "#1f4a63"),
    # The end of a night shift.
    Palette(("#16283a", "#54506a"), "#b56d58", ("#4a4a66", "#37405a", "#25334a", "#111d2c"),
            "#fdf6e8", "#f3c89b"),
)  # fmt: skip


@dataclass(frozen=True)
class Hill:
    """One ridge: two waves added. ``level`` is the middle, the rest in pixels and turns."""

    level: float
    high: float
    length: float
    phase: float

    def ridge(self, step: int) -> list[tuple[float, float]]:
        """Points of the ridge from the left side to the right, each ``step`` pixels."""
        level, high, once, start = self.level, self.high, 2 * pi / self.length, 2 * pi * self.phase
        turns = [(x, once * x + start) for x in range(0, WIDTH + 1, step)]
        return [(x, level - high * (sin(t) + 0.35 * sin(2.3 * t + 1))) for x, t in turns]


@dataclass(frozen=True)
class Scene:
    """A whole landscape. ``sun`` is its middle and radius; ``hills`` from far to near."""

    palette: Palette
    sun: tuple[float, float, float]
    hills: tuple[Hill, ...]

    def clear_of(self, boxes: Iterable[tuple[float, float]]) -> Scene:
        """The same with the sun beside or below the text, whose lines are (right end, foot)."""
        x, y, radius = self.sun
        near = [(right, foot) for right, foot in boxes if foot > y - radius - GAP]
        if not any(right > x - radius - GAP for right, _ in near):
            return self
        beside = max(right for right, _ in near) + GAP + radius
        if beside <= FARTHEST:
            return replace(self, sun=(beside, y, radius))
        return replace(self, sun=(x, max(foot for _, foot in near) + GAP + radius, radius))


def scene(seed: str) -> Scene:
    """The landscape that belongs to ``seed``."""
    chance = _Chance(seed)
    palette = PALETTES[int(chance.next() * len(PALETTES))]
    sun = (chance.between(820, 1060), chance.between(400, 430), chance.between(86, 112))
    hills = tuple(
        Hill(level, chance.between(*high), chance.between(*length), chance.next())
        for level, high, length in (
            (456, (14, 26), (620, 900)),
            (490, (14, 26), (700, 1000)),
            (522, (10, 18), (800, 1200)),
            (553, (4, 9), (1000, 1500)),
        )
    )
    return Scene(palette, sun, hills)


class _Chance:
    """Pseudo-random numbers from a digest, equal on every machine and version of Python."""

    def __init__(self, seed: str) -> None:
        self._seed, self._drawn = seed, 0

    def next(self) -> float:
        """From 0 to below 1."""
        self._drawn += 1
        digest = hashlib.sha256(f"{self._drawn} {self._seed}".encode()).digest()
        return int.from_bytes(digest[:6], "big") / 2**48

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.next()
