"""A picture whose file is cut off, damaged or something else is named where it is shown."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from publish.checks.pictures import CUT, DAMAGED, NONE, fault
from tests.checks.project import HEAD, Project

SVG = b"<?xml version='1.0'?>\n<!-- A door --><svg xmlns='http://www.w3.org/2000/svg'><path/></svg>"


def made(kind: str, **how: object) -> bytes:
    image = Image.effect_noise((60, 40), 90).convert("RGB")
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


PICTURES = {
    "a.jpg": made("JPEG"), "progressive.jpg": made("JPEG", progressive=True),
    "a.png": made("PNG"), "a.gif": made("GIF"), "a.webp": made("WEBP"),
    "lossless.webp": made("WEBP", lossless=True), "a.avif": made("AVIF"), "a.svg": SVG,
    "moving.gif": made("GIF", save_all=True, append_images=[Image.new("RGB", (60, 40))]),
}  # fmt: skip


@pytest.mark.parametrize("name", PICTURES)
def test_a_whole_picture_is_whole(name: str):
    assert fault(PICTURES[name]) == ""
    assert fault(PICTURES[name] + b"\n") == "" or name == "a.avif"


def test_the_pictures_of_this_blog_are_whole(root: Path):
    files = [f for folder in ("content/images", "theme/static") for f in (root / folder).rglob("*")]
    pictures = [file for file in files if re.search(r"\.(jpg|png|svg|webp)$", file.name)]
    assert len(pictures) > 5
    assert not [file.name for file in pictures if fault(file.read_bytes())]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(PICTURES)), st.floats(0.001, 0.97))
def test_a_picture_that_is_cut_off_anywhere_is_not(name: str, part: float):
    raw = PICTURES[name]
    assert fault(raw[: max(4, int(len(raw) * part))]) != ""


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(PICTURES)), st.binary(max_size=300), st.integers(0, 400))
def test_any_bytes_have_an_answer(name: str, other: bytes, at: int):
    raw = PICTURES[name]
    assert fault(raw[:at] + other + raw[at + len(other) :]) in ("", CUT, DAMAGED, NONE)
    assert fault(other) != "" or other[:1] == b"<" or not other.strip(b"\0")


Spoil = Callable[[bytes], bytes]


@pytest.mark.parametrize(
    ("name", "spoil", "what"),
    [
        ("a.jpg", lambda raw: raw[:-200], CUT),
        ("a.jpg", lambda raw: raw[:30], CUT),
        ("a.png", lambda raw: raw[:60] + b"junk" + raw[64:], DAMAGED),
        ("a.webp", lambda raw: raw[:-9], CUT),
        ("a.gif", lambda raw: raw[:-1], CUT),
        ("a.jpg", lambda raw: b"<!doctype html><p>404</p>", NONE),
        ("a.svg", lambda raw: raw[:-3], DAMAGED),
        ("a.png", lambda raw: b"junk", NONE),
    ],
)
def test_a_spoilt_picture_is_named_where_it_is_shown(
    project: Project, name: str, spoil: Spoil, what: str
):
    raw = PICTURES[name]
    project.write(f"content/images/{name}", spoil(raw))
    project.write(f"content/posts/{name}", spoil(raw))
    shown = f"![A door]({{static}}/images/{name})\n\n![A cup]({{attach}}{name})\n\n"
    path = project.post(f"{shown}[as a file]({{static}}/images/{name})\n")
    head = path.read_bytes().replace(
        b"Status", f"Image: images/{name}\nImage_alt: D\nStatus".encode()
    )
    path.write_bytes(head)
    found = [(f.line, f.severity) for f in project.findings() if f.rule == "broken-picture"]
    assert found == [(line, "warning") for line in (7, 11, 13, 15)]
    assert all(what in f.message for f in project.findings() if f.rule == "broken-picture")
    for folder in ("images", "posts"):
        project.write(f"content/{folder}/{name}", raw)
    assert not [f for f in project.findings() if f.rule == "broken-picture"]


def test_a_picture_may_be_shown_by_a_source_that_cannot_be_read(project: Project):
    project.write("content/images/a.jpg", PICTURES["a.jpg"])
    path = project.post("![A door]({static}/images/a.jpg)\n")
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"2026-11-01 07:30", b"soon"))
    assert [f.rule for f in project.findings()] == ["bad-date"]
    path.write_bytes(whole.replace(b"![A door]({static}/images/a.jpg)", b"Words"))
    assert [f.rule for f in project.findings()] == ["orphan-image"]


def test_a_picture_named_without_its_folder_is_found_where_one_file_has_the_name(project: Project):
    project.write("content/images/cup.png", PICTURES["a.png"])
    project.write("content/posts/a.md", HEAD + b"![A cup](cup.png) ![A jug](jug.png)\n")
    remedies = [each.remedy for each in project.findings() if each.rule == "missing-image"]
    assert remedies == ["write {static}/images/cup.png", "put the file there, or correct the name"]
