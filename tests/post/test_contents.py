"""Lists of Pelican's generators: the names are Pelican's own, and none is left out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from pelican.generators import ArticlesGenerator, PagesGenerator
from pelican.settings import DEFAULT_CONFIG

from publish.post.contents import DRAFTS, PUBLIC, categories_of, contents, digest_of


def lists_of(kind: type) -> set[str]:
    """The lists of articles or pages that a new generator of Pelican's has."""
    settings = {**DEFAULT_CONFIG, "PATH": ".", "THEME": "simple"}
    made = kind({}, settings, ".", "simple", "output")
    return {
        name
        for name, value in vars(made).items()
        if value == [] and name not in ("authors", "categories", "related_posts")
    }


def test_the_lists_are_those_of_pelicans_generators():
    assert lists_of(ArticlesGenerator) | lists_of(PagesGenerator) == {*PUBLIC, *DRAFTS}


def site() -> list[Any]:
    articles = SimpleNamespace(
        articles=["a"],
        translations=["t"],
        hidden_articles=["h"],
        hidden_translations=["ht"],
        drafts=["d"],
        drafts_translations=["dt"],
    )
    pages = SimpleNamespace(pages=["p"], translations=[], hidden_pages=["hp"], draft_pages=["dp"])
    return [articles, pages, SimpleNamespace(staticfiles=["s"])]


def test_all_contents_are_found_and_of_the_public_ones_no_draft():
    everything = ["t", "a", "ht", "h", "p", "hp", "d", "dt", "dp"]
    assert list(contents(site())) == everything
    assert list(contents(site(), public=True)) == everything[:6]


def test_generators_may_be_any_iterable():
    assert list(contents(iter(site()))) == list(contents(site()))


def test_the_categories_of_a_post_are_several_or_one_and_a_page_has_none():
    a, b = SimpleNamespace(name="a"), SimpleNamespace(name="b")
    assert categories_of(SimpleNamespace(category=a, categories=[a, b])) == [a, b]
    assert categories_of(SimpleNamespace(category=a, categories=[])) == [a]
    assert categories_of(SimpleNamespace(category=a)) == [a]
    # Of a header's line, which stock Pelican makes an attribute.
    assert categories_of(SimpleNamespace(category=a, categories="a, b")) == [a]
    assert categories_of(SimpleNamespace(category=a, categories=["a", "b"])) == [a]
    assert categories_of(SimpleNamespace()) == []


def test_a_text_has_one_digest_and_another_text_another():
    assert digest_of("one") == digest_of("on" + "e")
    assert len({digest_of(text) for text in ("", "one", "ONE", "\udcff")}) == 4
