"""The plain text of a mail, as a person would type it."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from mail_issues.html_mail import rewrite
from mail_issues.plain_table import lines_of_table
from mail_issues.plain_text import WIDTH, render
from mail_issues.wrapping import columns, squeeze, wrap
from markdown import Markdown

URL = "https://one.example/post/"


def typed(markdown: str) -> str:
    """The text of a Markdown body, as the plugin makes it."""
    html = Markdown(extensions=["extra", "sane_lists"]).convert(markdown)
    return render(rewrite(html, URL))[0]


CASES = {
    "paragraphs": ("One\ntwo.\n\nThree.", "One two.\n\nThree."),
    "break": ("One  \ntwo", "One\ntwo"),
    "headings": ("# A\n\n## Bee\n\n### C *d*", "A\n=\n\nBee\n---\n\nC _d_\n~~~~~"),
    "emphasis": ("a *b* **c** ~~d~~", "a _b_ *c* ~~d~~"),
    "numbers": ("3. c\n4. d", "3. c\n4. d"),
    "two figures": ("9. i\n10. j\n11. k", " 9. i\n10. j\n11. k"),
    "interrupted": ("1. a\n\nb\n\n2. c", "1. a\n\nb\n\n2. c"),
    "nested": ("- a\n    - b\n        1. c\n- d", "- a\n\n  - b\n\n    1. c\n\n- d"),
    "loose": ("1. a\n\n    b\n\n2. c", "1. a\n\n   b\n\n2. c"),
    "quotation": ("> a\n>\n> > b", "> a\n>\n> > b"),
    "quotation in a list": ("- a\n\n    > b", "- a\n\n  > b"),
    "code": ("```\nif a:\n\tb\n\nc\n```", "    if a:\n        b\n\n    c"),
    "rule": ("a\n\n* * *\n\nb", "a\n\n* * *\n\nb"),
    "definitions": ("Term\n:   One\n:   Two", "Term\n    One\n    Two"),
    "image": ("![A cup](/c.jpg)", "[Image: A cup]"),
    "image without words": ("a ![](/c.jpg)", "a"),
    "image in a link": ("[![A cup](/c.jpg)](/x/)", "[Image: A cup] [1]"),
    "link": ("a [b](/c/) d [e](/f/) [g](/c/)", "a b [1] d e [2] g [1]"),
    "address": ("<https://a.example/> <a@b.example>", "https://a.example/ a@b.example"),
    "empty link": ("[](/x/)", "https://one.example/x/"),
    "two-notes": ("a[^1][^2]\n\n[^1]: b\n[^2]: c", "a¹ ²\n\n* * *\n\n1. b\n2. c"),
    "note": ("a[^1]\n\n[^1]: b", "a¹\n\n* * *\n\n1. b"),
    "powers": ("m<sup>2</sup> H<sub>2</sub>O 1<sup>st</sup>", "m² H₂O 1st"),
    "powers that have no figures of their own": (
        "10<sup>9/L</sup> and <b>2</b><sup>n</sup>, 5<sup>*</sup>",
        "10^9/L and *2*^n, 5*",
    ),
    "entities": ("a &amp; b &lt; c&nbsp;d &shy;e", "a & b < c d e"),
    "table": (
        "| Left | Right |\n| --- | --: |\n| a | 1 |\n| bcdef | 1,000 |",
        "Left   Right\n-----  -----\na          1\nbcdef  1,000",
    ),
    "table in a list": ("1. a\n\n    | b |\n    | - |\n    | c |", "1. a\n\n   b\n   -\n   c"),
    "right to left": ('<div dir="rtl">مرحبا *x*</div>', "مرحبا *x*"),
    "emoji": ("👩‍⚕️ *ok*", "👩‍⚕️ _ok_"),
    "quote mark": ("<q>a</q>", "“a”"),
    "film": ('<iframe src="https://v.example/"></iframe>', "Watch or read this on the web [1]"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("markdown", "text"), CASES.values(), ids=CASES)
def test_as_a_person_would_type_it(markdown: str, text: str):
    assert typed(markdown) == text


def test_references_are_numbered_as_they_come_and_an_address_has_one():
    markup = (
        '<p><a href="https://b/">x</a> <a href="https://a/">y</a> <a href="https://b/">z</a></p>'
    )
    assert render(markup) == ("x [1] y [2] z [1]", ("https://b/", "https://a/"))


def test_long_paragraphs_are_wrapped_and_long_addresses_are_not():
    words = "word " * 60
    address = "https://one.example/" + "x" * 90
    lines = typed(f"{words}\n\n> {words}\n\n1. {words}\n\n<{address}>").split("\n")
    assert all(len(line) <= WIDTH for line in lines if address not in line)
    assert address in lines
    assert any(line.startswith("> word") for line in lines)
    assert any(line.startswith("   word") for line in lines)


def test_a_heading_is_underlined_as_wide_as_it_shows():
    assert typed("## 你好 é\u0301").split("\n") == ["你好 é\u0301", "------"]


def test_a_link_over_a_break_and_words_without_spaces_between():
    assert render("<p>a<b>b</b><i>c</i>d<br>e</p>")[0] == "a*b*_c_d\ne"
    assert render("<ul><li>a<p>b</p>c</li></ul>")[0] == "- a\n\n  b\n\n  c"


def test_bare_text_round_blocks_is_not_lost():
    assert render("a<p>b</p>c<hr>d<!-- x -->e")[0] == "a\n\nb\n\nc\n\n* * *\n\nde"


def test_cells_with_blocks_and_spans_stay_in_their_column():
    markup = (
        "<table><caption>Cap</caption><tr><th colspan=2>ab<th>c</tr>"
        "<tr><td><p>1<p>2<td>3<td>4<br>5</table>"
    )
    assert render(markup)[0] == "Cap\n\nab      c\n---  -  ---\n1 2  3  4 5"


ROWS = st.integers(1, 8).flatmap(
    lambda many: st.lists(
        st.lists(st.text("abcd efgh 你", max_size=40).map(squeeze), min_size=many, max_size=many),
        min_size=1,
        max_size=5,
    )
)


@given(ROWS, st.integers(0, 1))
@example(rows=[["", "aaaaaaaaa 你"] * 4, ["aaaaaaaa 你你你", "aaaaa你你"] * 4], heads=0)
def test_a_table_keeps_its_words_and_its_width(rows: list[list[str]], heads: int):
    lines = lines_of_table(rows, heads)
    longest = max((columns(w) for row in rows for cell in row for w in cell.split()), default=0)
    if longest <= 9:
        assert all(columns(line) <= WIDTH for line in lines)
    body = [word for row in rows[heads:] for cell in row for word in cell.split()]
    shown = " ".join(line for line in lines if set(line) - {"-", " "}).split()
    assert not [word for word in set(body) if shown.count(word) < body.count(word)]


@given(
    st.lists(st.lists(st.text("abc", min_size=1, max_size=5), min_size=3, max_size=3), min_size=2)
)
def test_columns_line_up(rows: list[list[str]]):
    lines = lines_of_table(rows, 1)
    rule = lines[1]
    starts = [0, *(m.end() for m in re.finditer("  ", rule))]
    for row, line in zip(rows, [lines[0], *lines[2:]], strict=True):
        assert [line[start:].split()[0] for start in starts] == row


def test_a_table_too_wide_for_columns_becomes_a_list_of_rows():
    heads = [f"head{n}" for n in range(9)]
    lines = lines_of_table([heads, ["a long cell " * 3] * 9, ["x", *[""] * 8]], 1)
    assert lines[0] == "head0: a long cell a long cell a long cell"
    assert lines[-2:] == ["", "head0: x"]


def test_a_table_whose_words_would_push_columns_aside_becomes_a_list_of_rows():
    heads = ["Medicine", "Dose", "Interactions", "Monitoring", "Instead"]
    row = ["Hydrochlorothiazide", "once daily", "Methotrexate", "Electrolytes", "Chlorthalidone"]
    assert lines_of_table([heads, row], 1)[0] == "Medicine: Hydrochlorothiazide"
    assert lines_of_table([heads[:3], row[:3]], 1, width=44) == [
        "Medicine             Dose       Interactions",
        "-------------------  ---------  ------------",
        "Hydrochlorothiazide  once       Methotrexate",
        "                     daily",
    ]


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"])))
def test_wrapping_loses_no_word(text: str):
    words = squeeze(text)
    assert " ".join(wrap(words, 20)).split() == words.split()


def spanned(rows: str) -> list[str]:
    return render(f"<table>{rows}</table>")[0].split("\n")


def test_a_cell_that_reaches_down_leaves_its_place_free_below():
    rows = "<tr><th>When</th><th>What</th><th>How</th></tr>"
    rows += '<tr><td rowspan="2">Morning</td><td>A</td><td rowspan="3">By mouth</td></tr>'
    rows += '<tr><td align="right">B</td></tr><tr><td>Evening</td><td>C</td></tr>'
    assert spanned(rows) == [
        "When     What  How",
        "-------  ----  --------",
        "Morning     A  By mouth",
        "            B",
        "Evening     C",
    ]


def test_a_span_of_both_kinds_covers_a_square():
    rows = '<tr><td rowspan="2" colspan="2">A</td><td>B</td></tr><tr><td>C</td></tr>'
    assert spanned(rows + "<tr><td>D</td><td>E</td><td>F</td></tr>") == [
        "A     B",
        "      C",
        "D  E  F",
    ]


@given(st.lists(st.text("ab’é—日", min_size=1, max_size=12), min_size=1, max_size=30))
def test_each_line_takes_as_many_words_as_fit(words: list[str]):
    lines = [line.split(" ") for line in wrap(" ".join(words), 12)]
    assert [word for line in lines for word in line] == words
    assert all(len(line) == 1 or columns(" ".join(line)) <= 12 for line in lines)
    assert all(columns(" ".join([*line, after[0]])) > 12 for line, after in pairwise(lines))
