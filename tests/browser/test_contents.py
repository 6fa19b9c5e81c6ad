"""The table of contents of a long article: when it is shown, folded, and correct."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.serving import served
from tests.fakes.journal import build

pytestmark = pytest.mark.browser
PARTS = ["Why &amp; when", "The <em>first</em> hour", "A &lt;b&gt; plan", "Rest"]


def article(parts: list[str], words: int) -> str:
    """HTML with these headings, as Python-Markdown writes them, and about as many words."""
    text = "<p>" + "A quiet ward at night. " * (words // 5 // max(len(parts), 1)) + "</p>"
    return "".join(f'<h2 id="part-{n}">{part}</h2>{text}' for n, part in enumerate(parts)) or text


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    posts = [
        {"Title": "Long", "Slug": "long", "body": article(PARTS, 1_500)},
        {"Title": "Short", "Slug": "short", "body": article(PARTS, 500)},
        {"Title": "Whole", "Slug": "whole", "body": article(PARTS[:3], 1_500)},
    ]
    with served(build(tmp_path_factory.mktemp("contents"), posts)) as address:
        yield address


def test_a_long_article_of_parts_lists_them_folded(page: Page, site: str):
    page.goto(f"{site}/long/")
    contents = page.get_by_role("navigation", name="On this page")
    expect(contents.get_by_role("link")).to_have_count(0)
    contents.locator("summary").focus()
    page.keyboard.press("Enter")
    names = contents.get_by_role("link").all_inner_texts()
    assert names == ["Why & when", "The first hour", "A <b> plan", "Rest"]
    assert names == page.locator(".prose h2").all_inner_texts()
    for link in contents.get_by_role("link").all():
        box = link.bounding_box()
        assert box is not None
        assert box["height"] >= 44


def test_its_links_lead_to_the_parts_without_script(browser: Browser, site: str):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 700})
    page = context.new_page()
    page.goto(f"{site}/long/")
    page.locator(".toc summary").click()
    page.get_by_role("link", name="Rest").click()
    assert page.url.endswith("#part-3")
    expect(page.locator("#part-3")).to_be_in_viewport()
    context.close()


@pytest.mark.parametrize("slug", ["short", "whole"])
def test_what_is_short_or_of_few_parts_has_none(page: Page, site: str, slug: str):
    page.goto(f"{site}/{slug}/")
    expect(page.locator(".toc")).to_have_count(0)


def test_the_folded_list_leaves_the_text_high_on_the_page(page: Page, site: str):
    page.goto(f"{site}/long/")
    box = page.locator(".prose > *").first.bounding_box()
    assert box is not None
    assert box["y"] < 450


def test_reading_time_counts_the_words_of_the_text(page: Page, site: str):
    for slug, minutes in (("long", 7), ("short", 2)):
        page.goto(f"{site}/{slug}/")
        expect(page.locator("article header .meta")).to_contain_text(f"{minutes}-minute read")
