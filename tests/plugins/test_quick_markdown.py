"""The quick reader of Markdown gives what the stock one gives, whatever it has read before."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st
from markdown import Markdown
from markdown.treeprocessors import InlineProcessor
from quick_markdown import needs
from quick_markdown.reader import Quick
from test_quick_markdown_texts import (
    AWKWARD,
    COMMONMARK,
    EVERYTHING,
    SETTINGS,
    Read,
    readers,
    reading,
    settings,
    written,
)

MARKS = [
    "*", "**", "***", "_", "__", "`", "``", "\\", "[", "]", "![", "](", "(", ")", "[^1]", "[^1]: ",
    "[r]", "[r]: /u 't'", "<", ">", "<b>", "</b>", "<div>", "<div markdown=1>", "</div>", "<!--",
    "-->", "<http://e.example/>", "<a@b.example>", "&amp;", "&", "#", "# ", "===", "---", "- ",
    "* ", "1. ", "2. ", "> ", "    ", "\t", "  \n", "\n", "\n\n", ": ", "|", "--|--", "'", '"',
    "--", "...", "<<", ">>", "'s ", "'90s", "{: .a #b}", "{#i}", "```", "~~~", "!!! note", "[TOC]",
    "*[HTML]: H", "HTML", "[[w]]", "\x02", "\x03", "\x02klzzwxh:0000\x03", "\x02wzxhzdk:0\x03",
    "\r\n", "é", "a", "word", "two words", " ", "::: email-only\n", ":::\n", "Title: t\n",
    "Summary: *s*\n", "{@a=b}", "&nbsp;", "—", "\u00a0", "٣. ",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(MARKS), max_size=40).map("".join)
QUICKLY = how(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return written(tmp_path_factory.mktemp("corpus"), [*AWKWARD, *COMMONMARK])


@pytest.mark.parametrize("name", SETTINGS)
def test_a_wide_corpus_becomes_the_same_one_file_after_the_other(name: str, corpus: list[Path]):
    stock, quick = readers(name)
    for file in corpus:
        assert reading(quick, file) == reading(stock, file), file.read_text(encoding="utf-8")
    assert type(quick._md) is Quick
    assert type(quick._md.treeprocessors["inline"]) is needs.InlineProcessor


@pytest.mark.parametrize("name", SETTINGS)
def test_the_order_of_files_does_not_matter(name: str, corpus: list[Path]):
    _, quick = readers(name)
    awkward = corpus[: len(AWKWARD)]
    before = [reading(quick, file) for file in awkward]
    after = [reading(quick, file) for file in reversed(awkward)]
    assert before == after[::-1]


@pytest.mark.parametrize("name", SETTINGS)
@QUICKLY
@given(texts=st.lists(TEXTS | st.sampled_from(AWKWARD), min_size=1, max_size=4))
def test_any_marks_in_any_sequence_become_the_same(name: str, texts: list[str], tmp_path: Path):
    stock, quick = _kept(name)
    for file in written(tmp_path, texts):
        assert reading(quick, file) == reading(stock, file)


_READERS: dict[str, tuple] = {}


def _kept(name: str) -> tuple:
    """Readers that live through all examples: what leaks, leaks on."""
    return _READERS.setdefault(name, readers(name))


@pytest.mark.parametrize("name", ["pelican", "everything"])
def test_nesting_ends_at_the_same_depth_and_leaves_nothing_behind(name: str, tmp_path: Path):
    deep = [
        *("> " * depth + "a" for depth in (100, 160, 220, 400)),
        *("1. " * depth + "a" for depth in (60, 200, 600)),
        *("[" * depth + "a" + "](b)" * depth for depth in (40, 200)),
        *("*a _b " * depth + "c_ d*" * depth for depth in (20, 120)),
        "* # a\n* b\n\n3. c",
    ]
    stock, quick = readers(name)
    found = []
    for file in written(tmp_path, [each for text in deep for each in (text, "1. a\n2. *b*")]):
        found.append(reading(stock, file))
        assert reading(quick, file) == found[-1], file.read_text(encoding="utf-8")[:20]
    assert any(each.error for each in found), "nothing was too deep: the test shows nothing"


def _below(frames: int, call: Callable[[], Read]) -> Read:
    return _below(frames - 1, call) if frames else call()


def test_quotations_stop_nesting_at_the_same_call(tmp_path: Path):
    stock, quick = readers("pelican")
    [file] = written(tmp_path, ["> " * 60 + "*a*"])
    found = set()
    for frames in range(500, sys.getrecursionlimit() - 200, 9):
        one = _below(frames, lambda: reading(stock, file))
        assert _below(frames, lambda: reading(quick, file)) == one
        found.add(one.content)
    assert len(found) > 5, "the depth changed nothing: the test shows nothing"


def _patterns() -> list[re.Pattern[str]]:
    md = Markdown(**EVERYTHING)
    return [
        pattern.compiled_re
        for processor in md.treeprocessors
        if isinstance(processor, InlineProcessor)
        for pattern in processor.inlinePatterns
    ]


def test_every_stock_pattern_but_emphasis_is_in_the_table():
    named = {pattern.pattern for pattern in _patterns()} | {needs.stock.HTML_RE}
    assert named - needs.NEEDS.keys() == {r"\*|_"}
    assert needs.NEEDS.keys() <= named


@how(max_examples=400, deadline=None)
@given(TEXTS | st.sampled_from([*AWKWARD, *COMMONMARK]))
def test_no_pattern_matches_without_what_it_needs(text: str):
    for expression, need in needs.NEEDS.items():
        assert need in text or not re.search(expression, text, re.DOTALL), expression


def test_every_need_is_of_use():
    texts = [*AWKWARD, *COMMONMARK]
    for expression, need in needs.NEEDS.items():
        assert any(re.search(expression, text, re.DOTALL) for text in texts), expression
        assert any(need not in text for text in texts)


def test_a_changed_expression_or_method_is_asked_always():
    md = Markdown(extensions=["extra", "smarty"])
    escape = md.inlinePatterns["escape"]
    assert needs.need_of(escape) == "\\"
    escape.getCompiledRegExp = lambda: re.compile("a")
    assert needs.need_of(escape) is None
    link = md.inlinePatterns["link"]
    link.compiled_re = re.compile(link.compiled_re.pattern, re.IGNORECASE)
    assert needs.need_of(link) is None


def test_settings_changed_between_two_files_count(tmp_path: Path):
    [file] = written(tmp_path, ["# A *b*\n\n'q' -- [^1]\n\n[^1]: n"])
    stock, quick = readers("pelican")
    first = reading(quick, file)
    assert first == reading(stock, file)
    for reader in (stock, quick):
        reader.settings["MARKDOWN"]["extensions"].append("smarty")
        reader.settings["MARKDOWN"]["extension_configs"]["toc"] = {"baselevel": 2}
        reader.settings["MARKDOWN"]["extensions"].append("toc")
    assert reading(stock, file) == reading(quick, file) != first


def test_metadata_of_a_file_outlives_the_next(tmp_path: Path):
    texts = ["X: 1\nX: 2\nTags: a\n\n*b*", "X: 3\n\nc"]
    _, quick = readers("blog")
    one, two = written(tmp_path, texts)
    _, metadata = quick.read(str(one))
    quick.read(str(two))
    assert metadata["x"] == ["1", "2"]
    assert [str(tag) for tag in metadata["tags"]] == ["a"]


def test_the_sites_settings_are_left_as_they_were(corpus: list[Path]):
    _, quick = readers("glossary")
    for file in corpus[:40]:
        reading(quick, file)
    options = quick.settings["MARKDOWN"]["extension_configs"]
    assert options == settings("glossary")["MARKDOWN"]["extension_configs"]
