"""Stable pagination: old pages stay, no post is lost or doubled, stock themes find their way."""

from __future__ import annotations

import posixpath
import types
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from pelican import paginator as stock
from pelican import writers
from pelican.paginator import PaginationRule
from stable_pagination import StablePage, StablePaginator, check, choose, older_pages
from test_full_feeds_site import Built, Site

SITEURL = "https://one.example/"
PRETTY = (
    (1, "{url}", "{save_as}"),
    (2, "{base_name}/page/{number}/", "{base_name}/page/{number}/index.html"),
)
PELICANS = (
    (1, "{name}{extension}", "{name}{extension}"),
    (2, "{name}{number}{extension}", "{name}{number}{extension}"),
)
ENDED = (*PRETTY, (-1, "{base_name}/oldest/", "{base_name}/oldest/index.html"))
STAGED = (*PRETTY, (4, "{base_name}/later/{number}/", "{base_name}/later/{number}/index.html"))
PATTERNS = [PRETTY, PELICANS, ENDED, STAGED]


def paged(count: int, size: int, orphans: int = 0, patterns: Any = PRETTY) -> StablePaginator:
    """The pages of the posts ``count - 1`` to 0, newest first."""
    settings = {
        "DEFAULT_ORPHANS": orphans,
        "PAGINATION_PATTERNS": sorted(PaginationRule(*rule) for rule in patterns),
    }
    return StablePaginator("x/index.html", "x/", list(range(count))[::-1], settings, size)


def pages(of: StablePaginator) -> list[StablePage]:
    return [of.page(number) for number in of.page_range]


def shown(of: StablePaginator) -> dict[str, tuple[Any, ...]]:
    """By file, what a template can print of a page that does not count all pages."""
    found = pages(of)
    near: list[StablePage | None] = [None, *found, None]
    return {
        page.save_as: (
            page.url,
            page.object_list,
            newer and newer.url,
            older and older.url,
        )
        for newer, page, older in zip(near, found, near[2:], strict=False)
    }


lists = st.tuples(st.integers(0, 60), st.integers(1, 7), st.integers(0, 12))
rules = st.sampled_from(PATTERNS)


# ---- laws


@given(lists, rules)
def test_every_post_is_on_exactly_one_page_and_in_order(given_list: Any, patterns: Any):
    count, size, orphans = given_list
    found = pages(paged(count, size, orphans, patterns))
    assert [post for page in found for post in page.object_list] == list(range(count))[::-1]
    assert all(len(page.object_list) == size for page in found[1:])


@given(lists, rules)
def test_addresses_and_files_are_unique(given_list: Any, patterns: Any):
    found = pages(paged(*given_list, patterns))
    assert len({page.url for page in found}) == len({page.save_as for page in found}) == len(found)


@given(lists, rules)
def test_a_newer_post_changes_the_first_page_and_once_in_a_while_two_more(
    given_list: Any, patterns: Any
):
    count, size, orphans = given_list
    before = shown(paged(count, size, orphans, patterns))
    after = shown(paged(count + 1, size, orphans, patterns))
    if patterns != ENDED:  # where a list of one page is the last page too, as in Pelican
        assert before.keys() <= after.keys()
    changed = {name for name in after if before.get(name) != after[name]}
    assert len(changed) <= (1 if len(before) == len(after) else 3)


@given(lists, st.integers(1, 40), rules)
def test_an_old_address_shows_the_same_posts_however_many_are_added(
    given_list: Any, added: int, patterns: Any
):
    count, size, orphans = given_list
    before = pages(paged(count, size, orphans, patterns))
    after = {page.url: page for page in pages(paged(count + added, size, orphans, patterns))}
    for page in before[1:]:
        assert after[page.url].object_list == page.object_list


@given(lists)
def test_the_first_page_is_never_nearly_empty_and_never_endless(given_list: Any):
    count, size, orphans = given_list
    least = orphans + 1 if orphans else size
    first = len(pages(paged(count, size, orphans))[0].object_list)
    assert first == count if count < least + size else least <= first < least + size


@given(lists)
def test_with_orphans_no_page_is_longer_or_shorter_than_in_pelican(given_list: Any):
    count, size, orphans = given_list
    orphans = orphans or 1
    ours = paged(count, size, orphans)
    theirs = stock.Paginator("x", "x", ours.object_list, ours.settings, size)
    assert ours.num_pages == theirs.num_pages
    sizes = [len(theirs.page(n).object_list) for n in theirs.page_range]
    assert [len(page.object_list) for page in pages(ours)] == sizes[::-1]


