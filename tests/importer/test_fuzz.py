"""Whatever a body holds: no exception, no builder left, no word lost, in linear time."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.importer import body
from publish.importer.markdown import verify
from publish.importer.model import Item
from publish.importer.tree import El
from publish.settings import load
from tests.importer.export import alone, calls

ROOT = Path(__file__).resolve().parents[2]
SITE = verify.Site(load(ROOT / "pelicanconf.py").values)
PIECES = (
    "<p>", "</p>", "<div>", "</div>", "<ul>", "<li>", "</li>", "</ul>", "<ol start='4'>", "</ol>",
    "<table>", "<tr>", "<td>", "</td></tr></table>", "<blockquote>", "</blockquote>", "<b>", "</b>",
    "<em>", "</em>", "<a href='/?p=2'>", "</a>", "<img src='x.jpg' alt='y'>", "<br>", "<pre>",
    "</pre>",
    "<script>", "</script>", "<form>", "</form>", "<iframe src='https://e.example/v'></iframe>",
    "<h2>", "</h2>", "<figure>", "<figcaption>", "</figcaption></figure>", "<!--more-->", "<!--",
    "-->",
    "<details><summary>", "</summary>", "</details>", "<dl><dt>", "</dt><dd>", "</dd></dl>", "<hr>",
    "[et_pb_section]", "[/et_pb_section]", "[et_pb_text]", "[/et_pb_text]",
    '[et_pb_button button_text="go"]',
    "[et_pb_code]", "[/et_pb_code]", "[caption]", "[/caption]", "[gallery ids='1']", "[vc_row]",
    "[sic]",
    "<!-- wp:paragraph -->", "<!-- /wp:paragraph -->", "<!-- wp:block {\"ref\":7} /-->",
    "<!-- wp:html -->",
    '<!-- wp:divi/text {"content":{"innerContent":{"desktop":{"value":"<p>five</p>"}}}} /-->',
    "<!-- wp:list -->", "<!-- wp:group {", "{}", "word ", "two words ", "\n", "\n\n", "* ", "1. ",
    "# ",
    "> ", "`", "_", "\\", "&amp;", "&", "<", ">", "“", "é", "\x00", "\u2028", "@ET-DC@e30=@",
    "%22", ":::",
)  # fmt: skip


def made(text: str) -> tuple[str, list[tuple[str, str]], Counter[str]]:
    context = alone(block7='<p>reused [et_pb_text]x[/et_pb_text]</p><!-- wp:block {"ref":7} /-->')
    item = Item(1, body=text)
    root = body.blocks_of(item, context)
    written, differences = verify.written(root, [], SITE.dialect(), SITE)
    return written, differences, verify.inventory(root)["words"]


@given(st.lists(st.sampled_from(PIECES), max_size=30))
@settings(max_examples=200, deadline=None)
def test_any_mixture_is_written_as_it_is_shown(pieces: list[str]):
    text = "".join(pieces)
    written, differences, _ = made(text)
    assert differences == [], written
    assert not re.search(r"\[/?(?:et_pb|vc)_|<!-- wp:", written)
    assert "<script" not in written.replace("&lt;script", "")


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_text_at_all_is_written(text: str):
    _, differences, _ = made(text)
    assert differences == []


@given(
    st.lists(
        st.sampled_from(
            [
                p
                for p in PIECES
                if "script" not in p
                and p != "%22"
                and "form" not in p
                and not p.startswith(("<!--", "--", "<iframe", "[gall"))
            ]
        ),
        max_size=30,
    )
)
@settings(max_examples=150, deadline=None)
def test_words_outside_of_markup_are_words_of_the_page(pieces: list[str]):
    pieces = [" word " if piece == "word " else piece for piece in pieces]
    counted = 0
    for place, piece in enumerate(pieces):
        before = "".join(pieces[:place])
        # What follows an opened quote or angle may be part of a tag.
        if piece == " word " and not re.search(r"[<&][^>]*$|\[[^\]]*$", before):
            counted += 1
    _, _, words = made("".join(pieces))
    assert words["word"] >= counted


@pytest.mark.parametrize("piece", [p for p in PIECES if p.strip()])
def test_a_flood_of_one_piece_takes_work_in_proportion(piece: str):
    def convert(count: int) -> None:
        root = body.blocks_of(Item(1, body=piece * count), alone())
        verify.inventory(root)
        for kid in root.kids:
            assert isinstance(kid, El)
            verify.markup.block(kid, SITE.dialect())

    convert(1)
    small, large = (calls(lambda n=n: convert(n)) for n in (50, 400))
    assert large < 12 * small


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("<blockquote>", "</blockquote>"),
        ("<ul><li>", "</li></ul>"),
        ("<div>", "</div>"),
        ("<b>", "</b>"),
        ("<table><tr><td>", ""),
        ("[et_pb_row]", "[/et_pb_row]"),
        ("<a href='x'>", "</a>"),
        ("<table><tr>", "</tr></table>"),
        ("<!-- wp:group --><div>", "</div><!-- /wp:group -->"),
    ],
)
def test_words_at_any_depth_stay(begin: str, end: str):
    written, differences, _ = made(begin * 400 + "deep words" + end * 400)
    assert "deep words" in written
    assert "words-differ" not in dict(differences)
