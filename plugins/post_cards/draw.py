"""Drawing a card: the one module that draws with Pillow."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from .card import Card
from .face import BOLD, REGULAR, face
from .fit import fit
from .scene import HEIGHT, WIDTH, Scene, scene

EDGE = 76
"""Pixels between text and the sides."""
SIZES = (104, 96, 88, 80, 72, 64, 56)
LEADING = 1.1
SMALL, ABOVE, BELOW = 36, 96, HEIGHT - 26
TITLE_TOP, TITLE_HEIGHT = 136, 300
"""Size of the small lines, their baselines, and the title's box."""
COLOURS = 128
_FINE = 2
"""Shapes are drawn so many times larger and made small again, which smooths their edges."""


def png(card: Card) -> bytes:
    """The card as a PNG of 1200 × 630 pixels; the same bytes for the same card."""
    lines = _set(card)
    # A foot of a letter reaches about a fifth of its size below the baseline.
    boxes = [
        (EDGE + face(line.file).width(line.text) * line.size, line.y + 0.2 * line.size)
        for line in lines
        if line.y != BELOW
    ]
    place = scene(card.seed).clear_of(boxes)
    image = _landscape(place)
    draw = ImageDraw.Draw(image)
    for line in lines:
        colour, font = getattr(place.palette, line.colour), _font(line.file, line.size)
        for character, x in face(line.file).places(line.text):
            draw.text((EDGE + x * line.size, line.y), character, colour, font, anchor="ls")
    # Few colours and no dithering halve the bytes; every sixth pixel of every sixth row is enough
    # to choose the colours by.
    few = image.resize((WIDTH // 6, HEIGHT // 6), Image.Resampling.NEAREST).quantize(
        COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE
    )
    out = io.BytesIO()
    image.quantize(palette=few, dither=Image.Dither.NONE).save(out, "PNG", compress_level=6)
    return out.getvalue()


@dataclass(frozen=True)
class _Line:
    """One line, its baseline at ``y``; ``colour`` is a name in the palette."""

    text: str
    y: float
    size: int
    file: Path
    colour: str


def _set(card: Card) -> list[_Line]:
    """The lines of the card; that at ``BELOW`` stands on the nearest hill."""

    def small(text: str, y: float, file: Path, colour: str) -> list[_Line]:
        one = SMALL * LEADING
        found = fit(text, face(file).width, WIDTH - 2 * EDGE, one, (SMALL,), LEADING)
        return [_Line(line, y, SMALL, file, colour) for line in found.lines]

    title = fit(card.title, face(BOLD).width, WIDTH - 2 * EDGE, TITLE_HEIGHT, SIZES, LEADING)
    # What stands above the first baseline is about three quarters of the size.
    first = TITLE_TOP + title.size * 0.76
    return [
        *small(card.above, ABOVE, REGULAR, "quiet"),
        *(
            _Line(line, first + row * title.size * LEADING, title.size, BOLD, "ink")
            for row, line in enumerate(title.lines)
        ),
        *small(card.below, BELOW, BOLD, "light"),
    ]


def _landscape(place: Scene) -> Image.Image:
    palette = place.palette
    # The sky is the same in every column, so one column is mixed and then widened.
    sky = Image.linear_gradient("L").resize((1, HEIGHT)).point(lambda v: min(255, int(v * 1.5)))
    top, horizon = (Image.new("RGB", sky.size, colour) for colour in palette.sky)
    column = Image.composite(horizon, top, sky).tobytes()
    rows = (column[at : at + 3] * WIDTH for at in range(0, len(column), 3))
    image = Image.frombytes("RGB", (WIDTH, HEIGHT), b"".join(rows))
    x, y, radius = place.sun
    left, upper, side = int(x - radius) - 2, int(y - radius) - 2, 2 * int(radius) + 8
    disc = _Mask(left, upper, side, side)
    disc.draw.ellipse(disc.at((x - radius, y - radius), (x + radius, y + radius)), fill=255)
    disc.paint(image, palette.sun)
    for hill, colour in zip(place.hills, palette.hills, strict=True):
        ridge = [(x, hill.top(x)) for x in range(0, WIDTH + 1, 4)]
        high = int(min(y for _, y in ridge)) - 2
        low = min(HEIGHT, int(max(y for _, y in ridge)) + 3)
        edge = _Mask(0, high, WIDTH, low - high)
        edge.draw.polygon(edge.at(*ridge, (WIDTH, low), (0, low)), fill=255)
        edge.paint(image, colour)
        image.paste(colour, (0, low, WIDTH, HEIGHT))
    return image


class _Mask:
    """A shape with smoothed edges, on the part of the card that it touches."""

    def __init__(self, left: int, upper: int, width: int, height: int) -> None:
        self._corner = left, upper
        self._large = Image.new("L", (width * _FINE, height * _FINE))
        self.draw = ImageDraw.Draw(self._large)

    def at(self, *points: tuple[float, float]) -> list[tuple[float, float]]:
        """Points of the card as points of this mask."""
        left, upper = self._corner
        return [(_FINE * (x - left), _FINE * (y - upper)) for x, y in points]

    def paint(self, image: Image.Image, colour: str) -> None:
        image.paste(colour, self._corner, self._large.reduce(_FINE))


@cache
def _font(file: Path, size: int) -> ImageFont.FreeTypeFont:
    # The other layout needs a library that not every machine has, and kerns where we do.
    return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)
