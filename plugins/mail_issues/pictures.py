"""The sizes of pictures, for mail programs that obey attributes and no style sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from publish.post.images import size_of as picture_size

WIDTH = 520
"""CSS pixels: the mail's column. Outlook takes a picture's width attribute by the letter."""

SizeOf = Callable[[str], tuple[int, int] | None]
"""From an absolute address to width and height in pixels; None where nobody knows."""

Sizes = Sequence[Sequence[Any]]
"""Addresses, each with the answer: ``[address, [width, height]]`` or ``[address, None]``."""


@dataclass(frozen=True)
class Picture:
    """A picture as a mail shows it; sizes in CSS pixels, None where unknown."""

    url: str
    alt: str
    width: int | None
    height: int | None


def fitted(width: int, height: int) -> tuple[int, int]:
    """The size at which a picture fits the column; never larger than it is."""
    if width <= WIDTH:
        return width, height
    return WIDTH, max(1, round(height * WIDTH / width))


def sizes(context: Mapping[str, Any], site: str) -> SizeOf:
    """Read the sizes of the site's own pictures from the files that Pelican will copy."""
    files = {
        f"{site}/{static.url}": static.source_path
        for static in context.get("static_content", {}).values()
    }

    def size_of(url: str) -> tuple[int, int] | None:
        file = files.get(url) or files.get(unquote(url))
        return picture_size(file) if file else None

    return size_of


class Asked:
    """Asks ``size_of``, and remembers what was asked and answered."""

    def __init__(self, size_of: SizeOf) -> None:
        self._size_of = size_of
        self.answers: list[list[Any]] = []

    def __call__(self, url: str) -> tuple[int, int] | None:
        """Width and height in pixels; None where nobody knows."""
        size = self._size_of(url)
        self.answers.append([url, size and list(size)])
        return size


def still(sizes: Sizes, size_of: SizeOf) -> bool:
    """Whether each of the answers would be given again."""
    return all(size_of(url) == (size and tuple(size)) for url, size in sizes)


def cover(given: str, alt: str, site: str, content: Path) -> Picture | None:
    """The picture of an ``Image:`` line; None without one, or if its file is not there."""
    if "://" in given:
        return Picture(given, alt, WIDTH, None)
    name = given.removeprefix("{static}").removeprefix("{attach}").lstrip("/")
    size = picture_size(content / name) if name else None
    if size is None:
        return None
    # A cover leads the mail, so it fills the column even where the file is smaller.
    return Picture(f"{site}/{quote(name)}", alt, WIDTH, max(1, round(size[1] * WIDTH / size[0])))
