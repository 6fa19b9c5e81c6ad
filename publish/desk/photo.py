"""Prepares a photo for a post: rotated upright, without metadata, scaled down."""

from __future__ import annotations

import io
import re
from pathlib import Path

from publish.errors import ConfigError
from publish.post import frontmatter
from publish.post.slug import slugify
from publish.post.text import plain, shorten
from publish.settings import Settings

WIDEST = 1600
"""Pixels; larger than a page shows on the sharpest screen."""
PHOTOGRAPH = {"quality": 82, "progressive": True}
LARGEST_PIXELS = 120_000_000
KINDS = ("JPEG", "PNG", "WEBP", "MPO", "AVIF")


def made_fit(data: bytes) -> tuple[bytes, str, tuple[int, int]]:
    """The prepared picture: its bytes, suffix, width and height. It is rotated as the camera was
    held, at most ``WIDEST`` pixels wide and, if it is a photograph, high, and without place, date
    and camera. Drawings (PNG) stay PNG; photographs become JPEG.

    Raises:
        ConfigError: it is in no format that browsers show.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data)) as opened:
            kind = opened.format or ""
            if kind not in KINDS:
                raise ConfigError(f"this is a {kind or 'file'}", _HINT)
            if opened.width * opened.height > LARGEST_PIXELS:
                raise Image.DecompressionBombError
            if getattr(opened, "n_frames", 1) > 1 and kind != "MPO":
                raise ConfigError("this picture moves", "take a still one")
            picture = ImageOps.exif_transpose(opened)
            clear = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
            drawn = kind == "PNG" or clear
            # A tall screenshot must stay readable: only its width is limited.
            picture.thumbnail((WIDEST, WIDEST * 4 if drawn else WIDEST))
            # A new picture with the same pixels has no metadata.
            bare = picture.convert("RGBA" if clear else "RGB")
            # The colour profile applies to the file's own colour mode only.
            own = picture.mode in ("RGB", "RGBA")
            profile = picture.info.get("icc_profile") if own else None
            bare.info.clear()
            stream, kind = io.BytesIO(), "PNG" if drawn else "JPEG"
            more = {} if drawn else PHOTOGRAPH
            bare.save(stream, kind, optimize=True, icc_profile=profile, **more)
            return stream.getvalue(), ".png" if drawn else ".jpg", bare.size
    except Image.DecompressionBombError:
        raise ConfigError("this picture has too many pixels", "make it smaller first") from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise ConfigError("this file cannot be read as a picture", _HINT) from error


def free_name(folder: Path, given: str, suffix: str, fallback: str) -> str:
    """A file name made of ``given``'s words that is unused in ``folder``, ignoring case."""
    stem = slugify(re.sub(r"[_.]+", " ", Path(given).stem)) or fallback
    taken = {file.name.lower() for file in folder.glob("*")} if folder.is_dir() else set()
    name, number = f"{stem[:60]}{suffix}", 2
    while name.lower() in taken:
        name, number = f"{stem[:60]}-{number}{suffix}", number + 1
    return name


def prepared(settings: Settings, data: bytes, given: str, fallback: str) -> tuple[str, bytes]:
    """A photo's path below the content folder, and its bytes.

    Raises:
        ConfigError: it is in no format that browsers show.
    """
    made, suffix, _ = made_fit(data)
    folders = settings.values.get("STATIC_PATHS") or ["images"]
    folder = str(folders[0]).strip("/")
    name = free_name(settings.content / folder, given, suffix, fallback or "photo")
    return f"{folder}/{name}", made


def inserted(data: bytes, path: str, alt: str, after: str) -> bytes:
    """``data`` with the photo at ``path``: as its ``cover``, or below the paragraph that ends with
    line ``after``, ``0`` for the end."""
    if after == "cover":
        data = frontmatter.set_key(data, "Image", path)
        return frontmatter.set_key(data, "Image_alt", alt)
    return placed(data, line(path, alt), number(after))


def number(given: str) -> int:
    """The number of a line in a form; 0 for what is none."""
    return int(given) if re.fullmatch(r"[0-9]{1,9}", given) else 0


def paragraphs(data: bytes) -> list[tuple[int, str]]:
    """Each paragraph of a source's body: the number of its last line, and its first words."""
    lines = [line.decode("utf-8", "replace") for line in data.splitlines()]
    found: list[tuple[int, str]] = []
    start, fenced = 0, False
    body_line = frontmatter.read(data).body_line
    for number, text in enumerate([*lines[body_line - 1 :], ""], body_line):
        fenced ^= text.lstrip().startswith(("```", "~~~"))
        if text.strip() and not start:
            start = number
        elif not text.strip() and start and not fenced:
            found.append((number - 1, shorten(plain(lines[start - 1]).lstrip("#>*- "), 40)))
            start = 0
    return found


def line(path: str, alt: str) -> str:
    """The Markdown that shows the picture; ``path`` is below the content folder."""
    words = " ".join(alt.replace("[", "(").replace("]", ")").split())
    return f"![{words}]({{static}}/{path})"


def placed(data: bytes, markdown: str, after: int) -> bytes:
    """``data`` with a paragraph ``markdown`` below the paragraph that holds line ``after``; at the
    end if that is 0. Every other byte stays.
    """
    ending = b"\r\n" if b"\r\n" in data else b"\n"
    lines = data.splitlines(keepends=True)
    at = len(lines)
    if after:
        at = next((n for n in range(after, len(lines)) if not lines[n].strip()), len(lines))
    before = b"".join(lines[:at])
    if before and not before.endswith((b"\n", b"\r")):
        before += ending
    rest = b"".join(lines[at:])
    return before + ending + markdown.encode() + ending + rest


_HINT = "take a JPEG, PNG or WebP; a telephone can share a photo as JPEG"
