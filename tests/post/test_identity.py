"""What was published where, and by whom."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from publish.post.identity import (
    RETIRED,
    URLS,
    Damaged,
    Recorded,
    read_recorded,
    texts,
    uid_of,
    was_of,
)


def test_a_uid_is_the_first_line_else_the_place():
    assert uid_of(" abc ", "posts/a.md") == "abc"
    assert uid_of(["abc", "abc"], "posts/a.md") == "abc"
    place = hashlib.sha256(b"source:posts/a.md").hexdigest()[:16]
    assert (
        uid_of("", "posts/a.md") == uid_of(None, "posts/a.md") == uid_of([], "posts/a.md") == place
    )


def test_earlier_identities():
    assert was_of("a, b c") == was_of(["a,", "b", "c"]) == ("a", "b", "c")
    assert was_of(None) == ()


def tables(content: Path, urls: bytes, retired: bytes | None = None) -> Path:
    (content / "ledger").mkdir(exist_ok=True)
    for name, data in ((URLS, urls), (RETIRED, retired)):
        if data is not None:
            (content / name).write_bytes(data)
    return content


def test_an_address_keeps_its_identity_until_it_is_retired_or_the_post_says_what_it_was(
    tmp_path: Path,
):
    assert read_recorded(tmp_path) == Recorded()
    known = read_recorded(tables(tmp_path, b'{"/a/": "one", "/b/": "two"}', b'{"/b/": ""}'))
    assert known.contradicts("/a", "one") == ""
    assert known.contradicts("/a/", "other") == "one"
    assert known.contradicts("/a/index.html", "other", ("x", "one")) == ""
    assert known.contradicts("/b/", "other") == known.contradicts("/c/", "other") == ""


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"/a/": 1}', b"\xff", b"null", b"3"])
def test_a_damaged_record_does_not_count_as_empty(tmp_path: Path, data: bytes):
    with pytest.raises(Damaged, match=r"\w") as caught:
        read_recorded(tables(tmp_path, b"{}", data))
    assert caught.value.name == RETIRED


def test_a_table_that_is_there_and_cannot_be_read_does_not_count_as_empty(tmp_path: Path):
    (tmp_path / URLS).mkdir(parents=True)
    with pytest.raises(Damaged, match="cannot be read"):
        read_recorded(tmp_path)


def test_a_merge_that_left_an_address_with_two_identities_is_damage():
    with pytest.raises(ValueError, match="has /a/ twice, with two values"):
        texts(b'{"/a/": "one", "/b/": "x", "/a/": "two"}')
    assert texts(b'{"/a/": "one", "/a/": "one"}') == {"/a/": "one"}
