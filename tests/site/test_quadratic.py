"""Pelican's loops that take the square of the posts' number, and what is put in their place."""

from __future__ import annotations

import copy
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pelican.generators import ArticlesGenerator
from pelican.log import LimitFilter
from pelican.settings import DEFAULT_CONFIG
from pelican.urlwrappers import Author, Category, Tag
from pelican.utils import process_translations
from pelican.writers import FileOverwriteFailedError

from publish.site.engine import taxonomies, translations
from publish.site.engine.ghosts import Ghosts
from publish.site.engine.taxonomies import _dated, _quick
from publish.site.engine.values import mark

SETTINGS = copy.deepcopy(DEFAULT_CONFIG)


class Post:
    """As much of an article as these loops look at."""

    def __init__(self, slug: str, lang: str = "en", **metadata: str) -> None:
        self.slug, self.lang, self.in_default_lang = slug, lang, lang == "en"
        self.metadata, self.source_path = metadata, f"{slug}.{lang}.md"
        self.translations: list[Post] = []

    def __repr__(self) -> str:
        return self.source_path


class Called:
    """Notes what a writer is called with."""

    def __init__(self, refused: str = "") -> None:
        self.calls: list[Any] = []
        self._refused = refused

    def __call__(self, *args: Any, **named: Any) -> None:
        if args[0] == self._refused:
            raise FileOverwriteFailedError(args[0])
        self.calls.append((args, dict(sorted(named.items()))))


def generator(posts: list[Post], chosen: list[set[int]], kind: str) -> Any:
    """A generator that has sorted ``posts`` into terms of a ``kind``."""
    made = {"tag": Tag, "category": Category, "author": Author}[kind]
    terms = [(made(f"Term {n}", SETTINGS), [posts[i] for i in sorted(places)])
             for n, places in enumerate(chosen)]  # fmt: skip
    return SimpleNamespace(
        get_template=lambda name: f"template {name}", context={"x": 1}, articles=posts,
        dates=list(reversed(posts)), tags=dict(terms), categories=terms, authors=terms,
    )  # fmt: skip


NUMBERS = st.lists(st.sets(st.integers(0, 7), min_size=1), max_size=4)


@pytest.mark.parametrize("kind", taxonomies.KINDS)
@given(chosen=NUMBERS)
def test_terms_are_written_with_what_pelican_would_give(kind: str, chosen: list[set[int]]):
    posts = [Post(f"post-{n}") for n in range(8)]
    made = generator(posts, chosen, kind)
    ours, theirs = Called(), Called()
    _quick(kind)(made, ours)
    getattr(ArticlesGenerator, f"generate_{taxonomies.PLURALS[kind]}")(made, theirs)
    assert ours.calls == theirs.calls


@pytest.mark.parametrize("kind", taxonomies.KINDS)
@pytest.mark.parametrize("named", ["Term 0", "!"])
def test_an_address_that_is_taken_is_told_as_pelican_tells_it(
    kind: str, named: str, caplog: pytest.LogCaptureFixture
):
    said = []
    for write in (_quick(kind), getattr(ArticlesGenerator, f"generate_{taxonomies.PLURALS[kind]}")):
        made = generator([Post("one")], [{0}], kind)
        (term,) = made.tags
        term.name = named
        caplog.clear()
        LimitFilter._raised_messages = set()  # it says nothing twice, and only so much of a kind
        LimitFilter._group_count.clear()
        with caplog.at_level(logging.INFO, "pelican.generators"):
            try:
                write(made, Called(refused=term.save_as))
            except FileOverwriteFailedError as error:
                said.append((str(error), [r.getMessage() for r in caplog.records]))
            else:
                said.append(("", [r.getMessage() for r in caplog.records]))
    assert said[0] == said[1]
    assert any("page" in text for text in said[0][1])


@given(st.permutations(range(6)), st.sets(st.integers(0, 5)))
def test_posts_of_a_term_come_in_the_order_of_the_archives(order: list[int], chosen: set[int]):
    posts = [Post(str(n)) for n in range(6)]
    dates = [posts[n] for n in order]
    articles = [posts[n] for n in chosen]
    places = {mark(post): n for n, post in enumerate(dates)}
    assert _dated(articles, places) == [post for post in dates if post in articles]
    assert _dated([*articles, Post("elsewhere")], places) == _dated(articles, places)


POSTS = st.lists(
    st.builds(
        Post, st.sampled_from("abcdef"), st.sampled_from(["en", "de"]),
        translation=st.sampled_from(["false", "False", "true"]),
    ),
    max_size=6,
)  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@given(POSTS, st.sampled_from(["slug", "", None, "title"]))
def test_translations_are_found_as_pelican_finds_them(posts: list[Post], by: str | None):
    ours, theirs = copy.deepcopy(posts), copy.deepcopy(posts)
    found = translations._alone(ours, by, Ghosts())
    if found is None:
        return  # left to Pelican
    originals, others = process_translations(theirs, translation_id=by)
    assert (repr(found), others) == (repr(originals), [])
    assert [repr(p.translations) for p in ours] == [repr(p.translations) for p in theirs]
    assert repr(ours) == repr(theirs)  # both sort what they were given


def test_only_posts_that_are_alone_are_looked_at_quickly():
    alone = [Post("b"), Post("a")]
    assert repr(translations._alone(alone, "slug", Ghosts())) == "[a.en.md, b.en.md]"
    twice = [Post("a"), Post("a", "de")]
    assert translations._alone(twice, "slug", Ghosts()) is None
    assert translations._alone([Post("a", translation="true")], "slug", Ghosts()) is None
    assert translations._alone(alone, {"slug", "lang"}, Ghosts()) is None
