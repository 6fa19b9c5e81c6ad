"""Blocks for one surface: what Markdown makes of the marks, and what each surface shows."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown import Markdown
from only_blocks.marks import OnlyBlocks, marked, surface, unbalanced

EXTRAS = ["extra", "sane_lists", "smarty", "codehilite", "toc"]


def parsed(text: str) -> str:
    return Markdown(extensions=[*EXTRAS, OnlyBlocks()]).convert(text)


def both(text: str) -> tuple[str, str]:
    """What mail and web show."""
    markup = parsed(text)
    return surface(markup, "email"), surface(markup, "web")


def test_each_surface_shows_its_own_words_and_the_common_ones():
    email, web = both("One.\n\n::: email-only\nTwo.\n:::\n\n::: web-only\nThree.\n:::\n\nFour.")
    assert re.findall(r"<p>(.*?)</p>", email) == ["One.", "Two.", "Four."]
    assert re.findall(r"<p>(.*?)</p>", web) == ["One.", "Three.", "Four."]
    assert ":::" not in email + web
    assert "<!--" not in email + web


def test_the_marks_need_no_empty_lines_round_them():
    email, web = both("One.\n::: email-only\nTwo *words*.\n:::\nThree.")
    assert re.findall(r"<p>(.*?)</p>", email) == ["One.", "Two <em>words</em>.", "Three."]
    assert re.findall(r"<p>(.*?)</p>", web) == ["One.", "Three."]


def test_a_block_holds_any_markdown():
    body = "## Head\n\n1. one\n2. two\n\n| a |\n| - |\n| b |\n\n> said\n\n```\ncode\n```"
    email, web = both(f"::: email-only\n{body}\n:::")
    for piece in ("<h2", "<li>one</li>", "<td>b</td>", "<blockquote>", "<pre>"):
        assert piece in email
    assert web.strip() == ""


def test_a_list_that_a_block_interrupts_keeps_its_numbers():
    email, web = both("1. one\n2. two\n\n::: email-only\nA word.\n:::\n\n3. three")
    assert '<ol start="3">' in email
    assert '<ol start="3">' in web


@pytest.mark.parametrize("fence", ["```", "~~~", "```text"])
def test_in_fenced_code_the_marks_are_words(fence: str):
    text = f"{fence}\n::: email-only\nTwo.\n:::\n{fence[:3]}"
    markup = parsed(text)
    assert not marked(markup)
    assert "::: email-only" in re.sub("<.*?>", "", markup)


def test_a_fence_within_a_block_may_show_the_marks():
    email, web = both("::: web-only\n```\n::: email-only\n:::\n```\n:::\n\nEnd.")
    assert "::: email-only" in re.sub("<.*?>", "", web)
    assert "::: email-only" not in email
    assert "End." in email


@pytest.mark.parametrize(
    "line",
    ["    ::: email-only", "text ::: email-only", ":::: email-only", "::: mail-only", "::: email"],
)
def test_other_lines_are_no_marks(line: str):
    assert not marked(parsed(f"Before.\n\n{line}\n\nAfter."))


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("::: email-only\na\n:::", False),
        ("::: email-only\na\n:::\n\n::: web-only\nb\n:::", False),
        ("::: email-only\na", True),
        ("a\n\n:::\n\nb", True),
        ("::: email-only\na\n\n::: web-only\nb\n:::\n:::", True),
        ("::: email-only\na\n\n::: email-only\nb\n:::", True),
    ],
)
def test_marks_that_do_not_pair_are_found(text: str, wrong: bool):
    assert unbalanced(parsed(text)) is wrong


def test_what_is_not_closed_stays_out_of_the_others_view():
    email, web = both("Open.\n\n::: email-only\nSecret.\n\nAlso secret.")
    assert "Secret" not in web
    assert "Also secret" in email


def test_what_stands_between_a_nested_end_and_the_outer_one_stays_private():
    text = "::: email-only\none\n\n::: web-only\ntwo\n:::\n\nthree\n\n:::\n\nfour"
    email, web = both(text)
    assert re.findall("one|two|three|four", email) == ["one", "three", "four"]
    assert re.findall("one|two|three|four", web) == ["four"]


NOTES = """Common.[^c]

::: email-only
Mail.[^m] Both.[^b]
:::

Web and mail.[^b] [Link]({filename}/other.md) ![x]({static}/images/a.jpg)

[^m]: Note of the mail.
[^c]: Common note.
[^b]: Note of both.
"""


def test_footnotes_of_a_block_go_with_it_and_the_others_are_numbered_anew():
    email, web = both(NOTES)
    assert "Note of the mail" in email
    assert "Note of the mail" not in web
    shown = re.findall(r'<a class="footnote-ref" href="#fn:(\w)">(\d)</a>', web)
    listed = re.findall(r'<li id="fn:(\w)">', web)
    assert [name for name, _ in shown] == ["c", "b"]
    assert {name: int(number) for name, number in shown} == {
        name: place for place, name in enumerate(listed, 1)
    }


def test_no_way_back_leads_to_a_place_that_is_gone():
    for markup in both(NOTES):
        ids = set(re.findall(r'\bid="(.*?)"', markup))
        assert set(re.findall(r'href="#(.*?)"', markup)) <= ids


def test_when_no_footnote_is_left_their_shelf_goes_too():
    email, web = both("a\n\n::: email-only\nb[^1]\n:::\n\n[^1]: Secret.")
    assert "footnote" in email
    assert "footnote" not in web
    assert "<hr" not in web


def test_pelicans_own_links_come_through():
    _, web = both(NOTES)
    assert 'href="{filename}/other.md"' in web
    assert 'src="{static}/images/a.jpg"' in web


def test_a_table_of_contents_loses_the_headings_of_the_block():
    email, web = both("[TOC]\n\n## One\n\n::: email-only\n## Private word\n:::\n\n## Three")
    assert email.count("Private word") == 2
    assert "Private" not in web
    assert web.count("Three") == 2


WORDS = st.lists(st.sampled_from(["alpha", "beta", "gamma"]), min_size=1, max_size=3).map(" ".join)
PIECES = st.lists(st.tuples(st.sampled_from(["", "email-only", "web-only"]), WORDS), max_size=8)


@settings(deadline=None)
@given(PIECES)
def test_every_word_is_where_it_belongs_and_nowhere_else(pieces: list[tuple[str, str]]):
    text = "\n".join(
        f"::: {kind}\n{words}\n:::\n" if kind else f"{words}\n" for kind, words in pieces
    )
    for shown, other in zip(both(text), ("web-only", "email-only"), strict=True):
        expected = " ".join(words for kind, words in pieces if kind != other)
        assert re.sub(r"<.*?>|\s+", " ", shown).split() == expected.split()


def test_two_of_the_extension_are_one_to_pelicans_cache():
    assert OnlyBlocks() == OnlyBlocks()
    assert len({OnlyBlocks(), OnlyBlocks()}) == 1
    assert OnlyBlocks() != "only_blocks"
