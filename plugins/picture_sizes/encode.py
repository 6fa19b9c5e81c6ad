"""Making a picture smaller: the one module here that imports Pillow."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image, ImageOps

from .variants import BEST, OPTIONS, Broken, Encoded, Offer, Picture, offers, widths

FORMATS = {"JPEG": "jpeg", "MPO": "jpeg", "PNG": "png", "WEBP": "webp", "AVIF": "avif"}
"""Pillow's format names to ours. MPO is a JPEG followed by a second picture, as phones write it."""
LARGEST = 80_000_000
"""Pixels. More would take a gigabyte of memory to decode."""


def encode(data: bytes, wanted: Collection[int]) -> tuple[Picture, Encoded] | None:
    """The picture in ``data``, without a name, and its variants in all formats and widths; None for
    an animated one, or one in other colours than black, grey, RGB or a palette.

    Raises:
        Broken: it cannot be read.
    """
    with _readable():
        image, format, moves = _opened(data)
        if moves or image.mode not in ("1", "L", "LA", "P", "PA", "RGB", "RGBA"):
            return None
        image = _plain(ImageOps.exif_transpose(image))
    files = {
        (kind, width): data
        for width in widths(image.width, wanted)
        for kind, data in _files(image, width, format)
    }
    offered, plain = offers(files, format, len(data)), image.width <= max(wanted)
    return Picture("", image.width, image.height, format, plain, offered), files


def planned(data: bytes, wanted: Collection[int]) -> Picture:
    """What :func:`encode` will make, from the file's header alone: the sizes in its own format."""
    with _readable():
        image, format, moves = _opened(data)
        turned = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    width, height = image.size[::-1] if turned else image.size
    smaller = tuple(w for w in widths(width, wanted) if w < width)
    offered = (Offer(format, smaller),) if smaller and not moves else ()
    return Picture("", width, height, format, width <= max(wanted), offered)


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except Image.UnidentifiedImageError:
        raise Broken("it is no JPEG, PNG, WebP or AVIF") from None
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error) as error:
        raise Broken(str(error) or type(error).__name__) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Broken("it has too many pixels") from None


def _opened(data: bytes) -> tuple[Any, str, bool]:
    """The picture, its format, and whether it is animated."""
    # Without MPO in the list, Pillow opens such a file as the JPEG that it begins with.
    image = Image.open(io.BytesIO(data), formats=[f for f in FORMATS if f != "MPO"])
    if image.width * image.height > LARGEST:
        raise Image.DecompressionBombError
    format = FORMATS[str(image.format)]
    return image, format, format != "jpeg" and getattr(image, "n_frames", 1) > 1


def _plain(image: Image.Image) -> Image.Image:
    """The pixels alone, in a mode that can be resampled, unlike a palette."""
    see_through = "A" in image.mode or "transparency" in image.info
    grey = image.mode in ("1", "L", "LA") and "transparency" not in image.info
    mode = ("LA" if see_through else "L") if grey else ("RGBA" if see_through else "RGB")
    plain = image.convert(mode)
    # Of the file's metadata only the colour profile is kept.
    profile = image.info.get("icc_profile", b"")
    fits = profile[16:20] == (b"GRAY" if grey else b"RGB ")
    plain.info = {"icc_profile": profile} if fits else {}
    return plain


def _files(image: Image.Image, width: int, format: str) -> list[tuple[str, bytes]]:
    height = max(1, round(image.height * width / image.width))
    small = image
    if width != image.width:
        small = image.resize((width, height), Image.Resampling.LANCZOS)
    # At its own width the picture itself is the file of its own format.
    kinds = [*(k for k in BEST if k != format), *([format] if width != image.width else [])]
    return [(kind, _file(small, kind, format != "png")) for kind in kinds]


def _file(image: Image.Image, kind: str, photograph: bool) -> bytes:
    profile = image.info.get("icc_profile")
    if kind in BEST and image.mode in ("L", "LA"):
        # These formats have no grey mode, and a grey profile does not apply to RGB.
        image, profile = image.convert("RGBA" if image.mode == "LA" else "RGB"), None
    out = io.BytesIO()
    image.save(out, kind.upper(), icc_profile=profile, **OPTIONS[kind, photograph])
    return out.getvalue()
