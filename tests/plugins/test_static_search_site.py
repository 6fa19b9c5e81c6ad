"""The search index of whole sites: who is in it and who is not, and what a kept folder holds."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from static_search.files import BLOCK
from static_search.words import words
from test_full_feeds_site import Built, Site
from test_static_search import look_up

from tests.forked import run


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    made.settings |= {
        "AUTHOR": "Ann",
        "PLUGINS": ["static_search", "multi_category", "only_blocks"],
    }
    made.post(
        "night",
        "Lamps & *dinners*.",
        Title="Night Shifts <em>Now</em>",
        Category="Life, Sleep",
        Tags="calm",
        Date="2024-03-01",
        Summary="Seven nights.",
    )
    made.post("raise", "Ask for it.", Title="A Raise", Category="Money", Date="2024-02-01")
    return made


def read(built: Built) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted((built.output / "search").iterdir())}


def found(built: Built, word: str) -> list[str]:
    """Addresses of the posts that hold a word."""
    pages = read(built)
    block = json.loads(pages["index.json"])["block"]
    shown = [json.loads(pages[f"d-{n // block}.json"])[n % block] for n in look_up(pages, word)]
    return [one[0] for one in shown]


def test_a_post_is_found_by_its_title_text_summary_categories_tags_and_author(site: Site):
    built = site.build("--fatal", "warnings")
    assert (built.code, built.log) == (0, "")
    for word in ("now", "dinners", "seven", "sleep", "life", "calm"):
        assert found(built, word) == ["night-shifts-now/"]
    assert found(built, "ann") == ["a-raise/", "night-shifts-now/"]
    assert found(built, "em") == []
    assert json.loads(read(built)["d-0.json"])[1] == [
        "night-shifts-now/",
        "Night Shifts Now",
        "2024-03-01",
        "Fri 01 March 2024",
        ["Life", "Sleep"],
        "Seven nights.",
        "",
    ]


def test_not_a_word_of_what_is_not_public(site: Site):
    before = read(site.build())
    site.post("draft", "zebra", Title="Zebra", Tags="zebra", Status="draft")
    site.post("hidden", "zebra", Title="Zebra two", Status="hidden")
    site.post("skip", "zebra", Title="Zebra four", Status="skip")
    site.post("late", "zebra", Title="Zebra three", Date="2999-01-01", Author="Zebra")
    site.write("pages/zebra.md", "Title: Zebra\n\nzebra\n")
    built = site.build()
    assert built.code == 0
    assert read(built) == before


def test_what_only_the_mail_says_is_not_found(site: Site):
    site.post("both", "Web.\n\n::: email-only\nzebra\n:::\n\nMore.")
    built = site.build()
    assert found(built, "web") == ["both/"]
    assert not any(b"zebra" in data for data in read(built).values())


def test_a_translation_is_found_and_says_its_language(site: Site):
    site.post("nacht", "Schlaf.", Slug="night-shifts-now", Lang="de", Title="Nächte")
    built = site.build(ARTICLE_LANG_URL="{lang}/{slug}/", ARTICLE_LANG_SAVE_AS="{lang}/{slug}.html")
    assert found(built, "nachte") == ["de/night-shifts-now/"]
    assert b'"de"]' in read(built)["d-0.json"]


def test_the_same_content_gives_the_same_bytes_and_a_later_post_the_next_number(site: Site):
    first, again = read(site.build()), read(site.build())
    assert first == again
    site.post("third", "More.", Date="2024-05-01")
    after = read(site.build())
    assert look_up(after, "raise") == look_up(first, "raise")
    assert list(look_up(after, "third")) == [2]


def test_a_post_that_is_taken_back_leaves_nothing_in_a_folder_that_is_kept(site: Site):
    for number in range(BLOCK + 1):
        site.post(f"more-{number}", "ж" * 5 + " words", Date="2024-05-01")
    site.settings["OUTPUT_PATH"] = "kept"
    output = site.root / "kept" / "search"

    def build() -> None:
        site.build()
        assert run("pelican", ["content", "-q"], site.root).returncode == 0

    build()
    (output / "mine.json").write_text("{}")
    assert (output / "d-1.json").is_file()
    for number in range(BLOCK + 1):
        (site.root / "content" / f"more-{number}.md").unlink()
    build()
    assert {file.name for file in output.iterdir()} == {
        "index.json",
        "w-.json",
        "d-0.json",
        "mine.json",
    }
    assert "ж" not in "".join(file.read_text() for file in output.iterdir())


def test_a_folder_that_cannot_be_written_is_one_clear_line(site: Site):
    site.write("images/search", "a file where the folder should be")
    built = site.build(STATIC_PATHS=["images/search"], EXTRA_PATH_METADATA={})
    assert built.code == 0
    blocked = site.root / "blocked"
    blocked.mkdir()
    (blocked / "search").write_text("")
    done = run("pelican", ["content", "-o", "blocked", "--log-handler", "plain"], site.root)
    assert "blocked/search: the search index cannot be written (File exists)" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("theme", ["simple", "notmyidea"])
def test_stock_themes_do_not_mind(site: Site, theme: str):
    built = site.build("--fatal", "warnings", THEME=theme, PLUGINS=["static_search"])
    assert (built.code, built.log) == (0, "")
    assert found(built, "raise") == ["a-raise/"]


@pytest.mark.parametrize(
    ("plugins", "siteurl", "index"),
    [
        ([], "https://one.example", []),
        (["static_search"], "https://one.example", ["/search/"]),
        (["static_search"], "https://one.example/blog", ["/blog/search/"]),
        (["static_search"], "", ["/search/"]),
    ],
)
def test_our_theme_has_a_form_where_there_is_an_index_and_none_elsewhere(
    root: Path, site: Site, plugins: list[str], siteurl: str, index: list[str]
):
    built = site.build(THEME=str(root / "theme"), PLUGINS=plugins, SITEURL=siteurl)
    page = html.fromstring(built.text("archives.html"))
    assert page.xpath("//form[@role='search']/@data-index") == index
    assert len(page.xpath("//script[contains(@src, 'search.js')][@defer]")) == len(index)
    assert [field.get("name") for field in page.xpath("//form//input[@id='find']")] == ["q"] * len(
        index
    )
    assert len(page.xpath("//*[@id='shelf']//li")) == 2
    assert page.xpath("//form[@role='search']//label/@for") == ["find"] * len(index)
    assert "search.js" not in built.text("index.html") + built.text("night-shifts-now/index.html")


def test_the_blog_itself_is_found_by_every_word_of_its_titles(root: Path, site: Site):
    rng = random.Random(1)
    posts: list[dict[str, Any]] = []
    for file in sorted((root / "content" / "posts").glob("*.md")):
        text = file.read_text(encoding="utf-8")
        head = dict(re.findall(r"^(\w+): (.*)$", text.split("\n\n")[0], re.M))
        if head.get("Status") != "draft":
            site.post(
                file.stem, rng.choice(text.split("\n\n")[1:]), Title=head["Title"], Slug=file.stem
            )
            posts.append(head | {"Slug": file.stem})
    built = site.build()
    assert len(posts) > 5
    for head in posts:
        for word in words(head["Title"]):
            assert f"{head['Slug']}/" in found(built, word), word
