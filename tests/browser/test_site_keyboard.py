"""The site without a mouse: every stop is seen, in reading order, and none holds the reader."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import KINDS, visit

pytestmark = pytest.mark.browser

# What a key press must reach: all that is pressed or scrolls, less what robots alone may see.
STOPS = """() => [...document.querySelectorAll(
    'a[href], button, input, select, textarea, summary, [tabindex="0"]')]
  .filter(e => e.tabIndex >= 0 && e.checkVisibility({visibilityProperty: true}))
  .map(e => [...document.querySelectorAll('*')].indexOf(e))"""
HERE = """() => {
  const e = document.activeElement, box = e.getBoundingClientRect(), style = getComputedStyle(e);
  const x = box.x + Math.min(box.width, 20) / 2, y = box.y + box.height / 2;
  const top = document.elementFromPoint(x, y);
  return {
    at: e === document.body ? -1 : [...document.querySelectorAll('*')].indexOf(e),
    what: e.outerHTML.slice(0, 90),
    ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    seen: box.y >= 0 && box.bottom <= innerHeight + 1 || box.height > innerHeight,
    covered: !(top && (e.contains(top) || top.contains(e))),
  };
}"""


def walk(page: Page, most: int) -> list[dict[str, Any]]:
    """Tab from the page's start until its end gives the keys back to the browser."""
    stops: list[dict[str, Any]] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        stop = page.evaluate(HERE)
        if stop["at"] == -1 or (stops and stop["at"] == stops[0]["at"]):
            return stops
        stops.append(stop)
    raise AssertionError(f"no end after {most} stops: {stops[-3:]}")


@pytest.fixture(scope="module")
def walked(window: BrowserContext) -> Iterator[Page]:
    """One page for all kinds."""
    found = window.new_page()
    yield found
    found.close()


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_can_be_pressed_is_reached_in_order_seen_and_left(
    walked: Page, site: str, kind: str
):
    visit(walked, site, kind)
    expected = walked.evaluate(STOPS)
    assert len(expected) > 8
    stops = walk(walked, len(expected) + 5)
    assert [stop["at"] for stop in stops] == expected
    for trouble in ("ring", "seen"):
        assert [s["what"] for s in stops if not s[trouble]] == [], trouble
    assert [s["what"] for s in stops if s["covered"]] == []


def test_the_skip_link_comes_first_and_passes_the_navigation(page: Page, site: str):
    visit(page, site, "article")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the text")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_footnote_is_gone_to_and_come_back_from(page: Page, site: str):
    visit(page, site, "article")
    call = page.locator(".footnote-ref").first
    note = page.locator(".footnote li").first
    call.focus()
    page.keyboard.press("Enter")
    expect(note).to_be_in_viewport()
    assert page.evaluate(
        "document.querySelector(':target') === document.querySelector('.footnote li')"
    )
    # The next stop after arriving is inside the note: its links, and at last the way back.
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.footnote li') !== null")
    note.locator(".footnote-backref").focus()
    page.keyboard.press("Enter")
    expect(call).to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(call).to_be_focused()


def test_copying_the_link_by_key_is_done_and_said(page: Page, site: str):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    visit(page, site, "article")
    copy = page.locator('[data-share="copy"]')
    said = page.get_by_role("status").filter(has_text="copied")
    expect(said).to_have_count(0)
    copy.focus()
    page.keyboard.press("Enter")
    expect(said).to_have_text("The address is copied.")
    address = page.locator("link[rel=canonical]").get_attribute("href")
    assert page.evaluate("navigator.clipboard.readText()") == address
    assert page.url == site + KINDS["article"]


def test_where_copying_is_forbidden_the_address_itself_is_said(new_page: Page, site: str):
    new_page.add_init_script(
        "navigator.clipboard.writeText = () => Promise.reject(new Error('no'))"
    )
    visit(new_page, site, "article")
    new_page.locator('[data-share="copy"]').click()
    address = new_page.locator("link[rel=canonical]").get_attribute("href")
    said = new_page.locator(".share").get_by_role("status")
    expect(said).to_contain_text(address or "no canonical address")