@given(lists)
def test_a_page_knows_its_place_as_pelicans_pages_do(given_list: Any):
    of = paged(*given_list)
    assert of.page_range == list(range(1, of.num_pages + 1))
    for page in pages(of):
        assert page.has_previous() == (page.number > 1)
        assert page.has_next() == (page.number < of.num_pages)
        assert of.page(page.number).url == page.url
        place = slice(max(0, page.start_index() - 1), page.end_index())
        assert of.object_list[place] == page.object_list
    assert pages(of)[-1].end_index() == of.count


@pytest.mark.parametrize(
    ("count", "size", "orphans", "expected"),
    [
        (0, 10, 0, 0),
        (10, 10, 0, 0),
        (19, 10, 0, 0),
        (20, 10, 0, 1),
        (29, 10, 0, 1),
        (30, 10, 0, 2),
        (13, 10, 2, 1),
        (12, 10, 2, 0),
        (3, 1, 0, 2),
        (0, 0, 0, 0),
        (5, 0, 0, 0),
    ],
)
def test_how_many_pages_lie_behind_the_first(count: int, size: int, orphans: int, expected: int):
    assert older_pages(count, size, orphans) == expected


def test_an_address_counts_from_the_oldest():
    found = pages(paged(10, 3))
    assert [page.url for page in found] == ["x/", "x/page/2/", "x/page/1/"]
    assert [page.number for page in found] == [1, 2, 3]
    assert [page.object_list for page in found] == [[9, 8, 7, 6], [5, 4, 3], [2, 1, 0]]


def test_a_rule_of_a_later_page_is_chosen_by_age_too():
    files = [page.save_as for page in pages(paged(20, 3, patterns=STAGED))]
    assert files == [
        "x/index.html",
        "x/later/5/index.html",
        "x/later/4/index.html",
        "x/later/3/index.html",
        "x/page/2/index.html",
        "x/page/1/index.html",
    ]


def test_a_list_without_pagination_is_one_page():
    settings = {"DEFAULT_ORPHANS": 4, "PAGINATION_PATTERNS": [PaginationRule(*PRETTY[0])]}
    of = StablePaginator("x.html", "x.html", [3, 2, 1], settings, None)
    assert of.num_pages == 1
    assert of.page(1).object_list == [3, 2, 1]


# ---- which sites


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("reversed-date", StablePaginator),
        ("reversed-modified", StablePaginator),
        ("date", stock.Paginator),
        ("basename", stock.Paginator),
        (len, stock.Paginator),
    ],
)
def test_only_lists_that_are_newest_first_are_counted_from_their_end(
    monkeypatch: pytest.MonkeyPatch, order: Any, expected: type
):
    monkeypatch.setattr(writers, "Paginator", StablePaginator)
    rule = [PaginationRule(*PRETTY[0])]
    settings = {"ARTICLE_ORDER_BY": order, "PAGINATION_PATTERNS": rule}
    choose(types.SimpleNamespace(settings=settings))
    assert writers.Paginator is expected


@pytest.mark.parametrize("pattern", ["{base_name}/{number}/", "{name}{number:02d}"])
def test_a_first_page_that_would_move_is_refused(pattern: str):
    with pytest.raises(ValueError, match=r"pattern from page 1 on, holds \{number\}"):
        check([PaginationRule(1, pattern, "index.html")])
    check([PaginationRule(*rule) for patterns in PATTERNS for rule in patterns])


# ---- sites


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    made.settings |= {
        "PLUGINS": ["stable_pagination"],
        "DEFAULT_PAGINATION": 3,
        "AUTHOR": "Ann",
        "CATEGORY_URL": "category/{slug}/",
        "CATEGORY_SAVE_AS": "category/{slug}/index.html",
        "TAG_URL": "tag/{slug}/",
        "TAG_SAVE_AS": "tag/{slug}/index.html",
        "AUTHOR_URL": "author/{slug}/",
        "AUTHOR_SAVE_AS": "author/{slug}/index.html",
        "PAGINATION_PATTERNS": PRETTY,
        "FEED_ALL_JSON": None,
        "CATEGORY_FEED_JSON": None,
    }
    for number in range(11):
        add(made, number)
    return made


