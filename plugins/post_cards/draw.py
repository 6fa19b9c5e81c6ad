"""Drawing a card: the one module that draws with Pillow."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
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
"""The factor by which shapes are drawn larger and scaled down, for antialiasing."""
_STEPS, _ZONES = 8, 8
"""Steps of an edge's coverage, from 0; and colours of the sky with which edges are blended."""
_LETTERS, _SHAPES = range(1, _STEPS), range(_STEPS // _FINE**2, _STEPS, _STEPS // _FINE**2)
"""The partial steps of letters and of shapes."""
_MOST = 256
"""Colours of a palette image; a card has fewer."""
_COVERED = [0] + [255] * (_MOST - 1)
RGB = tuple[int, ...]


def png(card: Card) -> bytes:
    """The card as a PNG of 1200 × 630 pixels; the same bytes for the same card."""
    lines = _set(card)
    # Descenders reach about a fifth of the size below the baseline.
    boxes = [
        (EDGE + face(line.file).width(line.text) * line.size, line.y + 0.2 * line.size)
        for line in lines
        if line.y != BELOW
    ]
    place = scene(card.seed).clear_of(boxes)
    canvas = _Canvas(place.palette)
    _landscape(canvas, place)
    for line in lines:
        cover, left, above = _shape(line.text, line.file, line.size)
        canvas.paint(getattr(place.palette, line.colour), left, round(line.y) + above, cover)
    out = io.BytesIO()
    canvas.picture().save(out, "PNG", compress_level=3)
    return out.getvalue()


@dataclass(frozen=True)
class _Line:
    """One line, its baseline at ``y``; ``colour`` is a name in the palette."""

    text: str
    y: float
    size: int
    file: Path
    colour: str


@lru_cache(maxsize=32)
def _small(text: str, y: float, file: Path, colour: str) -> list[_Line]:
    """A small line, above or below the title."""
    one = SMALL * LEADING
    found = fit(text, face(file).width, WIDTH - 2 * EDGE, one, (SMALL,), LEADING)
    return [_Line(line, y, SMALL, file, colour) for line in found.lines if line]


def _set(card: Card) -> list[_Line]:
    """The lines of the card; the one at ``BELOW`` lies on the nearest hill."""
    title = fit(card.title, face(BOLD).width, WIDTH - 2 * EDGE, TITLE_HEIGHT, SIZES, LEADING)
    # Ascenders reach about three quarters of the size above the baseline.
    first = TITLE_TOP + title.size * 0.76
    return [
        *_small(card.above, ABOVE, REGULAR, "quiet"),
        *(
            _Line(line, first + row * title.size * LEADING, title.size, BOLD, "ink")
            for row, line in enumerate(title.lines)
            if line
        ),
        *_small(card.below, BELOW, BOLD, "light"),
    ]


class _Canvas:
    """A palette image; mixed colours are added to the palette as they are needed. Each colour is of
    a *kind* (a zone of the sky, the sun, a hill, the text), by which it is blended with a colour
    painted over it. A *cover* is a mask that says in steps how strongly each pixel is painted."""

    def __init__(self, palette: Palette) -> None:
        # A row is of one colour number, except at the sun, at words and at the edges of hills.
        sky, self._rows, empty = _sky(palette.sky)
        self._image = empty.copy()
        self._colours = [*sky]
        self._kinds = [number * _ZONES // len(sky) for number in range(len(sky))]
        self._shown = [sky[(2 * zone + 1) * len(sky) // (2 * _ZONES)] for zone in range(_ZONES)]
        self._known: dict[str, tuple[int, int]] = {}
        self._mixed: dict[tuple[int, int], bytes] = {}

    def paint(
        self, colour: str, left: int, top: int, cover: Image.Image, steps: range = _LETTERS
    ) -> None:
        """Paint a ``cover`` whose corner lies at ``left`` and ``top``, in rows of one colour."""
        data, wide, end = cover.tobytes(), cover.width, 0
        painted = []
        for number, rows in groupby(self._rows[top : top + cover.height]):
            start, end = end, end + wide * len([*rows])
            table = bytes((number,)) + self._over(colour, self._kinds[number], steps)
            painted.append(data[start:end].translate(table.ljust(_MOST, b"\0")))
        self._image.paste(Image.frombytes("L", (wide, end // wide), b"".join(painted)), (left, top))

    def pile(self, colour: str, top: int, cover: Image.Image) -> None:
        """Paint a ``cover`` over the whole width, and everything below it."""
        (kind, full), low = self._kind(colour), top + cover.height
        kinds = bytes(each * (_STEPS + 1) for each in self._kinds).ljust(_MOST, b"\0")
        met = ImageChops.add(_with(self._image.crop((0, top, WIDTH, low)), kinds), cover)
        numbers = bytearray(_MOST)
        for under in range(self._kinds[self._rows[top]], kind):
            at = under * (_STEPS + 1) + 1
            numbers[at : at + _STEPS] = self._over(colour, under, _SHAPES)
        self._image.paste(_with(met, numbers), (0, top), cover.point(_COVERED, "1"))
        self._image.paste(full, (0, low, WIDTH, HEIGHT))
        self._rows = self._rows[:low] + bytes((full,)) * (HEIGHT - low)

    def picture(self) -> Image.Image:
        """The image with its palette."""
        self._image.putpalette(bytes(part for colour in self._colours for part in colour))
        return self._image

    def _kind(self, colour: str) -> tuple[int, int]:
        """The kind and the number of a colour."""
        if colour not in self._known:
            kind = len(self._shown)
            self._shown.append(ImageColor.getrgb(colour))
            self._known[colour] = kind, self._number(self._shown[kind], kind)
        return self._known[colour]

    def _over(self, colour: str, under: int, steps: range) -> bytes:
        """For each step of a cover the number of a colour blended over a kind."""
        kind, full = self._kind(colour)
        if (kind, under) not in self._mixed:
            numbers = bytearray((full,)) * _STEPS
            for step in steps:
                mixed = _mixture(self._shown[kind], self._shown[under], step)
                numbers[step - 1] = self._number(mixed, kind if 2 * step >= _STEPS else under)
            self._mixed[kind, under] = bytes(numbers)
        return self._mixed[kind, under]

    def _number(self, colour: RGB, kind: int) -> int:
        self._colours.append(colour)
        self._kinds.append(kind)
        return len(self._colours) - 1


def _mixture(colour: RGB, under: RGB, step: int) -> RGB:
    pairs = zip(colour, under, strict=True)
    return tuple((a * step + b * (_STEPS - step) + _STEPS // 2) // _STEPS for a, b in pairs)


def _with(image: Image.Image, table: bytes | bytearray) -> Image.Image:
    """Each number replaced by its entry in ``table``; Pillow's own ``point`` rounds the table."""
    return Image.frombytes("L", image.size, image.tobytes().translate(table))


@cache
def _sky(ends: tuple[str, str]) -> tuple[tuple[RGB, ...], bytes, Image.Image]:
    """The colours of a sky from top to horizon, the number of each row's, and a picture of them."""
    depth = Image.linear_gradient("L").resize((1, HEIGHT)).point(lambda v: min(255, int(v * 1.5)))
    top, horizon = (Image.new("RGB", depth.size, colour) for colour in ends)
    column = Image.composite(horizon, top, depth).tobytes()
    rows = [tuple(column[at : at + 3]) for at in range(0, len(column), 3)]
    colours = tuple(dict.fromkeys(rows))
    numbers = bytes(map(colours.index, rows))
    picture = Image.frombytes("L", depth.size, numbers).resize((WIDTH, HEIGHT))
    return colours, numbers, picture


def _landscape(canvas: _Canvas, place: Scene) -> None:
    x, y, radius = place.sun
    left, upper, side = int(x - radius) - 2, int(y - radius) - 2, 2 * int(radius) + 8
    disc = _Cover(left, upper, side, side)
    disc.draw.ellipse(disc.at((x - radius, y - radius), (x + radius, y + radius)), fill=_STEPS)
    canvas.paint(place.palette.sun, left, upper, disc.small(), _SHAPES)
    for hill, colour in zip(place.hills, place.palette.hills, strict=True):
        ridge = hill.ridge(8)
        heights = [y for _, y in ridge]
        high, low = int(min(heights)) - 2, min(HEIGHT, int(max(heights)) + 3)
        edge = _Cover(0, high, WIDTH, low - high)
        edge.draw.polygon(edge.at(*ridge, (WIDTH, low), (0, low)), fill=_STEPS)
        canvas.pile(colour, high, edge.small())


@lru_cache(maxsize=32)
def _shape(text: str, file: Path, size: int) -> tuple[Image.Image, int, int]:
    """A line's cover, and where its corner lies from the card's side and from the baseline."""
    cover = Image.new("L", (EDGE + int((face(file).width(text) + 2) * size), 2 * size))
    for character, x in face(file).places(text):
        # Positions are rounded to half a pixel, which the eye cannot tell from exact ones.
        whole, half = divmod(floor(2 * (EDGE + x * size) + 0.5), 2)
        glyph, left, top = _glyph(file, size, character, half)
        if glyph:
            cover.paste(_STEPS, (whole + left, top), glyph)
    left, top, right, bottom = cover.getbbox() or (0, 0, 1, 1)
    return cover.crop((left, top, right, bottom)), left, top - size * 3 // 2


@cache
def _glyph(file: Path, size: int, character: str, half: int) -> tuple[Image.Image | None, int, int]:
    """A character's mask, and the offsets of its corner from the pen position and from the line's
    top."""
    room = Image.new("L", (3 * size, 2 * size))
    where = size + half / 2, size * 3 // 2
    ImageDraw.Draw(room).text(where, character, 255, _font(file, size), anchor="ls")
    box = room.getbbox()
    return (room.crop(box), box[0] - size, box[1]) if box else (None, 0, 0)


class _Cover:
    """An antialiased shape, on the part of the card that it touches."""

    def __init__(self, left: int, upper: int, width: int, height: int) -> None:
        self._corner = left, upper
        self._large = Image.new("L", (width * _FINE, height * _FINE))
        self.draw = ImageDraw.Draw(self._large)

    def at(self, *points: tuple[float, float]) -> list[tuple[float, float]]:
        """Points of the card as points of this cover."""
        left, upper = self._corner
        return [(_FINE * (x - left), _FINE * (y - upper)) for x, y in points]

    def small(self) -> Image.Image:
        """The cover in the size of the card."""
        return self._large.reduce(_FINE)


@cache
def _font(file: Path, size: int) -> ImageFont.FreeTypeFont:
    # The other layout engine needs a library that not every machine has, and applies kerning a
    # second time.
    return ImageFont.truetype(file, size, layout_engine=ImageFont.Layout.BASIC)
