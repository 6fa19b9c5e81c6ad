"""Bytes on the wire, and colours against each other, computed from the style sheet itself."""

from __future__ import annotations

import gzip
import itertools
import re
from pathlib import Path

import pytest

from tests.theme.conftest import Built

AAA = 7.0
GRAPHICAL = 3.0


@pytest.fixture(scope="module")
def css(root: Path) -> str:
    return (root / "theme/static/css/site.css").read_text(encoding="utf-8")


def squeezed(*parts: str) -> int:
    return sum(len(gzip.compress(part.encode(), 9, mtime=0)) for part in parts)


def palette(css: str, scheme: str) -> dict[str, str]:
    """The colours of one scheme: the first block of `:root`, or the one asked for by the system."""
    blocks = re.findall(r":root \{(.*?)\}", css, re.S)
    chosen = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", blocks[0]))
    if scheme == "dark":
        assert "prefers-color-scheme: dark" in css.split(":root", 2)[1]
        own = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", blocks[1]))
        assert own.keys() == chosen.keys(), "dark is a palette of its own"
        return own
    return chosen


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_of_contrast_is_right():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_passes_aaa_on_all_grounds(css: str, scheme: str):
    colours = palette(css, scheme)
    for text, ground in itertools.product(("ink", "quiet", "accent"), ("paper", "raised")):
        assert contrast(colours[text], colours[ground]) >= AAA, (text, ground)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_edges_of_what_can_be_pressed_are_seen(css: str, scheme: str):
    colours = palette(css, scheme)
    for ground in ("paper", "raised"):
        assert contrast(colours["edge"], colours[ground]) >= GRAPHICAL


def test_colours_are_written_nowhere_but_among_the_tokens_and_for_print(css: str):
    for part in ("base", "prose", "layout", "components"):
        layer = css.split(f"@layer {part} {{")[1].split("\n}\n")[0]
        assert not re.search(r"#[0-9a-f]{3,8}\b|rgb|hsl", layer), part


def test_the_page_says_the_paper_of_each_scheme_to_the_browser(css: str, stock: Built):
    said = stock.page("index.html").xpath("//meta[@name='theme-color']/@content")
    assert said == [palette(css, "light")["paper"], palette(css, "dark")["paper"]]


def test_the_style_sheet_is_small_and_in_layers(css: str):
    assert squeezed(css) < 6_000
    assert "@layer tokens, base, prose, layout, components, print;" in css
    assert "@import" not in css
    assert "url(" not in css


def test_nothing_in_the_style_sheet_leans_on_left_or_right(css: str):
    assert not re.search(r"(margin|padding|border)-(left|right)|text-align: (left|right)", css)
    assert not re.search(r"[{;]\s*(left|right|width|height)\s*:", css)


def test_print_wins_over_the_dark_and_shows_no_chrome(css: str):
    order = css.split("@layer ", 1)[1].split(";")[0].split(", ")
    assert order[-1] == "print"
    sheet = css.split("@media print {")[1]
    assert "--paper: #fff;" in sheet
    hidden = next(line for line in sheet.splitlines() if "display: none" in line)
    for part in ("nav", "footer.site", ".skip", ".share", ".signup"):
        assert part in hidden
    assert "attr(href)" in sheet
    assert "break-after: avoid" in sheet


def test_the_script_is_small_and_deferred_and_only_where_there_is_work_for_it(
    root: Path, either: Built
):
    assert (root / "theme/static/js/site.js").stat().st_size < 2_000
    shared = 0
    for name in either.names():
        page = either.page(name)
        script = page.xpath("//script[@src]")
        assert [s.get("src") for s in script] == (
            ["/theme/js/site.js"] if page.xpath("//*[@class='share']") else []
        ), name
        assert all("defer" in s.attrib for s in script)
        shared += len(script)
    assert shared == 8


def test_a_thousand_words_and_their_style_come_in_one_flight(either: Built, css: str):
    page = either.text("long/index.html")
    text = either.page("long/index.html").xpath("string(//div[@class='prose'])")
    assert len(text.split()) >= 1_000
    inside = either.page("long/index.html").xpath("//style")
    assert squeezed(page, *([] if inside else [css])) <= 14_000
