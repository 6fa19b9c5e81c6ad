"""What one parse of a rendered body finds."""

import markdown
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.post.body import fragment, parse
from publish.post.record import Heading, Link


def rendered(text: str) -> str:
    return markdown.markdown(text, extensions=["extra", "toc", "smarty"], output_format="html5")


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("[a](b)", Link("a", "b", "b", "a")),
        ('[a](b "title")', Link("a", "b", "b", "a")),
        ("[a](<b c>)", Link("a", "b c", "b c", "a")),
        ("[a](/w/Aspirin_(drug))", Link("a", "/w/Aspirin_(drug)", "/w/Aspirin_(drug)", "a")),
        ("[`a` *b*](c?d&e)", Link("a", "c?d&e", "c?d&e", "a b")),
        (
            "<https://b.example>",
            Link("a", "https://b.example", "https://b.example", "https://b.example"),
        ),
        ("![A door](d.svg)", Link("img", "d.svg", "d.svg", "A door")),
        ("![](d.svg)", Link("img", "d.svg", "d.svg", "")),
        ("<img src=d.svg>", Link("img", "d.svg", "d.svg", None)),
        (
            "<iframe src='https://a.example'></iframe>",
            Link("iframe", "https://a.example", "https://a.example", ""),
        ),
        ("<audio src=a.mp3></audio>", Link("audio", "a.mp3", "a.mp3", "")),
        ('<source srcset="a.webp 2x">', Link("source", "a.webp", "a.webp", "")),
    ],
)
def test_links_pictures_and_players_are_found(text: str, link: Link):
    assert parse(rendered(text)).links == (link,)


def test_a_picture_in_a_link_speaks_for_it():
    picture, link = sorted(parse(rendered("[![A door](d.svg)](there)")).links, reverse=True)
    assert (picture.tag, picture.words) == ("img", "A door")
    assert (link.tag, link.words) == ("a", "A door")


@pytest.mark.parametrize(
    "markup", ["", "<!doctype html>", "<html><p>Words.</p></html>", "<?php 1 ?>"]
)
def test_a_body_that_looks_like_a_whole_document_is_a_fragment_too(markup: str):
    assert fragment(markup).tag == "div"
    assert fragment(markup).text_content() in ("", "Words.")


def test_what_markdown_links_itself_is_not_the_authors():
    text = "[TOC]\n\n## One[^1]\n\nWords [a](#one).\n\n[^1]: A note."
    assert [link.written for link in parse(rendered(text)).links] == ["#one"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("## The `x_y` value", Heading(2, "The x_y value", "the-x_y-value")),
        ("## A [guide](/x/) & more", Heading(2, "A guide & more", "a-guide-more")),
        ("## Own {#mine}", Heading(2, "Own", "mine")),
        ("<h3 id=by-hand>By <em>hand</em></h3>", Heading(3, "By hand", "by-hand")),
    ],
)
def test_headings_have_the_ids_that_the_page_has(text: str, found: Heading):
    assert parse(rendered(text)).headings == (found,)
    assert found.id in parse(rendered(text)).ids


def test_an_address_is_reported_as_written_and_as_resolved():
    written = '<p><a href="{filename}b.md#x">b</a> <img src="{static}/i.png" alt="i"></p>'
    resolved = '<p><a href="https://s.example/b/#x">b</a> <img src="https://s.example/i.png"></p>'
    assert [(link.written, link.address) for link in parse(written, resolved).links] == [
        ("{filename}b.md#x", "https://s.example/b/#x"),
        ("{static}/i.png", "https://s.example/i.png"),
    ]


@pytest.mark.parametrize(
    ("markup", "inline"),
    [
        ('<p style="color: red">a</p>', ("p",)),
        ("<script>1</script>", ("script",)),
        ('<p onclick="x()">a</p>', ("p",)),
        ('<table><tr><td style="text-align: right;">1</td></tr></table>', ()),
        ("<p class=a>a</p>", ()),
    ],
)
def test_styles_and_scripts_of_an_elements_own_are_reported(markup: str, inline: tuple[str, ...]):
    assert parse(markup).inline == inline


def test_an_address_that_pelican_leaves_as_it_is_written_is_reported_in_any_element():
    markup = "<input formaction={static}a.pdf><blockquote cite='{filename}no.md' title='{static}'>"
    links = parse(markup, markup.replace("{static}a", "/a")).links
    assert links == (Link("blockquote", "{filename}no.md", "{filename}no.md"),)
    assert [link.tag for link in parse(markup, markup).links] == ["input", "blockquote"]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200) | st.text(alphabet="<a href='\"{static}>/img src=#&;", max_size=200))
def test_any_text_is_a_body(text: str):
    found = parse(text, text)
    assert all(isinstance(link.written, str) for link in found.links)
