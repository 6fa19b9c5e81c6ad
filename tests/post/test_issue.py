"""An issue: its record, its key and its digest."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.post.issue import LISTS, NAMES, TEXTS, Issue, digest_of, from_record, key_of

TEXT = st.text(st.characters(codec="utf-8"), max_size=40)
UIDS = st.lists(st.text("abc-019", min_size=1, max_size=8), min_size=1, max_size=4, unique=True)
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
DATES = st.datetimes(
    datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=ZONES, allow_imaginary=False
)
MANY = st.lists(TEXT, max_size=3).map(tuple)
PART = st.sampled_from([(), (0, 9), (3, 70)])
ISSUES = st.builds(
    Issue,
    **dict.fromkeys(TEXTS, TEXT),
    **dict.fromkeys(LISTS, MANY),
    html=TEXT,
    text=TEXT,
    date=DATES,
    html_part=PART,
    text_part=PART,
    posts=MANY,
    picture_bytes=st.integers(0, 10**9),
    update_of=TEXT,
    was=MANY,
)


@given(ISSUES)
def test_an_issue_is_read_as_it_was_written(issue: Issue):
    files = issue.files()
    assert tuple(files) == NAMES
    html, text, record = (files[name].decode() for name in NAMES)
    assert from_record(json.loads(record), html, text) == issue


@given(ISSUES)
def test_a_record_alone_is_enough_to_select_and_to_list(issue: Issue):
    found = from_record(issue.record())
    assert (found.html, found.text) == ("", "")
    assert found.keys == issue.keys
    assert (found.date, found.title, found.slug) == (issue.date, issue.title, issue.slug)


RECORD: dict[str, Any] = {
    **dict.fromkeys(TEXTS, "x"),
    **{name: [] for name in LISTS},
    "date": "2026-11-30T07:30:00-05:00",
}


def test_a_record_of_an_earlier_release_lacks_what_came_later():
    found = from_record(RECORD)
    assert (found.posts, found.was, found.update_of, found.html_part) == ((), (), "", ())
    assert found.date.astimezone(UTC) == datetime(2026, 11, 30, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"date": "2026-11-30T07:30:00"},
        {"date": "soon"},
        {"date": None},
        {"categories": None},
        {"parts": {"html": ["a"]}},
        {"picture_bytes": "many"},
        *({name: ...} for name in (*TEXTS, *LISTS, "date")),
    ],
)
def test_what_is_no_record_is_refused(wrong: dict[str, Any]):
    record = {name: value for name, value in (RECORD | wrong).items() if value is not ...}
    with pytest.raises((KeyError, TypeError, ValueError)):
        from_record(record)


@given(UIDS, st.randoms())
def test_a_key_is_of_the_posts_whatever_their_order(uids: list[str], random: Any):
    mixed = random.sample(uids, len(uids))
    assert key_of(mixed) == key_of(uids)
    assert len(key_of(uids)) == 20
    assert key_of([*uids, "another"]) != key_of(uids)


@given(UIDS, TEXT)
def test_an_update_has_a_key_of_its_own_and_the_same_one_each_time(uids: list[str], words: str):
    update = digest_of(words, "", "", "")
    assert key_of(uids, update) == key_of(uids, update) != key_of(uids)
    assert key_of(uids, update) != key_of(uids, digest_of(f"{words}.", "", "", ""))


@given(st.lists(TEXT, min_size=4, max_size=4), st.lists(TEXT, min_size=4, max_size=4))
def test_equal_digests_mean_equal_letters(one: list[str], other: list[str]):
    assert (digest_of(*one) == digest_of(*other)) == (one == other)


def test_words_that_move_from_one_part_to_the_next_change_the_digest():
    assert digest_of("ab", "", "", "") != digest_of("a", "b", "", "")
    assert digest_of("", "", "ab", "c") != digest_of("", "", "a", "bc")


@given(TEXT)
def test_the_size_is_counted_in_bytes_as_gmail_does(html: str):
    issue = from_record(RECORD, html)
    assert issue.html_bytes == len(html.encode())
    assert issue.record()["html_bytes"] == issue.html_bytes
