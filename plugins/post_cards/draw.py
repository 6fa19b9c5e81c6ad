"""Drawing a card: the one module that draws with Pillow."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from .face import BOLD, REGULAR, face
from .fit import fit
from .scene import HEIGHT, WIDTH, Card, Scene, scene

EDGE = 76
"""Pixels between text and the sides."""
SIZES = (104, 96, 88, 80, 72, 64, 56)
LEADING = 1.1
SMALL, ABOVE, BELOW = 36, 96, HEIGHT - 26
TITLE_TOP, TITLE_HEIGHT = 136, 300
"""Size of the small lines, their baselines, and the title's box."""
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
    # Few colours, no dots: half the bytes, and nobody sees it.
    small = image.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    out = io.BytesIO()
    small.save(out, "PNG", compress_level=9)
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
    sky = Image.linear_gradient("L").resize((WIDTH, HEIGHT)).point(lambda v: min(255, int(v * 1.5)))
    top, horizon = (Image.new("RGB", sky.size, colour) for colour in palette.sky)
    image = Image.composite(horizon, top, sky)
    x, y, radius = place.sun
    disc = [_FINE * at for at in (x - radius, y - radius, x + radius, y + radius)]
    _paint(image, palette.sun, lambda draw: draw.ellipse(disc, fill=255))
    for hill, colour in zip(place.hills, palette.hills, strict=True):
        ridge = [(x * _FINE, hill.top(x) * _FINE) for x in range(0, WIDTH + 1, 4)]
        corners = [(WIDTH * _FINE, HEIGHT * _FINE), (0, HEIGHT * _FINE)]
        _paint(image, colour, lambda draw, area=(*ridge, *corners): draw.polygon(area, fill=255))
    return image


def _paint(image: Image.Image, colour: str, shape: Callable[[ImageDraw.ImageDraw], None]) -> None:
    """Colour one shape, its edges smoothed."""
    mask = Image.new("L", (WIDTH * _FINE, HEIGHT * _FINE))
    shape(ImageDraw.Draw(mask))
    image.paste(colour, mask=mask.reduce(_FINE))


@cache
def _font(file: Path, size: int) -> ImageFont.FreeTypeFont:
    # The other layout needs a library that not every machine has, and kerns where we do.
    return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)
