"""The same pages on paper, in forced colours, on the narrowest screen, in letters twice as big."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import KINDS, visit

pytestmark = pytest.mark.browser

# What stands out of the page at its end side, and is not inside something that scrolls by itself.
WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll('body *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
    .map(e => e.outerHTML.slice(0, 100)).concat('the page scrolls sideways')"""
# Text that its own box cuts off, which is worse than scrolling: it cannot be read at all.
CUT = """() => [...document.querySelectorAll('main *, header *, footer *')]
  .filter(e => !e.closest('.trap, .skip') && e.checkVisibility())
  .filter(e => getComputedStyle(e).overflowX === 'hidden' && e.scrollWidth > e.clientWidth + 1)
  .map(e => e.outerHTML.slice(0, 100))"""
ADDRESSES = """() => [...document.querySelectorAll('.prose a[href^="http"], .prose a[href^="/"]')]
  .map(a => [a.getAttribute('href'), getComputedStyle(a, '::after').content])"""
CHROME = (
    "body > header nav",
    "body > footer",
    ".skip",
    ".share",
    ".signup",
    ".toc",
    ".related",
    ".neighbours",
    ".pager",
    "form",
    "button",
)


@pytest.fixture(scope="module")
def sheet(browser: Browser) -> Iterator[Page]:
    """A page of a reader whose system is dark."""
    context = browser.new_context(color_scheme="dark", viewport={"width": 800, "height": 1000})
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


def inks(pdf: bytes) -> set[tuple[float, ...]]:
    """Every colour that fills anything in the document: letters and grounds."""
    found: set[tuple[float, ...]] = set()
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S):
        try:
            drawn = zlib.decompressobj().decompress(stream)
        except zlib.error:
            continue  # a picture in its own coding
        for colour in re.findall(rb"(?:^|\s)([\d.]+) ([\d.]+) ([\d.]+) rg\b", drawn):
            found.add(tuple(float(channel) for channel in colour))
    return found


def test_an_article_prints_black_on_white_though_the_screen_is_dark(sheet: Page, site: str):
    visit(sheet, site, "article")
    pdf = sheet.pdf(format="A4", print_background=True)
    assert pdf.startswith(b"%PDF-")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 6
    found = inks(pdf)
    assert (0.0, 0.0, 0.0) in found
    # Black, white and the greys of hairlines: no palette of the screen, light or dark.
    assert {colour for colour in found if max(colour) - min(colour) > 0.02} == set()
    # The links of the text still lead somewhere from the file.
    assert b"/URI" in pdf


@pytest.mark.parametrize("kind", KINDS)
def test_paper_carries_the_text_and_no_chrome(sheet: Page, site: str, kind: str):
    visit(sheet, site, kind)
    sheet.emulate_media(media="print", color_scheme="dark")
    try:
        assert sheet.locator("h1").is_visible()
        for part in CHROME:
            for found in sheet.locator(part).all():
                assert not found.is_visible(), part
    finally:
        sheet.emulate_media(media="screen", color_scheme="dark")


def test_paper_says_where_the_links_of_the_text_lead(sheet: Page, site: str):
    visit(sheet, site, "article")
    assert {shown for _, shown in sheet.evaluate(ADDRESSES)} == {"none"}
    sheet.emulate_media(media="print")
    printed = sheet.evaluate(ADDRESSES)
    assert printed
    for address, shown in printed:
        assert address in shown
    canonical = sheet.locator("link[rel=canonical]").get_attribute("href")
    assert sheet.locator(".permalink").inner_text() == canonical
    sheet.emulate_media(media="screen")


@pytest.fixture(scope="module")
def forced(browser: Browser) -> Iterator[Page]:
    """A page of a reader whose system sets the colours."""
    context = browser.new_context(forced_colors="active", viewport={"width": 390, "height": 844})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("kind", ["home", "article", "archives", "subscribe"])
def test_forced_colours_keep_every_edge_and_every_ring(forced: Page, site: str, kind: str):
    page = forced
    visit(page, site, kind)
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    # What is pressed or filled in has an edge; grounds and shadows are gone in this mode.
    bare = page.evaluate("""() => [...document.querySelectorAll('button, input, .share a, .signup')]
      .filter(e => !e.closest('.trap') && e.checkVisibility())
      .filter(e => { const s = getComputedStyle(e);
        return s.borderTopStyle === 'none' || parseFloat(s.borderTopWidth) < 1 ||
          s.borderTopColor === s.backgroundColor })
      .map(e => e.outerHTML.slice(0, 100))""")
    assert bare == []
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    # A link in running text is known by more than its colour.
    lines = page.evaluate("""() => [...document.querySelectorAll('.prose p a')]
      .filter(e => !e.closest('sup, .footnote'))
      .map(e => getComputedStyle(e).textDecorationLine)""")
    assert set(lines) <= {"underline"}


def test_nothing_scrolls_sideways_and_nothing_is_cut(page: Page, site: str):
    for kind in KINDS:
        visit(page, site, kind)
        for width in (320, 640):
            page.set_viewport_size({"width": width, "height": 700})
            assert (page.evaluate(WIDE), page.evaluate(CUT)) == ([], []), (kind, width)
            # Twice as big letters in the same window: what a reader sets in the browser's options.
            page.evaluate("""() => { const root = document.documentElement;
              root.style.fontSize = 2 * parseFloat(getComputedStyle(root).fontSize) + 'px' }""")
            assert (page.evaluate(WIDE), page.evaluate(CUT)) == ([], []), (kind, width, "200 %")
            page.evaluate("document.documentElement.style.removeProperty('font-size')")


def test_a_word_that_is_longer_than_the_screen_is_broken(page: Page, site: str):
    for kind in KINDS:
        visit(page, site, kind)
        page.set_viewport_size({"width": 320, "height": 700})
        page.evaluate("""() => document.querySelectorAll(
          "main :is(h1, h2, h3, p, .lines a, .neighbours a)").forEach(
          e => { if (!e.childElementCount) e.textContent = "Donaudampfschifffahrt".repeat(3) })""")
        assert page.evaluate(WIDE) == [], kind


def test_code_is_read_from_the_left_in_a_text_read_from_the_right(page: Page, site: str):
    visit(page, site, "article")
    assert (
        page.evaluate("""() => { document.documentElement.dir = 'rtl';
      const code = document.querySelector('.prose p').appendChild(document.createElement('code'));
      return getComputedStyle(code).direction }""")
        == "ltr"
    )
