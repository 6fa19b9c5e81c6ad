"""What machines read in the head of a page: share tags, a list's neighbours, icons, rel=me."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image

from tests.theme.conftest import SITE, Built
from tests.theme.test_pages import KINDS

SHARED = [kind for kind in KINDS if kind != "404.html"]
MANY = {"article:tag", "article:author"}


def share_tags(built: Built, name: str) -> dict[str, list[str]]:
    """Open Graph and Twitter tags, by name."""
    found: dict[str, list[str]] = {}
    for meta in built.page(name).xpath("//head/meta[@property or starts-with(@name, 'twitter:')]"):
        found.setdefault(meta.get("property") or meta.get("name"), []).append(meta.get("content"))
    return found


@pytest.mark.parametrize("name", SHARED)
def test_what_open_graph_requires_is_there_once_and_says_something(either: Built, name: str):
    tags = share_tags(either, name)
    assert {"og:title", "og:type", "og:image", "og:url", "og:site_name", "twitter:card"} <= set(
        tags
    )
    assert tags["og:type"] == ["article" if name == "full/index.html" else "website"]
    assert [tag for tag, values in tags.items() if len(values) > 1 and tag not in MANY] == []
    for values in tags.values():
        assert all(value == value.strip() != "" for value in values)
    assert tags["og:locale"] == ["en_US"]
    (picture,) = tags["og:image"]
    assert picture.startswith(f"{SITE}/")
    assert tags["og:image:alt"]


def test_a_page_without_a_picture_shows_the_sites_icon_at_its_true_size(either: Built):
    tags = share_tags(either, "about/index.html")
    file = either.output / urlsplit(tags["og:image"][0]).path.lstrip("/")
    with Image.open(file) as image:
        assert tags["og:image:width"] == [str(image.width)]
        assert tags["og:image:height"] == [str(image.height)]
    assert tags["og:image:alt"] == ["Salt & Pepper"]
    assert tags["twitter:card"] == ["summary"]


def test_a_page_without_a_card_of_its_own_shows_the_sites(ours: Built, build: Any):
    assert "/theme/img/" in share_tags(ours, "about/index.html")["og:image"][0]
    built = build(PLUGINS=["post_cards"])
    tags = share_tags(built, "about/index.html")
    file = built.output / urlsplit(tags["og:image"][0]).path.lstrip("/")
    with Image.open(file) as image:
        assert tags["og:image:width"] == [str(image.width)]
        assert tags["og:image:height"] == [str(image.height)]
    assert tags["og:image:alt"] == ["One promise, kept"]
    own = share_tags(built, "full/index.html")
    assert own["og:image"] != tags["og:image"]
    assert own["twitter:image:alt"] == own["og:image:alt"] == ['Salt & "Pepper" now']


def test_an_article_says_when_where_by_whom_and_about_what(ours: Built, stock: Built):
    tags = share_tags(ours, "full/index.html")
    assert tags["article:published_time"] == ["2026-03-11T10:00:00-04:00"]
    assert tags["article:modified_time"] == ["2026-04-01T00:00:00-04:00"]
    assert tags["article:section"] == ["Career"]
    assert tags["article:tag"] == ["calm", "care"]
    assert tags["article:author"] == [f"{SITE}/author/ann-lee/", f"{SITE}/author/bo-day/"]
    page = ours.page("full/index.html")
    assert page.xpath("//meta[@name='author']/@content") == ["Ann Lee", "Bo Day"]
    assert share_tags(stock, "full/index.html")["twitter:image:alt"] == ['A "quiet" counter']
    bare = share_tags(stock, "plain/index.html")
    assert not {"article:tag", "article:author", "article:modified_time"} & set(bare)
    assert not stock.page("plain/index.html").xpath("//meta[@name='author']")


def test_no_page_of_articles_is_taken_for_an_article(either: Built):
    for name in SHARED:
        if name != "full/index.html":
            assert not [tag for tag in share_tags(either, name) if tag.startswith("article:")], name


def test_a_locale_is_reported_where_the_language_shows_it(either: Built, build: Any):
    assert "og:locale" not in share_tags(either, "rtl/index.html")
    built = build(DEFAULT_LANG="pt-br")
    assert share_tags(built, "plain/index.html")["og:locale"] == ["pt_BR"]


def test_a_page_that_is_not_there_is_neither_shared_nor_canonical(either: Built):
    assert not [tag for tag in share_tags(either, "404.html") if tag.startswith("og:")]
    assert not either.page("404.html").xpath("//link[@rel='canonical']")


def test_the_pages_of_a_list_name_the_ones_beside_them(either: Built):
    def beside(name: str) -> dict[str, str]:
        links = either.page(name).xpath("//head/link[@rel='prev' or @rel='next']")
        assert max(Counter(link.get("rel") for link in links).values(), default=1) == 1
        return {link.get("rel"): link.get("href") for link in links}

    assert beside("index.html") == {"next": "/index2.html"}
    assert beside("index2.html") == {"prev": "/"}
    for name in ("full/index.html", "about/index.html", "archives/index.html", "404.html"):
        assert beside(name) == {}


def test_the_icons_are_files_of_the_sizes_they_are_said_to_have(either: Built):
    for name in KINDS:
        icons = either.page(name).xpath("//link[@rel='icon' or @rel='apple-touch-icon']")
        assert [urlsplit(icon.get("href")).path.rsplit("/", 1)[1] for icon in icons] == [
            "favicon.ico",
            "icon.svg",
            "apple-touch-icon.png",
        ]
    for icon in icons:
        assert (either.output / icon.get("href").lstrip("/")).is_file()
    with Image.open(either.output / icons[0].get("href").lstrip("/")) as image:
        sizes = {f"{width}x{height}" for width, height in image.info["sizes"]}
    assert set(icons[0].get("sizes").split()) == sizes


def test_what_only_plugins_give_is_absent_without_them(stock: Built):
    for name in KINDS:
        page = stock.page(name)
        assert not page.xpath("//link[@rel='manifest'] | //script[@type='application/ld+json']")


def test_the_sites_other_places_are_named_as_its_own(build: Any, stock: Built):
    assert not stock.page("index.html").xpath("//*[@rel='me']")
    us = "https://social.example/@us?a=1&b=2"
    page = build(SOCIAL=[("Mastodon & more", us), ("Mail", "mailto:us@journal.example")])
    links = page.page("full/index.html").xpath("//footer//a[@rel='me']")
    assert [(link.text, link.get("href")) for link in links] == [
        ("Mastodon & more", us),
        ("Mail", "mailto:us@journal.example"),
    ]


def test_a_site_without_an_address_shares_nothing_it_cannot_name(build: Any):
    tags = share_tags(build(SITEURL=""), "full/index.html")
    assert not {"og:image", "og:url", "article:author"} & set(tags)
    assert tags["article:tag"] == ["calm", "care"]
