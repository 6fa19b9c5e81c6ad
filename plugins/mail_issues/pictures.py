"""Chooses the file of a picture that a letter shows, and its size there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from publish.post.images import IMG, Cover, address_of, size_of
from publish.post.urls import join

WIDTH = 520
"""Width of the mail's column in CSS pixels. Outlook obeys a picture's width attribute literally."""
WIDEST, HEAVIEST = 1200, 200_000
"""Pixels and bytes of a picture in a letter: sharp on a dense screen, and quick on a phone."""


@dataclass(frozen=True)
class File:
    """One size of a picture: absolute address, pixels (0: unknown), bytes (-1: not made yet)."""

    url: str
    width: int
    height: int
    bytes: int

    @property
    def heavy(self) -> bool:
        """Whether it is more than a letter should hold."""
        return self.bytes > HEAVIEST


FileOf = Callable[[str], File | None]
"""From an absolute address to the file that a letter shows; None for another site's picture."""


@dataclass(frozen=True)
class Picture:
    """A cover as a mail shows it; sizes in CSS pixels, None where unknown."""

    url: str
    alt: str
    width: int | None
    height: int | None


def fitted(width: int, height: int) -> tuple[int, int]:
    """The size at which a picture fits the column; never larger than it is."""
    if width <= WIDTH:
        return width, height
    return WIDTH, max(1, round(height * WIDTH / width))


def best(files: Sequence[File]) -> File:
    """The largest that is neither too wide nor too heavy for a letter, else the lightest."""
    fit = [file for file in files if file.width <= WIDEST and not file.heavy]
    if fit:
        return max(fit, key=lambda file: (file.width, -file.bytes, file.url))
    return min(files, key=lambda file: (file.bytes, file.url))


def library(context: Mapping[str, Any], site: str) -> FileOf:
    """The pictures of the site.

    ``context`` holds Pelican's files, and with the picture_sizes plugin, as ``picture_variants``,
    the sizes of each.
    """
    statics = {
        f"{site}/{static.url}": static for static in context.get("static_content", {}).values()
    }
    variants = context.get("picture_variants") or (lambda static: ())
    known: dict[str, File | None] = {}

    def file_of(url: str) -> File | None:
        if url not in known:
            static = statics.get(url) or statics.get(unquote(url))
            known[url] = static and _chosen(static, url, variants(static), site)
        return known[url]

    return file_of


def _chosen(
    static: Any, url: str, variants: Iterable[tuple[str, int, int, int]], site: str
) -> File | None:
    found = {place: size for place, *size in variants}
    own = found.pop(static.url, None)
    if own is None:
        # picture_sizes may have replaced the source by a copy without metadata.
        file = getattr(static, "original", static.source_path)
        size = size_of(file)
        if size is None:
            return None
        own = [*size, Path(file).stat().st_size]
    return best(
        [File(url, *own), *(File(f"{site}/{place}", *size) for place, size in found.items())]
    )


def shown(bodies: Iterable[str], base: str, file_of: FileOf) -> dict[str, File]:
    """The pictures in bodies, by their absolute address; ``base`` is the article's own."""
    found: dict[str, File] = {}
    for body in bodies:
        for tag in IMG.findall(body):
            url = join(base, address_of(tag))
            if file := file_of(url):
                found[url] = file
    return found


def cover(given: Cover | None, alt: str, site: str, file_of: FileOf) -> tuple[Picture, File] | None:
    """The picture of an ``Image:`` line, and its file where the site holds it; None without one."""
    if given is None:
        return None
    if not given.file:
        return Picture(given.url, alt, WIDTH, None), File(given.url, 0, 0, 0)
    file = file_of(f"{site}/{given.url}")
    if file is None:
        return None
    # The cover fills the column even where the file is smaller.
    height = max(1, round(file.height * WIDTH / file.width)) if file.width else None
    return Picture(file.url, alt, WIDTH, height), file
