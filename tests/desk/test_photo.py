"""A photo: rotated, stripped of metadata, scaled down, and inserted at the right place."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from publish.desk import photo
from publish.errors import ConfigError

BODY = (
    b"Title: A\nUid: 0123456789ab\n\nFirst *words* here,\nand more.\n\n"
    b"```\ncode\n\nmore\n```\n\nLast"
)


def picture(size: tuple[int, int], kind: str = "JPEG", mode: str = "RGB", turn: int = 0) -> bytes:
    made = Image.new(mode, size, (200, 30, 30, 128)[: len(mode)] if mode != "L" else 9)
    exif = Image.Exif()
    if turn:
        exif[0x0112] = turn
        exif[0x010F] = "SecretCamera"
        exif.get_ifd(0x8825)[1] = "N"
    stream = io.BytesIO()
    made.save(stream, kind, exif=exif)
    return stream.getvalue()


def test_a_photo_is_turned_stripped_and_made_small():
    data, suffix, size = photo.made_fit(picture((3000, 4000), turn=6))
    assert (suffix, size) == (".jpg", (1600, 1200))
    with Image.open(io.BytesIO(data)) as made:
        assert made.size == (1600, 1200)
        assert not made.getexif()
    assert b"SecretCamera" not in data


@pytest.mark.parametrize(
    ("given", "made"), [((3000, 4000), (1200, 1600)), ((4000, 3000), (1600, 1200))]
)
def test_a_photo_is_at_most_1600_pixels_whichever_way_it_was_held(
    given: tuple[int, int], made: tuple[int, int]
):
    assert photo.made_fit(picture(given))[2] == made


def test_a_long_drawing_stays_as_wide_as_it_can_be_read():
    assert photo.made_fit(picture((800, 4000), "PNG"))[2] == (800, 4000)


def test_a_small_one_keeps_its_size_and_a_drawing_its_kind():
    assert photo.made_fit(picture((640, 480)))[2] == (640, 480)
    data, suffix, _ = photo.made_fit(picture((20, 20), "PNG", "RGBA"))
    assert suffix == ".png"
    with Image.open(io.BytesIO(data)) as made:
        assert made.mode == "RGBA"


@pytest.mark.parametrize("bad", [b"", b"GIF89a", b"<svg/>", b"\xff\xd8\xff\xe0nothing", b"II*\0"])
def test_what_is_no_picture_is_refused(bad: bytes):
    with pytest.raises(ConfigError):
        photo.made_fit(bad)


def test_what_is_no_photo_and_what_moves_is_refused():
    for kind in ("TIFF", "GIF"):
        with pytest.raises(ConfigError, match=f"this is a {kind} — take a JPEG"):
            photo.made_fit(picture((9, 9), kind))
    frames = [Image.new("RGB", (9, 9), c) for c in ("red", "blue")]
    stream = io.BytesIO()
    frames[0].save(stream, "PNG", save_all=True, append_images=frames[1:])
    with pytest.raises(ConfigError, match="moves"):
        photo.made_fit(stream.getvalue())


@pytest.mark.parametrize("size", [(12_000, 11_000), (16_320, 12_240)])
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_photo_of_too_many_pixels_is_refused_before_it_is_read(size: tuple[int, int]):
    # Two hundred megapixels, as telephones take them, are too many for Pillow itself.
    stream = io.BytesIO(picture((8, 8), "PNG"))
    stream.getbuffer()[16:24] = struct.pack(">II", *size)
    stream.getbuffer()[29:33] = struct.pack(">I", zlib.crc32(stream.getvalue()[12:29]))
    with pytest.raises(ConfigError, match="too many pixels — make it smaller first"):
        photo.made_fit(stream.getvalue())


def test_its_name_is_taken_by_nothing(tmp_path: Path):
    assert photo.free_name(tmp_path, "IMG_4411.JPG", ".jpg", "post") == "img-4411.jpg"
    (tmp_path / "Img-4411.JPG").touch()
    assert photo.free_name(tmp_path, "IMG_4411.JPG", ".jpg", "post") == "img-4411-2.jpg"
    assert photo.free_name(tmp_path, "../../etc/passwd", ".jpg", "post") == "passwd.jpg"
    assert photo.free_name(tmp_path, "….jpg", ".jpg", "a-post") == "a-post.jpg"
    assert photo.free_name(tmp_path / "no", "a.png", ".png", "x") == "a.png"


def test_paragraphs_are_named_by_their_first_words():
    assert photo.paragraphs(BODY) == [
        (5, "First *words* here,"),
        (11, "```"),
        (13, "Last"),
    ]


def test_a_separator_that_was_pasted_is_no_end_of_a_line():
    data = "Title: A\n\nOne\u2028and more.\n\nTwo\n".encode()
    (first, _), (second, _) = photo.paragraphs(data)
    assert (first, second) == (3, 5)
    assert b"more.\n\n![D]" in photo.inserted(data, "images/d.jpg", "D", str(first))


def test_a_profile_of_other_colours_does_not_come_along():
    stream = io.BytesIO()
    Image.new("CMYK", (20, 20)).save(stream, "JPEG", icc_profile=b"of ink")
    with Image.open(io.BytesIO(photo.made_fit(stream.getvalue())[0])) as made:
        assert (made.mode, made.info.get("icc_profile")) == ("RGB", None)


def test_it_is_put_below_the_paragraph_and_nothing_else_changes():
    made = photo.inserted(BODY, "images/door.jpg", "A door [open]", "5")
    mark = b"![A door (open)]({static}/images/door.jpg)"
    assert made == BODY.replace(b"and more.\n", b"and more.\n\n" + mark + b"\n")
    end = photo.inserted(BODY, "images/door.jpg", "A door", "0")
    assert end == BODY + b"\n\n![A door]({static}/images/door.jpg)\n"
    crlf = photo.inserted(b"Title: A\r\n\r\nx\r\n", "images/d.jpg", "D", "3")
    assert crlf == b"Title: A\r\n\r\nx\r\n\r\n![D]({static}/images/d.jpg)\r\n"


def test_as_a_cover_it_is_two_lines_of_the_header():
    made = photo.inserted(BODY, "images/door.jpg", "A door", "cover")
    assert made == BODY.replace(
        b"Uid: 0123456789ab\n", b"Uid: 0123456789ab\nImage: images/door.jpg\nImage_alt: A door\n"
    )
