"""Every local picture says how large it is, so that nothing shifts while it loads."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from picture_sizes.tags import with_sizes

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="360"></svg>'
SIZED = 'width="640" height="360" loading="lazy">'


@pytest.fixture
def content(tmp_path: Path) -> str:
    (tmp_path / "images").mkdir()
    (tmp_path / "posts").mkdir()
    for name in ("images/a.svg", "posts/b.svg", "images/with space.svg", "images/Tom & Ann.svg"):
        (tmp_path / name).write_text(SVG)
    (tmp_path / "images/broken.png").write_bytes(b"not a picture")
    return str(tmp_path)


@pytest.mark.parametrize(
    "src",
    [
        "{static}/images/a.svg",
        "/images/a.svg",
        "{attach}b.svg",
        "b.svg",
        "../images/a.svg",
        "{static}/images/with%20space.svg",
        "{static}/images/Tom &amp; Ann.svg",
    ],
)
def test_a_picture_is_found_as_pelican_finds_it(content: str, src: str):
    found = with_sizes(f'<p><img alt="x" src="{src}"></p>', content, "posts")
    assert found == f'<p><img alt="x" src="{src}" {SIZED}</p>'


def test_the_tag_keeps_its_own_form(content: str):
    closed = with_sizes("<img src='/images/a.svg' />", content, "posts")
    assert closed == f"<img src='/images/a.svg' {SIZED[:-1]}/>"
    bare = with_sizes("<img data-src='/none.svg' src=/images/a.svg>", content, "posts")
    assert bare == f"<img data-src='/none.svg' src=/images/a.svg {SIZED}"
    eager = with_sizes('<img loading="eager" src="b.svg">', content, "posts")
    assert eager == '<img loading="eager" src="b.svg" width="640" height="360">'


@pytest.mark.parametrize(
    "tag",
    [
        '<img src="https://one.example/a.svg">',
        '<img src="/images/none.svg">',
        "<img>",
        '<img src="/images/broken.png">',
        '<img src="/images/a.svg" width="10">',
        '<img height="1" src="b.svg">',
        '<img src="/images">',
    ],
)
def test_what_is_not_known_is_left_as_it_is(content: str, tag: str):
    assert with_sizes(tag, content, "posts") == tag


def test_a_picture_that_changes_is_measured_anew(content: str):
    tag = '<img src="/images/a.svg">'
    assert 'width="640"' in with_sizes(tag, content, "posts")
    Path(content, "images/a.svg").write_text(SVG.replace("640", "1280"))
    assert 'width="1280"' in with_sizes(tag, content, "posts")


@given(st.text(max_size=200))
def test_words_without_pictures_stay_themselves(text: str):
    text = text.replace("<img", "")
    assert with_sizes(text, "/nowhere", "") == text
