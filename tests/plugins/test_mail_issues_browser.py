"""The mail in a real browser: nothing sticks out and everything can be read, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from test_full_feeds_site import Site
from test_mail_issues_site import ALL, FACTS, MARKDOWN, THEME, png

pytestmark = pytest.mark.browser

AWKWARD = """
Opening with a_very_long_word_that_no_program_can_break_anywhere_at_all_because_it_has_no_space.

3. three
4. four

    - nested

        > deep with https://one.example/an/address/that/is/much/longer/than/any/line/of/a/phone

        | in | a | list |
        | -- | --: | --- |
        | interdisciplinary | 1,000,000 | pharmacokinetics |

```
def a_function(of_some_length): return "a line of code that is longer than any phone is wide"
```

| One | Two | Three | Four | Five | Six |
| --- | --- | --- | --- | --- | --- |
| interdisciplinary | pharmacovigilance | `a_long_name` | **bold** | 1,000,000 | last |

| Shift | Score | What was best | What was lost |
| --- | --- | --- | --- |
| Tue, open | 4 | Caught a doubled metoprolol | Label printer |

| Medicine | Dose | Most | Adjusted | Interactions |
| --- | --- | --- | --- | --- |
| Amoxicillin | three times daily, with food, for as long as it takes | 3 g | Yes | Methotrexate |

![A wide cup]({static}/images/cup.png) ![A small one]({static}/images/small.png)

<table><tr><td><img src="/images/cup.png" width="2000" height="500" alt="x"></td></tr></table>

<table><tr><th scope="row">Shelf</th><td>North</td></tr></table>

<figure><img src="/images/small.png" alt="x"><figcaption>A caption.</figcaption></figure>

Behind it.

Term
:   Definition[^1]

* * *

<mark>Marked</mark> and <kbd>Ctrl</kbd> and ~sub~.

[^1]: A note.
"""
# Each text's contrast with the first opaque ground behind it, by WCAG's formula.
CONTRAST = """() => {
  const light = c => { const [r, g, b] = c.match(/[\\d.]+/g).map(Number).map(v => {
    v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = e => { for (; e; e = e.parentElement) {
    const c = getComputedStyle(e).backgroundColor;
    if (!/, 0\\)$/.test(c)) return c; } return 'rgb(255, 255, 255)'; };
  const worst = [];
  for (const e of document.body.querySelectorAll('*')) {
    if (!e.checkVisibility() || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
      continue;
    const [a, b] = [light(getComputedStyle(e).color), light(ground(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 7) worst.push([e.tagName, ratio, e.textContent.slice(0, 30)]);
  }
  return worst; }"""
# Of an element with one text.
LINES = """e => { const text = document.createRange(); text.selectNodeContents(e);
  return text.getClientRects().length; }"""
SMALLEST = """() => Math.min(...[...document.body.querySelectorAll('*')]
  .filter(e => e.checkVisibility()
    && [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
  .map(e => parseFloat(getComputedStyle(e).fontSize)))"""


@pytest.fixture(scope="module", params=["theme", "simple"])
def mail(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mail of an awkward post: the theme's, and the plugin's plain one."""
    site = Site(tmp_path_factory.mktemp("mail"))
    site.settings |= {"PLUGINS": ALL, "AUTHOR": "Ann", "MARKDOWN": MARKDOWN}
    site.settings["THEME"] = THEME if request.param == "theme" else "simple"
    site.write("images/cup.png", png(1040, 260))
    site.write("images/small.png", png(40, 30))
    site.post("post", AWKWARD, **FACTS)
    assert site.build().code == 0
    return site.root / ".publish/issues/post/issue.html"


@pytest.fixture(scope="module")
def opened(browser: Browser, mail: Path) -> Iterator[Page]:
    """The mail, open in one page for all widths and schemes."""
    pictures = mail.parents[3] / "content"
    page = browser.new_page()
    # Served here: the addresses in the mail are the public site's.
    page.route(
        "**/*",
        lambda route: (
            route.fulfill(path=mail, content_type="text/html; charset=utf-8")
            if route.request.url.endswith("/mail")
            else route.fulfill(path=pictures / "images" / route.request.url.rsplit("/", 1)[1])
        ),
    )
    page.set_default_timeout(10_000)
    page.goto("https://one.example/mail")
    yield page
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 375, 600, 1200])
def test_nothing_sticks_out_and_all_can_be_read(opened: Page, width: int, scheme: Any):
    opened.set_viewport_size({"width": width, "height": 800})
    opened.emulate_media(color_scheme=scheme)
    assert opened.evaluate("[innerWidth, matchMedia('(prefers-color-scheme: dark)').matches]") == [
        width,
        scheme == "dark",
    ]
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.evaluate("[...document.images].every(i => i.complete && i.naturalWidth)")
    assert opened.evaluate(CONTRAST) == []
    assert opened.evaluate(SMALLEST) >= 13
    if width <= 375:
        body = opened.locator("td p:has-text('Opening')").first
        assert float(body.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")) >= 16
    assert opened.locator("th", has_text="Score").evaluate(LINES) == 1
    if width > 600 and opened.locator(".sheet").count():
        assert opened.locator("td", has_text="Amoxicillin").last.evaluate(LINES) == 1


@pytest.mark.parametrize("mail", ["theme"], indirect=True)
def test_a_caption_stands_apart_and_a_row_has_one_line_below(opened: Page):
    caption, behind = (
        opened.get_by_text(words, exact=True).bounding_box()
        for words in ("A caption.", "Behind it.")
    )
    assert caption
    assert behind
    assert behind["y"] - (caption["y"] + caption["height"]) >= 12
    lines = opened.evaluate("""() => [...document.querySelectorAll("[scope=row], [scope=row] + td")]
      .map(e => getComputedStyle(e)).map(s => s.borderBottomWidth + s.borderBottomColor)""")
    assert len(set(lines)) == 1


def test_without_any_style_it_is_still_an_ordered_document(browser: Browser, mail: Path):
    page = browser.new_page()
    try:
        page.route("**/*", lambda route: route.abort())
        page.set_content(mail.read_text(encoding="utf-8"))
        page.evaluate(
            "document.querySelectorAll('style').forEach(s => s.remove());"
            "document.querySelectorAll('[style]').forEach(e => e.removeAttribute('style'))"
        )
        values = page.evaluate("[...document.querySelectorAll('ol > li')].map(e => e.value)")
        assert values == [3, 4, 1]
        border = page.evaluate(
            "getComputedStyle(document.querySelector(\"table[border='1'] td\")).borderTopWidth"
        )
        assert border == "1px"
        assert page.locator("h1").count() == 1
        roles = page.locator("table:not([border='1'])")
        assert roles.count() == page.locator("table[role=presentation]").count()
    finally:
        page.close()
