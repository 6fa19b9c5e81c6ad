"""Removes a picture's metadata (place, time, owner) without decoding it. Pure."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from publish.post.images import ending_of

PNG = b"\x89PNG\r\n\x1a\n"
PNG_PRIVATE = {b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"}
WEBP_PRIVATE = {b"EXIF", b"XMP "}
ORIENTATION = 0x0112


def clean(data: bytes) -> bytes:
    """``data`` without metadata; the very same bytes where there is none, or the format is another.

    A JPEG keeps its orientation. A truncated or otherwise damaged file is returned unchanged.
    """
    strip = {".jpg": _jpeg, ".png": _png, ".webp": _webp}.get(ending_of(data))
    try:
        return strip(data) if strip else data
    except (struct.error, IndexError, ValueError):
        return data


def _jpeg(data: bytes) -> bytes:
    kept, turned = [data[:2]], 1
    found = False
    for marker, segment, rest in _segments(data):
        # APP1 holds Exif and XMP, APP13 Photoshop's record, COM a comment. ICC (APP2) stays.
        if marker in (0xE1, 0xED, 0xFE):
            found = True
            if segment[4:10] == b"Exif\0\0":
                turned = _orientation(segment[10:])
        else:
            kept.append(segment)
        if rest:
            kept.append(rest)
    if not found:
        return data
    if turned != 1:
        kept.insert(1, _turning(turned))
    return b"".join(kept)


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker and bytes of each segment; the last one holds the rest of the file, the scan."""
    at = 2
    while True:
        if data[at] != 0xFF:
            raise ValueError("no marker")
        marker = data[at + 1]
        (length,) = struct.unpack_from(">H", data, at + 2)
        end = at + 2 + length
        if end > len(data):
            raise ValueError("cut off")
        if marker == 0xDA:
            yield marker, data[at:end], data[end:]
            return
        yield marker, data[at:end], b""
        at = end


def _orientation(tiff: bytes) -> int:
    order = {b"II": "<", b"MM": ">"}[tiff[:2]] if tiff[:2] in (b"II", b"MM") else ""
    if not order:
        return 1
    (offset,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, offset)
    for number in range(count):
        tag, _, _, value = struct.unpack_from(f"{order}HHIH", tiff, offset + 2 + 12 * number)
        if tag == ORIENTATION:
            return int(value) if 1 <= value <= 8 else 1
    return 1


def _turning(value: int) -> bytes:
    """An Exif segment that holds the orientation alone."""
    tiff = b"MM\0*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, 3, 1, value, 0, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(data: bytes) -> bytes:
    kept, at = [PNG], len(PNG)
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        end = at + 12 + length
        if end > len(data):
            raise ValueError("cut off")
        if data[at + 4 : at + 8] not in PNG_PRIVATE:
            kept.append(data[at:end])
        at = end
    return b"".join(kept)


def _webp(data: bytes) -> bytes:
    kept, at, found = [], 12, False
    while at + 8 <= len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        end = at + 8 + length + (length & 1)
        if at + 8 + length > len(data):
            raise ValueError("cut off")
        name, chunk = data[at : at + 4], data[at:end]
        if name in WEBP_PRIVATE:
            found = True
        elif name == b"VP8X":
            # Clear the flags for Exif (bit 3) and XMP (bit 2).
            kept.append(chunk[:8] + bytes([chunk[8] & ~0x0C]) + chunk[9:])
        else:
            kept.append(chunk)
        at = end
    if not found:
        return data
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body
