"""What a reader gets of it, in a real Chromium: room, size, keys, and links that copy."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.serving import served
from tests.theme.conftest import SITE, Built
from tests.theme.measure import measure

pytestmark = pytest.mark.browser

# Pixels between the window's side and the first figure of each item's number.
FREE = """() => [...document.querySelectorAll('.prose ol > li')].map(item => {
  const of = getComputedStyle(item, '::marker'), at = document.body.appendChild(
    document.createElement('span'));
  at.style.cssText = 'position: absolute; white-space: pre';
  for (const name of ['fontFamily', 'fontSize', 'fontWeight', 'fontVariantNumeric'])
    at.style[name] = of[name];
  at.textContent = item.value + '. ';
  const wide = at.getBoundingClientRect().width;
  at.remove();
  return item.getBoundingClientRect().left - wide; })"""


@pytest.fixture(scope="module")
def facts(browser: Browser, ours: Built) -> dict[str, Any]:
    """See :mod:`tests.theme.measure`."""
    with served(ours.output) as site:
        return measure(browser, site)


def test_nothing_scrolls_sideways_down_to_320_pixels(facts: dict[str, Any]):
    assert facts["widths"]["sideways"] == []


def test_all_that_is_pressed_has_room_for_a_thumb(facts: dict[str, Any]):
    assert facts["widths"]["small"] == []


@pytest.mark.parametrize(("width", "least", "most"), [("1280", 60, 75), ("390", 36, 50)])
def test_a_line_is_as_long_as_one_reads_with_ease(
    facts: dict[str, Any], width: str, least: int, most: int
):
    assert least <= facts["widths"]["letters"][width] <= most


def test_a_heading_of_any_level_is_no_smaller_than_the_text(facts: dict[str, Any]):
    assert facts["widths"]["low headings"] == [True, True, True]


def test_the_text_begins_high_on_the_page(facts: dict[str, Any]):
    assert facts["widths"]["first words"] < 450


def test_the_skip_link_is_the_first_stop_is_seen_and_leads_to_the_text(facts: dict[str, Any]):
    assert facts["keys"] == ["skip", True, "MAIN"]


def test_copying_the_link_is_done_and_said(facts: dict[str, Any]):
    assert facts["sharing"]["said"] == "The address is copied."
    assert facts["sharing"]["copied"] == f"{SITE}/full/"


def test_the_share_sheet_is_offered_where_there_is_one(facts: dict[str, Any]):
    assert facts["sharing"]["shared"] == {"title": 'Salt & "Pepper" now', "url": f"{SITE}/full/"}


def test_without_script_the_links_are_links_and_the_trap_is_for_robots_alone(
    facts: dict[str, Any],
):
    assert facts["plain"]["copy"] == f"{SITE}/full/"
    assert facts["plain"]["fields"] == 1


def test_paper_is_white_even_in_the_dark_and_carries_no_chrome(facts: dict[str, Any]):
    assert facts["plain"]["paper"] == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
    assert facts["plain"]["chrome"] == []
    assert facts["plain"]["address"] is True
    assert facts["plain"]["folded"] is True, "what a reader has not opened is on paper too"


def test_the_console_is_silent_and_no_other_host_is_asked(facts: dict[str, Any]):
    assert facts["console"] == []
    assert facts["elsewhere"] == []


def test_lists_have_room_for_numbers_and_words_and_rows_one_line(browser: Browser, ours: Built):
    page = browser.new_page(viewport={"width": 320, "height": 700})
    with served(ours.output) as site:
        page.goto(f"{site}/old/")
        for size in ("100%", "225%"):
            page.evaluate("size => document.documentElement.style.fontSize = size", size)
            assert min(page.evaluate(FREE)) >= 0
            assert page.evaluate("document.documentElement.scrollWidth") == 320
        lines = page.evaluate("""() => [...document.querySelectorAll(".prose th, .prose td")]
          .map(e => [getComputedStyle(e).borderBottomColor, e.getBoundingClientRect().bottom])""")
        assert lines[0] == lines[1], "the heading of a row has the line of its row"
        # On paper, which does not scroll.
        page.evaluate("document.documentElement.style.fontSize = ''")
        page.emulate_media(media="print")
        page.set_viewport_size({"width": 640, "height": 900})
        assert min(page.evaluate(FREE)) >= 0
        assert page.evaluate("document.documentElement.scrollWidth") == 640
    page.close()
