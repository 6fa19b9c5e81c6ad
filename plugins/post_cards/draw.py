"""Drawing a card: the one module that draws with Pillow."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from math import floor
from pathlib import Path

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFont

from .card import Card
from .face import BOLD, REGULAR, face
from .fit import fit
from .scene import HEIGHT, WIDTH, Palette, Scene, scene

EDGE = 76
"""Pixels between text and the sides."""
SIZES = (104, 96, 88, 80, 72, 64, 56)
LEADING = 1.1
SMALL, ABOVE, BELOW = 36, 96, HEIGHT - 26
TITLE_TOP, TITLE_HEIGHT = 136, 300
"""Size of the small lines, their baselines, and the title's box."""
_FINE = 2
"""Shapes are drawn so many times larger and made small again, which smooths their edges."""
_STEPS, _ZONES = 8, 8
"""How strongly an edge covers a pixel is told in so many steps, from 0; and an edge over the sky
is mixed with one of so many of its colours."""
_STEP = bytes((value * _STEPS + 127) // 255 for value in range(256))
_COVERED = bytes(255 if step else 0 for step in _STEP)
_MOST = 256
"""Colours of a picture that has one byte a pixel."""
RGB = tuple[int, ...]


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
    canvas = _Canvas(place.palette)
    _landscape(canvas, place)
    for line in lines:
        _write(canvas, line, getattr(place.palette, line.colour))
    out = io.BytesIO()
    canvas.picture().save(out, "PNG", compress_level=4)
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


class _Canvas:
    """A picture in the numbers of its colours, which are mixed as they are needed.

    Each colour is of a *kind*, by which it counts where another is painted over it: a zone of the
    sky, the sun, a hill, the text.
    """

    def __init__(self, palette: Palette) -> None:
        sky, rows = _sky(palette.sky)
        self._image = Image.frombytes("L", (WIDTH, HEIGHT), rows)
        self._colours = [*sky]
        self._kinds = [number * _ZONES // len(sky) for number in range(len(sky))]
        self._shown = [sky[(2 * zone + 1) * len(sky) // (2 * _ZONES)] for zone in range(_ZONES)]
        self._mixed: dict[tuple[int, int, int], int] = {}
        self._known: dict[str, int] = {}

    def fill(self, colour: str, top: int) -> None:
        """Paint all from the row ``top`` down."""
        self._image.paste(self._number(self._kind(colour), 0, _STEPS), (0, top, WIDTH, HEIGHT))

    def paint(self, colour: str, left: int, top: int, mask: Image.Image) -> None:
        """Paint as strongly as the ``mask`` says, whose corner lies at ``left`` and ``top``."""
        box = left, top, left + mask.width, top + mask.height
        kinds = bytes(kind * (_STEPS + 1) for kind in self._kinds).ljust(_MOST, b"\0")
        met = ImageChops.add(_with(self._image.crop(box), kinds), _with(mask, _STEP))
        numbers = bytearray(_MOST)
        for _, each in met.getcolors(_MOST):
            under, step = divmod(each, _STEPS + 1)
            if step:
                numbers[each] = self._number(self._kind(colour), under, step)
        self._image.paste(_with(met, numbers), box, _with(mask, _COVERED))

    def picture(self) -> Image.Image:
        """The picture with its colours."""
        self._image.putpalette(bytes(part for colour in self._colours for part in colour))
        return self._image

    def _kind(self, colour: str) -> int:
        if colour not in self._known:
            self._known[colour] = len(self._shown)
            self._shown.append(ImageColor.getrgb(colour))
        return self._known[colour]

    def _number(self, kind: int, under: int, step: int) -> int:
        """The number of the colour of a ``kind`` that covers another in ``step`` of the steps."""
        asked = kind, 0 if step == _STEPS else under, step
        if asked not in self._mixed:
            # Where no number is left for a mixture, one of the two.
            if step < _STEPS and len(self._colours) > _MOST - 2 * _ZONES:
                return self._number(kind if 2 * step >= _STEPS else under, 0, _STEPS)
            self._mixed[asked] = len(self._colours)
            pair = zip(self._shown[kind], self._shown[under], strict=True)
            mixed = tuple((a * step + b * (_STEPS - step) + _STEPS // 2) // _STEPS for a, b in pair)
            self._colours.append(mixed)
            self._kinds.append(kind if 2 * step >= _STEPS else under)
        return self._mixed[asked]


def _with(image: Image.Image, table: bytes | bytearray) -> Image.Image:
    """Each number replaced by that in the ``table``; Pillow's own ``point`` rounds the table."""
    return Image.frombytes("L", image.size, image.tobytes().translate(table))


@cache
def _sky(ends: tuple[str, str]) -> tuple[tuple[RGB, ...], bytes]:
    """The colours of a sky from top to horizon, and the number of its own for each pixel."""
    # It is the same in every column.
    depth = Image.linear_gradient("L").resize((1, HEIGHT)).point(lambda v: min(255, int(v * 1.5)))
    top, horizon = (Image.new("RGB", depth.size, colour) for colour in ends)
    column = Image.composite(horizon, top, depth).tobytes()
    rows = [tuple(column[at : at + 3]) for at in range(0, len(column), 3)]
    colours = tuple(dict.fromkeys(rows))
    return colours, b"".join(bytes((colours.index(row),)) * WIDTH for row in rows)


def _landscape(canvas: _Canvas, place: Scene) -> None:
    x, y, radius = place.sun
    left, upper, side = int(x - radius) - 2, int(y - radius) - 2, 2 * int(radius) + 8
    disc = _Mask(left, upper, side, side)
    disc.draw.ellipse(disc.at((x - radius, y - radius), (x + radius, y + radius)), fill=255)
    canvas.paint(place.palette.sun, left, upper, disc.small())
    for hill, colour in zip(place.hills, place.palette.hills, strict=True):
        ridge = hill.ridge(4)
        heights = [y for _, y in ridge]
        high, low = int(min(heights)) - 2, min(HEIGHT, int(max(heights)) + 3)
        edge = _Mask(0, high, WIDTH, low - high)
        edge.draw.polygon(edge.at(*ridge, (WIDTH, low), (0, low)), fill=255)
        canvas.paint(colour, 0, high, edge.small())
        canvas.fill(colour, low)


def _write(canvas: _Canvas, line: _Line, colour: str) -> None:
    places = face(line.file).places(line.text)
    if not places:
        return
    mask = Image.new("L", (EDGE + int((places[-1][1] + 2) * line.size), 2 * line.size))
    for character, x in places:
        # Half a pixel is as near as an eye can tell.
        whole, half = divmod(floor(2 * (EDGE + x * line.size) + 0.5), 2)
        glyph, left, top = _glyph(line.file, line.size, character, half)
        if glyph:
            mask.paste(255, (whole + left, top), glyph)
    left, top, right, bottom = mask.getbbox() or (0, 0, 1, 1)
    above = top - line.size * 3 // 2
    canvas.paint(colour, left, round(line.y) + above, mask.crop((left, top, right, bottom)))


@cache
def _glyph(file: Path, size: int, character: str, half: int) -> tuple[Image.Image | None, int, int]:
    """A character's mask, and where its corner lies from where it begins and from a line's top."""
    room = Image.new("L", (3 * size, 2 * size))
    where = size + half / 2, size * 3 // 2
    ImageDraw.Draw(room).text(where, character, 255, _font(file, size), anchor="ls")
    box = room.getbbox()
    return (room.crop(box), box[0] - size, box[1]) if box else (None, 0, 0)


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

    def small(self) -> Image.Image:
        """The mask in the size of the card."""
        return self._large.reduce(_FINE)


@cache
def _font(file: Path, size: int) -> ImageFont.FreeTypeFont:
    # The other layout needs a library that not every machine has, and kerns where we do.
    return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)
