"""Sets a title at the largest size that fits, in lines of even length. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

Measure = Callable[[str], float]
"""The width of a text in ems."""


@dataclass(frozen=True)
class Setting:
    """Lines, and their size in pixels."""

    lines: tuple[str, ...]
    size: int


def fit(
    text: str, measure: Measure, width: float, height: float, sizes: Sequence[int], leading: float
) -> Setting:
    """Set ``text`` into a box of pixels at the first of ``sizes`` (largest first) that fits.

    A text that fits at no size is set at the last one and cut, with an ellipsis.
    """
    # Memoized: the same beginnings of lines are measured at each size, and again to even the lines.
    words, measure = text.split(), cache(measure)
    for size in sizes:
        room, most = width / size, max(1, int(height // (size * leading)))
        lines = _wrap(words, measure, room)
        if len(lines) <= most and _widest(lines, measure) <= room:
            return Setting(_balanced(words, measure, room, len(lines)), size)
    return Setting(_cut(lines, most, measure, room), size)


def _wrap(words: Sequence[str], measure: Measure, room: float) -> tuple[str, ...]:
    lines = [""]
    for word in words:
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and measure(longer) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return tuple(lines)


def _widest(lines: Sequence[str], measure: Measure) -> float:
    return max(measure(line) for line in lines)


def _balanced(words: Sequence[str], measure: Measure, room: float, number: int) -> tuple[str, ...]:
    """The lines in the narrowest box that needs no more of them: so the last one is not a single
    word."""
    low, high = 0.0, room
    while high - low > 0.05:
        middle = (low + high) / 2
        lines = _wrap(words, measure, middle)
        fits = len(lines) <= number and _widest(lines, measure) <= middle
        low, high = (low, middle) if fits else (middle, high)
    return _wrap(words, measure, high)


def _cut(lines: Sequence[str], most: int, measure: Measure, room: float) -> tuple[str, ...]:
    *whole, last = lines[:most]
    if len(lines) > most:
        last = f"{last}…"
    return tuple(_shortened(line, measure, room) for line in (*whole, last))


def _shortened(line: str, measure: Measure, room: float) -> str:
    """``line`` without its last words, or of a single long word without its last letters."""
    text = line.removesuffix("…")
    while text and measure(line) > room:
        text = text.rpartition(" ")[0] or text[:-1]
        line = f"{text.rstrip(' ,;:·–—-')}…"
    return line
