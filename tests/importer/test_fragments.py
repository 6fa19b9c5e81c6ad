"""What all page builders share: where the link of a whole module goes, and links as HTML."""

from __future__ import annotations

import json

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.importer.wordpress.fragments import image, leading, linked, paragraph
from tests.importer.converting import markdown

TO = "https://e.example/a?b=1&c=2"
LINK = '<a href="https://e.example/a?b=1&amp;c=2">'


@pytest.mark.parametrize(
    ("body", "made"),
    [
        ("<h3>One</h3><p>Two</p>", f"<h3>{LINK}One</a></h3><p>Two</p>"),
        ("<p>Two</p><h3 id='x'>One</h3>", f"<p>Two</p><h3 id='x'>{LINK}One</a></h3>"),
        ("<p>One <em>word</em></p><p>Two</p>", f"<p>{LINK}One <em>word</em></a></p><p>Two</p>"),
        ("one\ntwo\n\nthree", f"{LINK}one\ntwo</a>\n\nthree"),
        ('<img src="a.jpg">', f'{LINK}<img src="a.jpg"></a>'),
        ("", f"<p>{LINK}{TO.replace('&', '&amp;')}</a></p>"),
    ],
)
def test_a_heading_leads_else_words_else_a_picture_else_the_address(body: str, made: str):
    assert leading(body, TO) == made


@pytest.mark.parametrize(
    ("body", "made"),
    [
        (
            '<h3><a href="/x">One</a></h3><p>Two</p>',
            f'<h3><a href="/x">One</a></h3><p>{LINK}Two</a></p>',
        ),
        (
            '<p>One <a href="/x">x</a></p><p>Two</p>',
            f'<p>One <a href="/x">x</a></p><p>{LINK}Two</a></p>',
        ),
    ],
)
def test_what_leads_elsewhere_already_is_left(body: str, made: str):
    assert leading(body, TO) == made


@pytest.mark.parametrize("body", [f"<p>Words, {LINK}more</a></p>", f"<h3>One</h3>{LINK}on</a>"])
def test_a_body_that_leads_there_already_is_left(body: str):
    assert leading(body, TO) == body


PARTS = st.sampled_from(["<p>", "</p>", "<h2>", "</h2>", "<a href='/x'>", "</a>", "<img src=a>",
                         "words", "\n\n", "&amp;", "<b>", "</b>", "<p class='x'>"])  # fmt: skip


@given(st.lists(PARTS, max_size=12).map("".join))
def test_no_word_is_lost_and_no_link_is_in_a_link(body: str):
    made = leading(body, TO)
    before, after = (lxml.html.fragment_fromstring(f"<div>{x}</div>") for x in (body, made))
    words = "".join(before.text_content().split())
    assert "".join(after.text_content().split()) in (words, words + TO)
    assert not [link for link in after.iter("a") if TO in link.get("href", "") and link.find("a")]


def test_markup_in_words_stays():
    assert linked("One <em>word</em> & <3", TO) == f"{LINK}One <em>word</em> &amp; &lt;3</a>"


@given(st.text("a<&\"' ", max_size=12), st.text("a<>&\"' ", max_size=12))
def test_words_and_addresses_are_escaped(words: str, to: str):
    made = lxml.html.fragment_fromstring(f"<div>{paragraph(linked(words, to))}</div>")
    assert made.text_content() == words
    links = [link.get("href") for link in made.iter("a")]
    assert links == ([to] if words and to else [])


def test_a_picture_may_lead_somewhere():
    assert image("a&b.jpg", 'A "cup"') == '<img src="a&amp;b.jpg" alt="A &quot;cup&quot;">'
    assert image("a.jpg", "A", TO) == f'{LINK}<img src="a.jpg" alt="A"></a>'


QUERY = "https://x.example/?a=1&section=2&region=eu&copy=3"
MODULE = "<!-- wp:divi/%s %s /-->"
WIDGET = '[{"elType":"widget","widgetType":"heading","settings":%s}]'


@pytest.mark.parametrize(
    "body",
    [
        f'[et_pb_button button_text="Go" button_url="{QUERY}" /]',
        f'[my_button link="{QUERY}"]Go[/my_button]',
        f'<a href="{QUERY}">Go</a>',
        f'<a href="{QUERY.replace("&", "&amp;")}">Go</a>',
        MODULE % ("button", json.dumps({"button": {"innerContent": {"desktop": {"value": {
            "text": "Go", "linkUrl": QUERY.replace("&", "&amp;")}}}}})),
    ],
)  # fmt: skip
def test_an_address_keeps_each_sign_of_its_query(body: str):
    assert markdown(body).strip() == f"[Go]({QUERY})"


def test_a_bare_or_embedded_address_keeps_each_sign_of_its_query():
    for body in (QUERY, f"[embed]{QUERY}[/embed]"):
        assert QUERY in markdown(body)


@pytest.mark.parametrize(
    ("body", "given"),
    [
        ('[et_pb_heading title="Tom &amp; Jerry &#8217;s"][/et_pb_heading]', {}),
        ("<h2>Tom &amp; Jerry &#8217;s</h2>", {}),
        (MODULE % ("heading", json.dumps({"title": {"innerContent": {"desktop": {
            "value": "Tom &amp; Jerry &#8217;s"}}}})), {}),
        ("", {"_elementor_data": WIDGET % json.dumps({"title": "Tom &amp; Jerry &#8217;s"})}),
    ],
)  # fmt: skip
def test_a_sign_that_a_builder_stores_as_an_entity_is_the_sign(body: str, given: dict[str, str]):
    assert markdown(body, **given).strip() == "## Tom & Jerry ’s"
