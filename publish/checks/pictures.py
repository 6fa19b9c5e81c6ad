"""Checks by its structure whether a picture's file is complete; nothing is decoded. Pure, except
``of_file``."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from publish.post.images import format_of

CUT, DAMAGED, NONE = "is cut off", "is damaged", "is no picture"
SUFFIX = re.compile(r"\.(?:jpe?g|png|gif|webp|avif|svg)$", re.I)
LARGEST = 50_000_000
"""Bytes; larger files are not read."""


def of_file(file: str) -> str:
    """The fault of a picture's file; ``""`` for none, or if it cannot be read."""
    try:
        path = Path(file)
        raw = path.read_bytes() if path.stat().st_size <= LARGEST else b""
    except OSError:
        return ""
    return fault(raw) if raw else ""


def fault(raw: bytes) -> str:
    """The fault of a picture's bytes; ``""`` for none. The format is that of the bytes, as in
    browsers, not of the name. A file of zeros is a placeholder, and has no fault."""
    if walk := WALKS.get(format_of(raw)):
        try:
            return walk(raw)
        except (struct.error, IndexError):
            return CUT
    return NONE if raw.strip(b"\0") else ""


def _jpeg(raw: bytes) -> str:
    at = 2
    while raw[at] == 0xFF:
        kind = raw[at + 1]
        if kind == 0xDA:
            # After the header come only pixels, which cannot contain the end marker.
            return "" if raw.find(b"\xff\xd9", at) > 0 else CUT
        alone = kind == 0xFF or kind == 0x01 or 0xD0 <= kind <= 0xD8
        at += (1 if kind == 0xFF else 2) if alone else 2 + _number(">H", raw, at + 2)
    return DAMAGED


def _png(raw: bytes) -> str:
    at, seen = 8, b""
    while seen != b"IEND":
        length, seen = _number(">I", raw, at), raw[at + 4 : at + 8]
        end = at + 8 + length
        if _number(">I", raw, end) != zlib.crc32(raw[at + 4 : end]):
            return DAMAGED
        at = end + 4
    return ""


def _gif(raw: bytes) -> str:
    at = 13 + _colours(raw[10])
    # For browsers any other byte between two blocks is the end.
    while (kind := raw[at]) in b"\x21\x2c":
        at += 2 if kind == 0x21 else 11 + _colours(raw[at + 9])
        while raw[at]:
            at += raw[at] + 1
        at += 1
    return ""


def _colours(flags: int) -> int:
    """The size in bytes of the colour table that the flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _webp(raw: bytes) -> str:
    if len(raw) < 8 + _number("<I", raw, 4):
        return CUT
    return "" if raw[12:16] in (b"VP8 ", b"VP8L", b"VP8X") else DAMAGED


def _boxes(raw: bytes) -> str:
    at = 0
    while at < len(raw):
        length = _number(">I", raw, at)
        if length == 1:
            length = _number(">Q", raw, at + 8)
        if length == 0:
            return ""
        if length < 8:
            return DAMAGED
        at += length
    return "" if at == len(raw) else CUT


def _svg(raw: bytes) -> str:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError:
        return DAMAGED
    return "" if etree.QName(root).localname == "svg" else NONE


def _number(form: str, raw: bytes, at: int) -> int:
    return int(struct.unpack_from(form, raw, at)[0])


WALKS: dict[str, Callable[[bytes], str]] = {
    ".jpg": _jpeg, ".png": _png, ".gif": _gif, ".webp": _webp, ".avif": _boxes, ".heic": _boxes,
    ".svg": _svg,
}  # fmt: skip
"""The function that checks each format."""
