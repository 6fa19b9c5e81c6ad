"""Blocks for one surface in a built site: what is for the mail is nowhere on the web."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_full_feeds_site import Site

BODY = """::: email-only
## Privatehead

Privateword *opens* the mail.[^p]
:::

Common words.

::: web-only
Publicword and [a link]({filename}/other.md).
:::

[^p]: Privatenote.
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    made.settings["PLUGINS"] = [
        "only_blocks",
        "post_identity",
        "multi_category",
        "share_links",
        "full_feeds",
    ]
    # An empty AUTHOR makes Pelican itself warn of an author without a slug.
    made.settings["AUTHOR"] = "Ann"
    made.post("other")
    return made


def everything(folder: Path) -> str:
    files = (f for f in folder.rglob("*") if f.is_file())
    return "\n".join(f.read_text(encoding="utf-8", errors="replace") for f in files)


@pytest.mark.parametrize("theme", ["simple", "notmyidea"])
def test_words_for_the_mail_are_nowhere_in_the_output(site: Site, theme: str):
    site.post("post", BODY)
    site.write("pages/about.md", f"Title: About\n\n{BODY}")
    built = site.build("--fatal", "warnings", THEME=theme)
    assert built.log == ""
    assert built.code == 0
    whole = everything(built.output)
    for word in ("Private", ":::", "only:email", "only:web"):
        assert word not in whole
    # The page, both pages' feeds and the summaries made of the body.
    assert "Publicword" in built.text("post/index.html")
    assert "Publicword" in built.text("pages/about.html")
    assert all("Publicword" in data.decode() for data in built.feeds().values() if b"post" in data)
    assert 'href="https://one.example/other/"' in built.text("post/index.html")


def test_a_block_that_is_not_closed_is_an_error_with_its_file(site: Site):
    site.post("post", "Common.\n\n::: email-only\nPrivateword.")
    built = site.build()
    assert "post.md: a ::: block is not closed — end it with a line of :::" in built.log
    assert "Privateword" not in everything(built.output)
    assert site.build("--fatal", "errors").code != 0


def test_words_for_the_mail_have_no_part_in_the_pages_digest(site: Site):
    templates = site.root / "show"
    templates.mkdir()
    show = "{{ article.page_digest }}"
    (templates / "article.html").write_text(show, encoding="utf-8")
    site.settings["THEME_TEMPLATES_OVERRIDES"] = ["show"]
    site.post("post", BODY)
    before = site.build().text("post/index.html")
    site.post("post", BODY.replace("opens", "closes"))
    assert site.build().text("post/index.html") == before
    site.post("post", BODY.replace("Publicword", "Otherword"))
    assert site.build().text("post/index.html") != before


def test_a_site_without_a_block_is_the_same_with_and_without_the_plugin(site: Site):
    site.post("post", "Words.[^1]\n\n[^1]: Note.", Modified="2024-05-02 10:00")
    plain, ours = site.build(PLUGINS=[]), site.build(PLUGINS=["only_blocks"])
    for file in plain.output.rglob("*.html"):
        name = str(file.relative_to(plain.output))
        assert ours.text(name) == plain.text(name), name


def test_a_content_cache_gives_the_same(site: Site):
    site.post("post", BODY)
    cached = {"CACHE_CONTENT": True, "LOAD_CONTENT_CACHE": True}
    first, second = site.build(**cached), site.build(**cached)
    assert first.text("post/index.html") == second.text("post/index.html")
    assert "Private" not in everything(second.output)
