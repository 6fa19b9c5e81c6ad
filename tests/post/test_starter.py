"""What a new post holds, and what of it an author left standing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.post import frontmatter
from publish.post.starter import TEXT, draft, left_over

DATE = datetime(2026, 11, 29, 7, 30, tzinfo=UTC)
PARTS = ("Write here.", "The lines above end at the first empty line", "leave Uid as it is")
words = st.lists(st.sampled_from(["Write", "here", "leave", "it", "as", "the", "line"])).map(
    " ".join
)


def body_of(text: str) -> str:
    return text.partition("\n\n")[2]


def test_a_new_post_is_a_draft_whose_header_reads_as_it_was_given():
    text = draft(
        "A Calm: Handover",
        "a-calm-handover",
        "0123456789ab",
        DATE,
        author="Nora",
        categories=["Career", " Network "],
        tags=["shifts"],
    )
    lines = text.partition("\n\n")[0].split("\n")
    assert lines == [
        "Title: A Calm: Handover",
        "Date: 2026-11-29 07:30",
        "Category: Career, Network",
        "Tags: shifts",
        "Slug: a-calm-handover",
        "Author: Nora",
        "Summary:",
        "Status: draft",
        "Uid: 0123456789ab",
    ]
    # Each line is a key to whatever edits headers: none is lost when one is set.
    edited = frontmatter.set_key(text.encode(), "Summary", "One.")
    assert edited.decode() == text.replace("Summary:", "Summary: One.")


def test_a_post_without_author_category_and_tag_has_no_line_that_ends_in_a_space():
    text = draft("A", "a", "0123456789ab", DATE)
    assert "Category" not in text
    assert "Tags" not in text
    assert [line for line in text.split("\n") if line != line.rstrip()] == []


def test_the_starter_text_of_a_new_post_is_left_over():
    assert list(left_over(body_of(draft("A", "a", "0123456789ab", DATE)))) == [0]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("change", [str, str.upper, lambda part: part.replace(" ", "  ")])
def test_one_part_of_it_is_enough_whatever_its_case_and_spaces(part: str, change):
    assert list(left_over(f"My own words.\n\n{change(part)}\n")) == [2]


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_an_editor_broke_into_lines_is_found_where_it_begins(part: str):
    first, _, rest = part.partition(" ")
    assert list(left_over(f"One.\n\n{first}\n{rest}\nTwo.\n")) == [2]


def test_write_here_is_a_sentence_like_another_within_a_line():
    assert list(left_over("Sign and write here. Then rest.\nPlease write here.\n")) == []
    assert list(left_over("  Write here. My own words.\n")) == [0]
    assert list(left_over("Write hereafter.\nWrite here.x\n")) == []


@given(st.lists(words, max_size=6), st.lists(words, max_size=6))
def test_it_is_reported_once_at_its_line(before: list[str], after: list[str]):
    body = "\n".join([*before, TEXT, *after])
    told = list(left_over(body))
    assert told.count(len(before)) == 1
    assert told == sorted(set(told))
