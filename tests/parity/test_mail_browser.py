"""The mails in a real browser: phone to column, light and dark, with and without their head."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page

from tests.parity.blog import SVG, Post

pytestmark = pytest.mark.browser
HEAD = re.compile(r"<style>.*?</style>", re.S)
LOOK = """() => ({
  wide: document.documentElement.scrollWidth,
  ground: getComputedStyle(document.querySelector('.sheet')).backgroundColor,
  size: parseFloat(getComputedStyle(document.querySelector('.body')).fontSize),
  broken: [...document.images].filter(i => !i.complete || !i.naturalWidth).length,
})"""
AWKWARD = ("nested-lists", "tables-in-lists", "raw-html", "right-to-left", "code", "links")


@pytest.fixture(scope="module")
def tabs(browser: Browser) -> dict[str, Page]:
    contexts = {s: browser.new_context(color_scheme=s) for s in ("light", "dark")}  # type: ignore[arg-type]
    yield {scheme: context.new_page() for scheme, context in contexts.items()}
    for context in contexts.values():
        context.close()


def look(page: Page, markup: str, width: int) -> dict[str, float | str]:
    page.unroute_all()
    # Every other address is the public site's, and here a picture.
    page.route("**/*", lambda route: route.fulfill(body=SVG, content_type="image/svg+xml"))
    page.set_viewport_size({"width": width, "height": 800})
    page.set_content(markup, wait_until="load")
    page.set_default_timeout(20_000)
    return page.evaluate(LOOK)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 375, 600])
def test_nothing_scrolls_sideways(
    posts: dict[str, Post], tabs: dict[str, Page], width: int, scheme: str
):
    for slug in (*AWKWARD, "letter"):
        seen = look(tabs[scheme], posts[slug].mail, width)
        assert seen["wide"] <= width, slug
        assert seen["size"] >= 16, slug
        assert seen["broken"] == 0, slug
        dark = sum(map(int, re.findall(r"\d+", str(seen["ground"]))[:3])) < 200
        assert dark == (scheme == "dark"), slug


@pytest.mark.parametrize("width", [320, 375, 600])
def test_a_program_that_drops_the_head_shows_the_same_column(
    posts: dict[str, Post], tabs: dict[str, Page], width: int
):
    for slug in (*AWKWARD, "letter"):
        bare, dropped = HEAD.subn("", posts[slug].mail)
        assert dropped == 2
        seen = look(tabs["dark"], bare, width)
        assert seen["wide"] <= width, slug
        assert seen["ground"] == "rgb(255, 253, 249)", slug
