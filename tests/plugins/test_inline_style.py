"""The style sheet as a string: minified, with the same rules, and its digest in the policy."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import inline_style
import inline_style as plugin
import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser
from test_full_feeds_site import Built, Site

RULES = """async css => {
  const sheet = new CSSStyleSheet();
  return [...(await sheet.replace(css)).cssRules].map(rule => rule.cssText.replaceAll(", ", ","));
}"""
"""Of a custom property the browser keeps the very letters, its spaces too."""
PIECES = [
    "a", ".b", "#c", "*", ":is(i, b)", "::before", "[x = 'y  z']", " ", "  ", "\n", ">", " > ", "+",
    "~", ",", "{", "}", ";", ":", "color: red", "margin: 0 auto", "calc(1px + 2px)", "/**/",
    "/* ; } */", '"  { /* "', "'a\\' ;'", "url( x y )", "@media (min-width: 1px) {", "--x:  ;",
    "and", "(", ")", "!important", "</", "\\",
]  # fmt: skip


@pytest.mark.parametrize(
    ("css", "wanted"),
    [
        ("a {\n  color: red;\n  margin: 0 auto;\n}\n", "a{color:red;margin:0 auto}"),
        ("/* one */ a { } /* two */", "a{}"),
        ("a > b , c d { top: 0 }", "a>b,c d{top:0}"),
        ("a :is(b, c) { top: 0 }", "a :is(b,c){top:0}"),
        ("a:hover b { top: 0 }", "a:hover b{top:0}"),
        ("a { width: calc(1px + 2px) }", "a{width:calc(1px + 2px)}"),
        ('a::before { content: "x  /* y */ ; }" }', 'a::before{content:"x  /* y */ ; }"}'),
        ("a { content: 'it\\'s  ;' ; }", "a{content:'it\\'s  ;'}"),
        ("a { background: url( /x  y.png ) }", "a{background:url( /x  y.png )}"),
        ("a/* parts */.b{top:0}", "a/**/.b{top:0}"),
        ("a /* parts */ .b{top:0}", "a .b{top:0}"),
        (
            "@media (min-width: 1px) and (hover) { a { top: 0; } }",
            "@media (min-width:1px) and (hover){a{top:0}}",
        ),
        ("a { --x: ; --y: 1 }", "a{--x:;--y:1}"),
        ("a { top: 0 } /* not closed", "a{top:0}"),
        ("", ""),
    ],
)
def test_what_means_nothing_goes_and_the_rest_stays(css: str, wanted: str):
    assert inline_style.small(css) == wanted


def test_no_string_ends_the_element_it_stands_in():
    inside = inline_style.small("a::before { content: '</style><script>' }")
    assert "</" not in inside
    page = lxml.html.document_fromstring(f"<style>{inside}</style>")
    assert page.xpath("string(//style)") == inside
    assert not page.xpath("//script")


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_what_is_small_stays_as_it_is_and_is_never_larger(css: str):
    small = inline_style.small(css)
    assert "</" not in small
    assert len(small) <= len(css) + css.count("</")
    assert inline_style.small(small) == small


@pytest.mark.browser
def test_a_browser_reads_the_same_rules(browser: Browser, root: Path):
    page = browser.new_page()
    css = (root / "theme/static/css/site.css").read_text(encoding="utf-8")
    odd = """
      a :is(b, i) > c + d ~ e , f:not(:first-child) g { --x: 1 ; --empty: ; top: calc( 1px + 2px ) }
      @supports (display: grid) and (not (display: none)) { a { color: rgb(1 2 3 / 50%) } }
      @media screen and (width > 10rem) { p::after { content: "a  ;  }" ' /* b */ ' } }
      h1/**/.x { margin: -1px -2px ; } @layer a , b ; :root { font: 1em/1.5 "A  B" , serif }
    """
    for text in (css, odd):
        # Of a @supports condition too the browser keeps the very letters.
        wanted, found = (
            [rule.replace(": ", ":") for rule in page.evaluate(RULES, each)]
            for each in (text, inline_style.small(text))
        )
        assert len(wanted) >= 5
        assert found == wanted
    assert len(inline_style.small(css)) < len(css) * 0.9
    page.close()


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("a { top: 0 }", False),
        ("@import 'other.css';", True),
        ("a { background: url(x.png) }", True),
        ("a { background: url( '../x.png' ) }", True),
        ("a { background: url(/x.png) }", False),
        ('a { background: url("data:image/png;base64,AA") }', False),
        ("a { background: url(https://a.example/x.png) }", False),
        ("a { fill: url(#x) }", False),
    ],
)
def test_relative_addresses_of_a_sheet_are_found(css: str, expected: bool):
    assert inline_style.has_relative_addresses(inline_style.small(css)) is expected


# ---- a site


@pytest.fixture
def site(root: Path, tmp_path: Path) -> Site:
    made = Site(tmp_path)
    theme = tmp_path / "look"
    for name, text in {
        "templates/base.html": "<!doctype html><title>x</title><p>{{ inline_style_hash }}</p>"
        "<style>{{ inline_style }}</style>",
        "static/css/site.css": "\ufeffbody { color : red ; }\n/* gone */\n",
    }.items():
        (theme / name).parent.mkdir(parents=True, exist_ok=True)
        (theme / name).write_text(text, encoding="utf-8")
    for name in (
        "article",
        "index",
        "archives",
        "categories",
        "tags",
        "authors",
        "category",
        "author",
        "tag",
        "page",
    ):
        (theme / f"templates/{name}.html").write_text('{% extends "base.html" %}')
    made.settings |= {"THEME": str(theme), "PLUGINS": ["inline_style"]}
    made.post("first")
    return made


def shown(built: Built, name: str = "index.html") -> tuple[str, str]:
    page = lxml.html.document_fromstring(built.text(name))
    return page.xpath("string(//style)"), page.xpath("string(//p)")


def digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def test_every_page_gets_the_sheet_and_its_digest(site: Site):
    built = site.build()
    for file in built.output.rglob("*.html"):
        text, name = shown(built, file.relative_to(built.output).as_posix())
        assert text == "body{color :red}"
        assert name == digest(text)


def test_an_edit_needs_no_second_step(site: Site):
    before = shown(site.build())
    (site.root / "look/static/css/site.css").write_text("a { top: 0 }")
    after = shown(site.build())
    assert after == ("a{top:0}", digest("a{top:0}"))
    assert after[1] != before[1]


def test_another_file_can_be_named(site: Site):
    (site.root / "look/static/css/other.css").write_text("b { top: 0 }")
    assert shown(site.build(INLINE_STYLE="css/other.css"))[0] == "b{top:0}"


def test_of_two_static_folders_the_later_one_wins_as_in_the_output(site: Site):
    (site.root / "look/more/css").mkdir(parents=True)
    (site.root / "look/more/css/site.css").write_text("i { top: 0 }")
    built = site.build(THEME_STATIC_PATHS=["static", "more"])
    assert built.text("theme/css/site.css") == "i { top: 0 }"
    assert shown(built)[0] == "i{top:0}"


@pytest.mark.parametrize("text", [None, "@import 'x.css';", "a { background: url(x.png) }"])
def test_what_cannot_stand_in_a_page_is_linked_and_said(site: Site, text: str | None):
    file = site.root / "look/static/css/site.css"
    file.unlink()
    if text is not None:
        file.write_text(text)
    built = site.build()
    assert shown(built) == ("", "")
    said = re.sub(r"\s+", " ", built.log)
    assert "css/site.css" in said
    assert "link" in said


def test_it_leaves_written_pages_alone():
    assert plugin.INCREMENTAL is True
