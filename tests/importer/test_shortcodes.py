"""The tokenizer: no word is lost, prose stays prose, time is linear."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.importer.wordpress.nesting import Code
from publish.importer.wordpress.shortcodes import parse
from tests.importer.export import calls


def first(text: str) -> Code:
    return next(node for node in parse(text, ()) if isinstance(node, Code))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('[x_y a="1 ] 2"]', "1 ] 2"),
        ("[x_y a='1 \"2\"']", '1 "2"'),
        ("[x_y a=&#8221;b&#8243;]", "b"),
        ("[x_y a=&quot;b c&quot;]", "b c"),
        ("[x_y a=“b c”]", "b c"),
        ("[x_y a=”b″]", "b"),
        ('[x_y a="%22b%22 %91c%93"]', '"b" [c]'),
        ("[x_y a=b]", "b"),
        ("[x_y a=b/]", "b"),
        ('[x_y\n  a = "b"\n]', "b"),
        ('[x_y a="https://e.example/%22x"]', "https://e.example/%22x"),
    ],
)
def test_a_value_ends_where_its_quote_does(text: str, value: str):
    assert first(text).attributes["a"] == value


@pytest.mark.parametrize(
    "text",
    [
        "[sic]",
        "[1]",
        "[laughs]",
        "[emphasis added]",
        "[x=1]",
        "[a=b c=d]",
        "a [b] c",
        "[ x ]",
        "[Dr. No]",
        "[",
        "[[",
        "[/",
        "[a",
        "[a b",
    ],
)
def test_prose_stays_prose(text: str):
    assert parse(text, ()) == [text]


def test_nesting_and_what_is_never_closed():
    nodes = parse("[a_b]x[c_d]y[e_f /]z[/a_b]w[/g_h]v", ())
    assert isinstance(nodes[0], Code)
    assert nodes[0].inside[0] == "x"
    assert nodes[1:] == ["w", "v"]
    assert "".join(part for part in nodes[0].inside if isinstance(part, str)) == "xyz"


def words_of(nodes: list[Code | str]) -> str:
    return "".join(n if isinstance(n, str) else words_of(n.inside) for n in nodes)


PIECES = st.sampled_from(
    ["[et_pb_text]", "[/et_pb_text]", "[et_pb_row a=\"b\"]", "[/et_pb_row]", "word ", "[sic]", "[",
     "]", "[a_b c=“d”]", "[et_pb_code /]", "<p>", "</p>", "\n\n", "/", "=", '"']
)  # fmt: skip


@given(st.lists(PIECES, max_size=40))
@settings(max_examples=200, deadline=None)
def test_every_word_outside_of_a_bracket_stays(pieces: list[str]):
    text = "".join(pieces)
    # What follows an open bracket may be an attribute, and is no word of the text then.
    outside = re.sub(r"\[[^\]]*(?:\]|$)", "", text)
    assert words_of(parse(text, ())).count("word") >= outside.count("word")


FLOODS = [
    "[", "[[", "[a_b", '[a_b c="', "[a_b c=“", "[et_pb_text]", "[/et_pb_text]", '[a_b c="d"]',
    "[a_b][c_d]", "[a_b c='", "[gallery ids=1 ", "&#8221;[a_b x=&#8221;", "[a_b c=“d” e",
]  # fmt: skip


@pytest.mark.parametrize("piece", FLOODS)
def test_work_grows_with_the_text_and_no_faster(piece: str):
    small, large = (calls(lambda n=n: parse(piece * n, ())) for n in (100, 800))
    assert large < 10 * small


@pytest.mark.parametrize("piece", FLOODS)
@pytest.mark.timeout(60)
def test_a_flood_that_a_square_of_work_would_not_end_in_a_minute_ends(piece: str):
    # 50,000 pieces: billions of steps if each looked at all that follow it.
    assert isinstance(parse(piece * 50_000, ()), list)
