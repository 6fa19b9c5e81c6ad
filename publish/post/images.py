"""A picture file's size and format, read without decoding it, and which file a cover is."""

from __future__ import annotations

import html
import os
import posixpath
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from unicodedata import normalize
from urllib.parse import quote, unquote, urlsplit

from publish.post.urls import encoded

MARK = re.compile(r"[{|](static|attach|filename)[|}]")
IMG = re.compile(r"""<img\b(?:[^>"']|"[^"]*"|'[^']*')*>""", re.I)
SRC = re.compile(r"""(?<![\w-])src\s*=\s*(?:(["'])(.*?)\1|([^\s"'>]+))""", re.I | re.S)


@dataclass(frozen=True)
class Cover:
    """The picture of an ``Image:`` line.

    ``url`` is fit for an attribute: absolute, or below the site without a leading slash. ``path``
    is the file below the content folder, ``file`` where it lies; both are ``""`` for a picture of
    another host.
    """

    url: str
    path: str = ""
    file: str = ""


def cover_of(content: Any) -> Cover | None:
    """The cover of Pelican's article or page, once all files are known; None without one.

    An ``Image:`` line may begin with ``{static}``, ``{attach}`` or ``{filename}``, be a path from
    the content folder or from the post's own, and end with ``?…`` or ``#…``.
    """
    given = str(content.metadata.get("image") or "").strip()
    if not given:
        return None
    if re.match(r"(https?:)?//", given):
        # Feeds and mails have no scheme of their own to go by.
        whole = f"https:{given}" if given.startswith("//") else given
        return Cover(encoded(whole))
    folder = getattr(content, "relative_dir", "")
    statics = getattr(content, "_context", {}).get("static_content", {})
    # A link in a body whose name is percent-encoded makes Pelican list a file that is not there.
    path = next(
        (
            path
            for path in cover_paths(given, folder)
            if path in statics and os.path.isfile(statics[path].source_path)  # noqa: PTH113
        ),
        "",
    )
    if not path:
        return None
    static = statics[path]
    if given.startswith(("{attach}", "|attach|")):
        static.attach_to(content)
    return Cover(quote(static.url, safe="/~!$&'()*+,;=:@"), path, str(static.source_path))


def cover_paths(given: str, folder: str) -> Iterator[str]:
    """Where below the content folder the file of an ``Image:`` line may lie, likeliest first.

    ``folder`` is that of the post. Nothing for a line without a path, or that is no address, as
    ``//[x``.
    """
    mark = MARK.match(given)
    try:
        path = urlsplit(given[mark.end() :] if mark else given).path
    except ValueError:
        return
    near = posixpath.normpath(posixpath.join(folder, path))
    top = posixpath.normpath(path.lstrip("/"))
    order = (top,) if path.startswith("/") else (near, top) if mark else (top, near)
    for place in order if path.strip("/") else ():
        if place.startswith(".."):
            continue
        for name in (place, unquote(place)):
            # File systems differ in the Unicode form of accents.
            yield from dict.fromkeys((name, normalize("NFC", name), normalize("NFD", name)))


def address_of(tag: str) -> str:
    """The address of an ``<img>``'s picture, without a mark; ``""`` without one."""
    found = SRC.search(tag)
    return MARK.sub("", html.unescape(found[2] or found[3] or ""), count=1) if found else ""


def size_of(file: str | Path) -> tuple[int, int] | None:
    """Width and height in pixels, as a browser turns the picture; None if it cannot be read."""
    # The memoized result hides the file from the engine, which records the files a build reads.
    sys.audit("publish.reads", str(file))
    try:
        stamp = Path(file).stat()
    except OSError:
        return None
    return _read(str(file), stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=4096)
def _read(file: str, _mtime: int, _bytes: int) -> tuple[int, int] | None:
    # Loaded late: most builds find every size in a cache.
    import imagesize

    try:
        width, height = imagesize.get(file)
    except (ValueError, OSError):
        return None
    return (int(width), int(height)) if width > 0 and height > 0 else None


FORMATS = tuple((re.compile(begin, re.S), ending) for begin, ending in (
    (rb"\xff\xd8\xff", ".jpg"), (rb"\x89PNG\r\n\x1a\n", ".png"), (rb"GIF8[79]a", ".gif"),
    (rb"RIFF.{4}WEBP", ".webp"), (rb".{4}ftypavi[fs]", ".avif"),
    (rb".{4}ftyp(?:mif1|msf1|heic)", ".heic"), (rb"BM", ".bmp"), (rb"II\*\0|MM\0\*", ".tif"),
    (b"\0\0\1\0", ".ico"), (rb"(?:\xef\xbb\xbf)?\s*(?=<[?!s]).{0,65536}?(?i:<svg)", ".svg"),
))  # fmt: skip
"""The first bytes of picture formats, by which browsers recognize them."""
SHOWN = {".jpg", ".png", ".gif", ".webp", ".avif", ".svg"}
"""Formats that browsers show."""


def format_of(data: bytes) -> str:
    """The suffix that fits a picture's bytes; ``""`` if they are no picture."""
    return next((ending for begin, ending in FORMATS if begin.match(data)), "")


def ending_of(data: bytes) -> str:
    """The same, but ``""`` for a picture that a page must not show."""
    ending = format_of(data)
    return ending if ending in SHOWN and (ending != ".svg" or harmless(data)) else ""


def harmless(data: bytes) -> bool:
    """Whether an SVG runs no script and loads nothing."""
    text = data.decode("utf-8", "replace").lower()
    return not re.search(
        r"<script|<foreignobject|<iframe|<embed|<object|<handler|\son\w+\s*=|javascript:|data:text|<!entity"
        r"|(?:xlink:)?href\s*=\s*[\"']\s*(?:https?:)?//|@import|url\(\s*[\"']?(?:https?:)?//",
        text,
    )
