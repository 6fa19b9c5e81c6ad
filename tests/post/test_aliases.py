"""Which old addresses are free: held against folders and files on a disk."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.post.aliases import LONGEST, Occupied, folders_of, parse_alias

SITE = {"index.html": "the home page", "calm/index.html": "calm.md", "robots.txt": "robots.txt"}
names = st.sampled_from(["a", "b", "A", "c.html", "index.html", "robots.txt", "calm"])
addresses = st.lists(names, min_size=1, max_size=3).flatmap(
    lambda parts: st.sampled_from([f"/{'/'.join(parts)}", f"/{'/'.join(parts)}/"])
)


def refusal(occupied: Occupied, text: str, owner: str = "old.md") -> str:
    """Why the alias is not free; ``""`` if it is taken now."""
    try:
        occupied.take(parse_alias(text), owner)
    except ValueError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("old/", "does not begin with one slash"),
        ("//evil.example/", "does not begin with one slash"),
        ("/old/#part", "holds a #, which no host ever sees"),
        ("/old/?", "ends with a ?"),
        ("/%ff/", "holds escapes that are not UTF-8"),
        ("/a b/", "holds a character that no address holds"),
        ("/%0d%0aSet-Cookie/", "holds a character that no address holds"),
        ("/%5c..%5c/", "holds a character that no address holds"),
        ("/../old/", "holds empty parts or dots that lead elsewhere"),
        ("/%2e%2e/old/", "holds empty parts or dots that lead elsewhere"),
        ("/a//b/", "holds empty parts or dots that lead elsewhere"),
        ("/" + "a/" * (LONGEST // 2 + 1), "is too long"),
        ("/" + "%C3%A4" * 200 + "/", "is too long"),
    ],
)
def test_what_is_no_address_of_this_site_is_reported_by_its_reason(text: str, why: str):
    with pytest.raises(ValueError, match="^" + why.replace("?", r"\?") + "$"):
        parse_alias(text)


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("/", "index.html"),
        ("/old", "old/index.html"),
        ("/old/", "old/index.html"),
        ("/2020/03/old.html", "2020/03/old.html"),
        ("/a.htm", "a.htm"),
        ("/%C3%BC/", "ü/index.html"),
        ("/?p=17", ""),
        ("/old/?p=17", ""),
    ],
)
def test_an_address_is_answered_by_one_file_and_a_query_by_none(text: str, file: str):
    assert parse_alias(text).file == file


def test_what_the_site_has_is_reported_by_what_it_is():
    occupied = Occupied(SITE)
    assert refusal(occupied, "/") == "is the address of the home page"
    assert refusal(occupied, "/Calm/") == "is the address of calm.md"
    assert refusal(occupied, "/robots.txt") == "is the address of robots.txt"
    folder = "needs a folder where there is a file, or the other way round"
    assert refusal(occupied, "/robots.txt/old/") == folder


def test_an_alias_belongs_to_the_first_that_asks():
    occupied = Occupied(SITE)
    assert refusal(occupied, "/old/", "one.md") == ""
    assert refusal(occupied, "/Old", "two.md") == "is that of one.md too"
    assert refusal(occupied, "/old/index.html", "two.md") == "is that of one.md too"
    # A query is told apart by its letters, and takes no file.
    assert refusal(occupied, "/?p=1", "one.md") == ""
    assert refusal(occupied, "/?p=2", "two.md") == ""
    assert refusal(occupied, "/?p=1", "two.md") == "is that of one.md too"


@given(st.lists(addresses, max_size=8))
def test_what_is_free_can_be_written_to_any_disk_and_nothing_else(asked: list[str]):
    occupied = Occupied(SITE)
    with tempfile.TemporaryDirectory() as folder:
        # A disk that ignores case, as this one may not: all names in small letters.
        disk = Path(folder)
        for file in SITE:
            (disk / file).parent.mkdir(exist_ok=True)
            (disk / file).touch()
        for text in asked:
            place = disk / parse_alias(text).file.lower()
            bare = disk / text.strip("/").lower()
            taken = place.exists() or bare.is_file()
            fits = not taken and all(
                not (disk / above).is_file()
                for above in folders_of(place.relative_to(disk).as_posix())
            )
            assert (refusal(occupied, text) == "") == fits, text
            if fits:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.touch()
