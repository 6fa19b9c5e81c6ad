"""What was published where, and by whom."""

from __future__ import annotations

import hashlib

import pytest

from publish.post.identity import Recorded, recorded, texts, uid_of, was_of


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


def test_an_address_keeps_its_identity_until_it_is_retired_or_the_post_says_what_it_was():
    known = recorded(b'{"/a/": "one", "/b/": "two"}', b'{"/b/": ""}')
    assert known.contradicts("/a", "one") == ""
    assert known.contradicts("/a/", "other") == "one"
    assert known.contradicts("/a/index.html", "other", ("x", "one")) == ""
    assert known.contradicts("/b/", "other") == known.contradicts("/c/", "other") == ""
    assert recorded(None) == Recorded()


@pytest.mark.parametrize("data", [b"", b"[]", b"{", b'{"/a/": 1}', b"\xff", b"null", b"3"])
def test_a_damaged_record_does_not_count_as_empty(data: bytes):
    with pytest.raises(ValueError, match=r"\w"):
        recorded(data)


def test_a_merge_that_left_an_address_with_two_identities_is_damage():
    with pytest.raises(ValueError, match="has /a/ twice, with two values"):
        texts(b'{"/a/": "one", "/b/": "x", "/a/": "two"}')
    assert texts(b'{"/a/": "one", "/a/": "one"}') == {"/a/": "one"}
