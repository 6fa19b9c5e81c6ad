"""The cost of a visit and its limits: requests, bytes, layout shifts, foreign code, dead links."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import lxml.html
import pytest
from playwright.sync_api import BrowserContext, Page, Request

from tests.browser.conftest import KINDS, visit

pytestmark = pytest.mark.browser

FLIGHT = 14_000
"""Bytes that a fresh connection brings in its first round trip: ten packets, less their heads."""
PICTURE = re.compile(r"\.(avif|webp|jpe?g|png|svg|ico)$")
# Must run before the page's own content: shifts and refusals are told once.
LISTEN = """
  window.shift = 0; window.refused = [];
  new PerformanceObserver(list => list.getEntries().forEach(e => { window.shift += e.value }))
    .observe({type: 'layout-shift', buffered: true});
  document.addEventListener('securitypolicyviolation',
    e => window.refused.push(e.effectiveDirective));
"""


@pytest.fixture
def page(new_page: Page) -> Page:
    """Most tests here listen to it."""
    return new_page


@dataclass(frozen=True)
class Heard:
    """A page for all kinds, and what is asked and said in it."""

    page: Page
    asked: list[Request]
    said: list[str]


@pytest.fixture(scope="module")
def heard(window: BrowserContext) -> Heard:
    found = Heard(window.new_page(), [], [])
    found.page.on("request", lambda request: found.asked.append(request))
    found.page.on("console", lambda message: found.said.append(message.text))
    found.page.on("pageerror", lambda error: found.said.append(str(error)))
    found.page.add_init_script(LISTEN)
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_visit_asks_this_host_alone_little_and_in_silence(heard: Heard, site: str, kind: str):
    page, asked, said = heard.page, heard.asked, heard.said
    page.goto("about:blank")  # with what the last one still had to say
    asked.clear()
    said.clear()
    visit(page, site, kind)
    # To the very end and back, so that whatever waits for being seen has come.
    page.evaluate("""async () => {
      for (let y = 0; y < document.body.scrollHeight; y += innerHeight / 2) {
        scrollTo(0, y); await new Promise(requestAnimationFrame);
      }
      scrollTo(0, 0);
    }""")
    page.wait_for_load_state("networkidle")
    assert [r.url for r in asked if urlsplit(r.url).netloc != urlsplit(site).netloc] == []
    # The tab's icon is a picture too, and asked for by the browser's own frame.
    kinds = [r.resource_type for r in asked if not PICTURE.search(r.url)]
    # Beyond the page and its manifest: a script to share an article, another to find one.
    assert kinds.count("document") == 1
    assert len(kinds) <= (3 if kind in ("article", "archives") else 2), kinds
    assert "stylesheet" not in kinds
    if kind == "not found":
        said = [text for text in said if "404" not in text]  # the status itself
    assert said == []
    assert page.evaluate("[window.shift, window.refused]") == [0, []]


def test_no_page_needs_a_script_before_it_shows(built: Path):
    for file in sorted(built.rglob("*.html")):
        page = lxml.html.document_fromstring(file.read_bytes())
        for script in page.xpath("//script[not(@type='application/ld+json')]"):
            assert script.get("src"), file
            assert "defer" in script.attrib or script.get("type") == "module", file


def test_the_policy_refuses_whatever_is_not_this_hosts(page: Page, site: str):
    reached: list[str] = []
    page.route(
        "https://evil.example/**", lambda route: (reached.append(route.request.url), route.abort())
    )
    page.add_init_script(LISTEN)
    visit(page, site, "article")
    page.evaluate("""async () => {
      const add = (tag, more, inside = document.body) =>
        inside.append(Object.assign(document.createElement(tag), more));
      window.done = [];
      add('script', {textContent: 'window.done.push("inline")'});
      add('script', {src: 'https://evil.example/a.js'});
      add('img', {src: 'https://evil.example/a.png'});
      add('iframe', {src: 'https://evil.example/'});
      add('style', {textContent: 'body { --evil: 1 }'}, document.head);
      add('link', {rel: 'stylesheet', href: 'https://evil.example/a.css'}, document.head);
      add('base', {href: 'https://evil.example/'}, document.head);
      const pressed = document.createElement('button');
      pressed.setAttribute('onclick', 'window.done.push("handler")');
      document.body.append(pressed);
      pressed.click();
      await fetch('https://evil.example/data').catch(() => {});
      await new Promise(done => setTimeout(done, 200));
    }""")
    assert page.evaluate("window.done") == []
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--evil')") == ""
    assert page.evaluate("document.baseURI").startswith(site)
    assert reached == []
    refused = set(page.evaluate("window.refused"))
    assert {
        "script-src-elem",
        "script-src-attr",
        "img-src",
        "frame-src",
        "style-src-elem",
        "base-uri",
        "connect-src",
    } <= refused


def squeezed(file: Path) -> int:
    return len(gzip.compress(file.read_bytes(), 9, mtime=0))


def test_every_page_comes_in_one_flight_with_its_style(built: Path):
    heavy = {}
    for file in built.rglob("*.html"):
        linked = 'rel="stylesheet"' in file.read_text(encoding="utf-8")
        weight = squeezed(file) + (squeezed(built / "theme/css/site.css") if linked else 0)
        if weight > FLIGHT:
            heavy[file.relative_to(built).as_posix()] = weight
    assert heavy == {}


def test_the_style_inside_a_page_says_what_the_file_says(page: Page, site: str):
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    visit(page, site, "article")
    rules = """sheet => {
      // Of a custom property the browser keeps the very letters, its spaces too.
      return [...sheet.cssRules].map(rule => rule.cssText.replaceAll(", ", ","));
    }"""
    inside = page.evaluate(f"({rules})(document.styleSheets[0])")
    css = page.request.get(f"{site}/theme/css/site.css").text()
    file = page.evaluate(
        f"""async css => {{
      const sheet = new CSSStyleSheet();
      return ({rules})(await sheet.replace(css));
    }}""",
        css,
    )
    assert len(inside) > 6
    assert inside == file
    assert refused == []


def test_the_policy_refuses_the_style_if_one_letter_of_it_is_changed(page: Page, site: str):
    def changed(route: Any) -> None:
        answer = route.fetch()
        body = answer.text().replace("<style>", "<style> ", 1)
        route.fulfill(response=answer, body=body)

    page.route(f"{site}/subscribe/", changed)
    page.add_init_script(LISTEN)
    visit(page, site, "subscribe")
    assert "style-src-elem" in page.evaluate("window.refused")
    assert page.evaluate("document.styleSheets.length") == 0


def test_the_words_are_the_largest_paint_of_an_article_on_a_phone(page: Page, site: str):
    visit(page, site, "article")
    largest = page.evaluate("""() => new Promise(done => new PerformanceObserver(list => {
      const last = list.getEntries().at(-1);
      done([last.element.tagName, !!last.url]);
    }).observe({type: 'largest-contentful-paint', buffered: true}))""")
    assert largest == ["P", False]


class Site:
    """The files of a built site and where each of them leads."""

    def __init__(self, output: Path) -> None:
        self.output = output
        self.pages: dict[str, Any] = {
            "/" + file.relative_to(output).as_posix().removesuffix("index.html"): (
                lxml.html.document_fromstring(file.read_bytes())
            )
            for file in sorted(output.rglob("*.html"))
        }
        self.home = next(
            f"{parts.scheme}://{parts.netloc}"
            for link in self.pages["/"].xpath("//link[@rel='canonical']/@href")
            if (parts := urlsplit(link))
        )

    def links(self, at: str) -> list[str]:
        """All addresses of one page that lead into this site, absolute, with their fragments."""
        page = self.pages[at]
        found = [str(link) for link in page.xpath("//@href | //@src | //@poster | //@action")]
        for several in page.xpath("//@srcset"):
            found += [part.split()[0] for part in several.split(",") if part.strip()]
        found += [
            str(meta.get("content"))
            for meta in page.xpath("//meta[@property or @name]")
            if (meta.get("content") or "").startswith(self.home)
        ]
        whole = (urljoin(self.home + at, link) for link in found)
        return [link for link in whole if link.startswith(self.home + "/") or link == self.home]

    def leads(self, link: str) -> bool:
        """Whether a file, and the part of it that is named, is there."""
        parts = urlsplit(link)
        path = unquote(parts.path) or "/"
        if path in self.pages:
            name = unquote(parts.fragment)
            return not name or bool(self.pages[path].xpath("//*[@id = $name]", name=name))
        return not parts.fragment and (self.output / path.lstrip("/")).is_file()


def test_no_link_and_no_anchor_of_any_file_is_broken(built: Path):
    site = Site(built)
    checked = 0
    for at in site.pages:
        links = site.links(at)
        checked += len(links)
        assert [link for link in links if not site.leads(link)] == [], at
    assert checked > 1_000
    assert not site.leads(f"{site.home}/nowhere/")
    assert not site.leads(f"{site.home}/#no-such-part")
