"""No picture tells where it was taken."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from picture_sizes.metadata import clean
from test_full_feeds_site import Site

SECRET = b"GPS 48.2082 N 16.3738 E"


def exif(orientation: int = 1, order: str = ">") -> bytes:
    mark = b"MM\0*" if order == ">" else b"II*\0"
    tiff = mark + struct.pack(f"{order}IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    return tiff + SECRET


def segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


SCAN = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\x34\xff\x00\x56\xff\xd9"
PROFILE = segment(0xE2, b"ICC_PROFILE\0" + b"p" * 20)


def jpeg(*extra: bytes) -> bytes:
    return b"\xff\xd8" + segment(0xE0, b"JFIF\0" + b"\0" * 9) + b"".join(extra) + PROFILE + SCAN


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*extra: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(extra) + body + chunk(b"IEND", b"")


def webp(*extra: tuple[bytes, bytes], flags: int = 0x0C) -> bytes:
    parts = [(b"VP8X", bytes([flags]) + b"\0" * 9), (b"VP8L", b"\x2f12345"), *extra]
    body = b"WEBP" + b"".join(
        n + struct.pack("<I", len(b)) + b + b"\0" * (len(b) & 1) for n, b in parts
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize("marker", [0xE1, 0xED, 0xFE])
def test_a_jpeg_loses_its_secrets_and_keeps_its_picture(marker: int):
    found = clean(jpeg(segment(marker, b"Exif\0\0" + exif())))
    assert found == jpeg()
    assert PROFILE in found


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_picture_that_must_be_turned_says_so_still(orientation: int, order: str):
    found = clean(jpeg(segment(0xE1, b"Exif\0\0" + exif(orientation, order))))
    assert SECRET not in found
    assert struct.pack(">HHIH", 0x0112, 3, 1, orientation) in found
    assert clean(found) == clean(clean(found))


def test_png_and_webp_lose_theirs():
    assert clean(png(chunk(b"eXIf", SECRET), chunk(b"tEXt", SECRET))) == png()
    assert clean(webp((b"EXIF", SECRET), (b"XMP ", SECRET + b"!"))) == webp(flags=0)


@pytest.mark.parametrize("whole", [jpeg(), png(), webp(), b"GIF89a", b"", b"\xff\xd8", b"RIFF"])
def test_what_has_none_is_the_same_bytes(whole: bytes):
    assert clean(whole) == whole


DAMAGED = [
    jpeg(segment(0xE1, b"Exif\0\0" + exif(6))),
    png(chunk(b"eXIf", SECRET)),
    webp((b"EXIF", SECRET)),
]


@given(st.sampled_from(DAMAGED), st.integers(0, 400), st.binary(max_size=8))
def test_a_damaged_file_never_raises_and_never_grows_much(data: bytes, cut: int, tail: bytes):
    assert len(clean(data[:cut] + tail)) <= len(data) + 40


def test_the_built_site_holds_no_place_and_the_feed_the_true_length(tmp_path: Path):
    site = Site(tmp_path)
    site.settings["PLUGINS"] = ["picture_sizes", "post_identity", "full_feeds"]
    secret = jpeg(segment(0xE1, b"Exif\0\0" + exif()))
    site.write("images/cover.jpg", secret)
    site.post("one", Uid="aaaaaaaaaaaa1", Image="images/cover.jpg")
    done = site.build()
    assert done.code == 0
    built = (done.output / "images/cover.jpg").read_bytes()
    assert built == jpeg()
    assert (tmp_path / "content/images/cover.jpg").read_bytes() == secret
    feed = next(done.output.glob("**/*.atom.xml")).read_text()
    assert f'length="{len(built)}"' in feed
    assert not [f for f in done.output.rglob("*") if f.is_file() and SECRET in f.read_bytes()]
