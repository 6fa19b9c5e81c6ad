"""One list of what is nobody's content, as names and as Pelican's patterns."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.post.ignore import NAMES, is_left_behind, kept_of, patterns

CHARACTERS = st.sampled_from(".~#$aht-]![*?^cse")
HIDDEN = st.text(CHARACTERS, max_size=5).map(lambda rest: f".{rest}")
ANY = st.text(CHARACTERS, min_size=1, max_size=6) | HIDDEN | st.sampled_from(NAMES)


@settings(deadline=None)
@given(ANY, st.lists(HIDDEN.filter(lambda name: name.strip(".")), max_size=4))
def test_pelicans_patterns_say_the_same(name: str, named: list[str]):
    matched = any(fnmatchcase(name, pattern) for pattern in patterns(named))
    assert matched == is_left_behind(name, kept_of(named))


@settings(deadline=None)
@given(st.lists(HIDDEN.filter(lambda name: name.strip(".")), min_size=1, max_size=4))
def test_what_static_paths_names_stays(named: list[str]):
    for name in named:
        assert not any(fnmatchcase(name, pattern) for pattern in patterns(["images", *named]))


@pytest.mark.parametrize(
    "name",
    [
        ".trash",
        ".stversions",
        ".#a.md",
        "._a.md",
        ".DS_Store",
        "a.md~",
        "#a.md#",
        ".a.md.swp",
        "Thumbs.db",
        "desktop.ini",
        "~$letter.docx",
        "__MACOSX",
        ".htaccess",
    ],
)
def test_hidden_and_system_files_are_no_content(name: str):
    assert is_left_behind(name)
    assert any(fnmatchcase(name, pattern) for pattern in patterns())


@pytest.mark.parametrize(
    "name", ["a.md", "ledger", "node_modules", "#1.md", "a~b.md", "notes.md", "thumbs.dbx", "#"]
)
def test_an_ordinary_name(name: str):
    assert not is_left_behind(name)
    assert not any(fnmatchcase(name, pattern) for pattern in patterns())


def test_hidden_names_that_are_kept():
    assert kept_of(["images", "extra/.htaccess", ".well-known/x", ".", "..", 3]) == (
        ".htaccess",
        ".well-known",
    )
