"""Pictures: which file a cover is, its size and its format."""

from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from publish.post.images import (
    SHOWN,
    cover_of,
    cover_paths,
    ending_of,
    format_of,
    harmless,
    size_of,
)


def made(kind: str, size: tuple[int, int] = (30, 20), **how: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **how)
    return out.getvalue()


MADE = {".jpg": "JPEG", ".png": "PNG", ".gif": "GIF", ".webp": "WEBP", ".avif": "AVIF",
        ".bmp": "BMP", ".tif": "TIFF", ".ico": "ICO"}  # fmt: skip


@pytest.mark.parametrize("ending", MADE)
def test_a_picture_is_known_by_its_bytes(ending: str):
    data = made(MADE[ending])
    assert format_of(data) == ending
    assert ending_of(data) == (ending if ending in SHOWN else "")


@pytest.mark.parametrize("data", [b"", b"<html>", b"GIF8", b"%PDF-1.7", b"BX", b"<s"])
def test_what_is_no_picture_has_no_ending(data: bytes):
    assert format_of(data) == ""


@given(st.binary(max_size=200))
def test_any_bytes_may_come(data: bytes):
    assert ending_of(data) in {"", *SHOWN}
    assert format_of(data) or not ending_of(data)


@pytest.mark.parametrize(
    ("inside", "fit"),
    [
        ("<path d='M0 0'/>", True),
        ("<a href='#part'>x</a>", True),
        ("<image href='data:image/png;base64,AA'/>", True),
        ("<script>x()</script>", False),
        ("<rect ONLOAD='x()'/>", False),
        ("<a href='javascript:x()'>x</a>", False),
        ("<image xlink:href='https://other.example/x.png'/>", False),
        ("<image href='//other.example/x.png'/>", False),
        ("<style>@import 'x.css'</style>", False),
        ("<rect style='fill: url(http://other.example/#a)'/>", False),
        ("<foreignObject><p>x</p></foreignObject>", False),
    ],
)
def test_a_drawing_that_runs_or_loads_something_is_not_shown(inside: str, fit: bool):
    data = f"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'>{inside}</svg>".encode()
    assert format_of(data) == ".svg"
    assert harmless(data) == fit
    assert ending_of(data) == (".svg" if fit else "")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "AVIF"])
def test_the_size_is_read_without_decoding(tmp_path: Path, kind: str):
    file = tmp_path / "picture"
    file.write_bytes(made(kind, (301, 207)))
    assert size_of(file) == (301, 207)
    file.write_bytes(made(kind, (302, 206)))
    assert size_of(file) == (302, 206)


def test_a_photo_that_lies_on_its_side_has_the_size_that_a_browser_shows(tmp_path: Path):
    exif = Image.Exif()
    exif[0x0112] = 6
    file = tmp_path / "photo.jpg"
    file.write_bytes(made("JPEG", (300, 200), exif=exif))
    assert size_of(file) == (200, 300)


@pytest.mark.parametrize("data", [None, b"", b"no picture", made("PNG")[:12]])
def test_what_cannot_be_read_has_no_size(tmp_path: Path, data: bytes | None):
    file = tmp_path / "picture"
    if data is not None:
        file.write_bytes(data)
    assert size_of(file) is None


@pytest.mark.parametrize(
    ("given", "first"),
    [
        ("cup.jpg", "cup.jpg"),
        ("{static}cup.jpg", "posts/cup.jpg"),
        ("{static}/images/cup.jpg", "images/cup.jpg"),
        ("|attach|cup.jpg", "posts/cup.jpg"),
        ("/images/cup.jpg", "images/cup.jpg"),
        ("images/cup.jpg?v=2#top", "images/cup.jpg"),
        ("{static}../images/cup.jpg", "images/cup.jpg"),
    ],
)
def test_where_a_cover_is_looked_for_first(given: str, first: str):
    assert next(cover_paths(given, "posts")) == first


@pytest.mark.parametrize("given", ["", "?v=2", "//[x", "{static}//[x", "../../cup.jpg", "/"])
def test_what_names_no_file_is_looked_for_nowhere(given: str):
    assert list(cover_paths(given, "posts")) == []


@given(st.text("aé./%#?{}|~ ", max_size=20), st.sampled_from(["", "posts", "posts/2026"]))
def test_no_cover_is_looked_for_out_of_the_content_folder(given: str, folder: str):
    for path in cover_paths(given, folder):
        assert not path.startswith(("..", "/"))


def article(image: str, **statics: Path) -> Any:
    """What Pelican has for a post in ``posts`` with that ``Image:`` line, and files by their path
    with ``__`` for a slash and ``_dot_`` for a dot."""
    listed = {
        name.replace("__", "/").replace("_dot_", "."): SimpleNamespace(
            source_path=file, url=f"images/{file.name}"
        )
        for name, file in statics.items()
    }
    context = {"static_content": listed}
    return SimpleNamespace(metadata={"image": image}, relative_dir="posts", _context=context)


def test_a_cover_is_a_file_that_is_there(tmp_path: Path):
    file = tmp_path / "a cup.jpg"
    file.write_bytes(made("JPEG"))
    found = cover_of(article("{static}/images/cup.jpg", images__cup_dot_jpg=file))
    assert found
    assert (found.url, found.path, found.file) == (
        "images/a%20cup.jpg",
        "images/cup.jpg",
        str(file),
    )
    file.unlink()
    assert cover_of(article("{static}/images/cup.jpg", images__cup_dot_jpg=file)) is None
    assert cover_of(article("", images__cup_dot_jpg=file)) is None


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_accent_may_be_put_together_in_either_way(tmp_path: Path, form: Any):
    file = tmp_path / "cafe.jpg"
    file.write_bytes(made("JPEG"))
    content = article("images/Café.jpg")
    name = normalize(form, "images/Café.jpg")
    content._context["static_content"][name] = SimpleNamespace(source_path=file, url="images/c.jpg")
    found = cover_of(content)
    assert found
    assert found.path == name


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("https://other.example/a b.jpg", "https://other.example/a%20b.jpg"),
        ("//other.example/a.jpg", "https://other.example/a.jpg"),
    ],
)
def test_a_cover_of_another_host_has_no_file(given: str, url: str):
    found = cover_of(article(given))
    assert found
    assert (found.url, found.path, found.file) == (url, "", "")