def add(site: Site, number: int) -> None:
    site.post(
        f"post-{number:02d}",
        Date=f"2024-01-{number + 1:02d}",
        Category="Career",
        Tags="calm, even" if number % 2 == 0 else "calm",
    )


def list_pages(built: Built) -> dict[str, bytes]:
    files = [
        file
        for file in built.output.rglob("*.html")
        if "page" in file.parts
        or file.parent.parent.name in ("category", "tag", "author")
        or (file.parent == built.output and file.name == "index.html")
    ]
    return {file.relative_to(built.output).as_posix(): file.read_bytes() for file in files}


def titles(built: Built, name: str) -> list[str]:
    """The posts that the main part of a list page links to, in order, each once."""
    page = html.fromstring(built.text(name))
    links = [link.rsplit("/", 2)[-2] for link in page.xpath("//a/@href") if "/post-" in link]
    return list(dict.fromkeys(links))


def test_index_category_tag_and_author_lists_are_cut_alike(site: Site):
    built = site.build("--fatal", "warnings")
    assert (built.code, built.log) == (0, "")
    newest_first = [f"post-{number:02d}" for number in range(11)][::-1]
    for folder in ("", "category/career/", "tag/calm/", "author/ann/"):
        names = [f"{folder}{part}index.html" for part in ("", "page/2/", "page/1/")]
        cut = [titles(built, name) for name in names]
        assert cut == [newest_first[:5], newest_first[5:8], newest_first[8:]]
        assert not (built.output / folder / "page/3").exists()
    assert titles(built, "tag/even/page/1/index.html") == ["post-04", "post-02", "post-00"]
    assert titles(built, "tag/even/index.html") == ["post-10", "post-08", "post-06"]


def test_orphans_go_to_the_first_page(site: Site):
    built = site.build(DEFAULT_ORPHANS=1)
    assert titles(built, "index.html") == ["post-10", "post-09"]
    assert titles(built, "page/3/index.html") == ["post-08", "post-07", "post-06"]


def test_with_our_theme_a_new_post_leaves_old_pages_byte_for_byte(site: Site, root: Path):
    theme = {"THEME": str(root / "theme")}
    before = list_pages(site.build(**theme))
    for number, most in ((11, 3), (12, 1)):
        add(site, number)
        after = list_pages(site.build("--fatal", "warnings", **theme))
        assert before.keys() <= after.keys()
        for folder in ("", "category/career/", "tag/calm/", "author/ann/"):
            mine = {
                name
                for name in after
                if posixpath.dirname(name.split("page/")[0]) == folder.rstrip("/")
            }
            changed = {name for name in mine if before.get(name) != after[name]}
            assert f"{folder}index.html" in changed
            assert len(changed) <= most
            assert f"{folder}page/1/index.html" not in changed
        before = after


@pytest.mark.parametrize("theme", ["simple", "notmyidea"])
@pytest.mark.parametrize("patterns", [PRETTY, PELICANS])
def test_the_links_of_stock_themes_lead_somewhere(site: Site, theme: str, patterns: Any):
    built = site.build("--fatal", "warnings", THEME=theme, PAGINATION_PATTERNS=patterns)
    assert (built.code, built.log) == (0, "")
    walked, at = [], "index.html"
    while True:
        page = html.fromstring(built.text(at))
        for link in page.xpath("//a/@href[starts-with(., $site)]", site=SITEURL):
            file = built.output / link.removeprefix(SITEURL)
            assert file.is_file() or (file / "index.html").is_file(), (at, link)
        walked += [name for name in titles(built, at) if name not in walked]
        onward = page.xpath("//a[normalize-space() = '⟩']/@href")
        if not onward:
            break
        at = onward[0].removeprefix(SITEURL)
        at = at if at.endswith(".html") else f"{at}index.html"
    assert walked == [f"post-{number:02d}" for number in range(11)][::-1]
    words = " ".join(page.text_content().split())
    assert "Page 3 / 3" in words


def test_a_first_page_with_a_number_fails_in_one_line(site: Site):
    built = site.build(PAGINATION_PATTERNS=((1, "{base_name}/{number}/", "{number}.html"),))
    assert built.code != 0
    assert "PAGINATION_PATTERNS: '{base_name}/{number}/'" in built.log


def test_it_says_how_another_site_uses_it(root: Path):
    readme = (root / "plugins/stable_pagination/README.md").read_text(encoding="utf-8")
    assert "## Use in another site" in readme
    assert "DEFAULT_ORPHANS" in readme
