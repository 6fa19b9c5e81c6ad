"""Words of HTML, of titles, and how they are shortened."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.post.text import csp_hash, direction, plain, plain_title, shorten, title_html


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("a <em>b</em>c", "a bc"),
        ("<p>a</p><p>b</p>", "a b"),
        ("<p>One <b>t</b>wo</p><p>three<br>four</p>\n<!-- no -->", "One two three four"),
        ("<p class='calm'>Fish &amp; <em>chips</em>\n<br>now", "Fish & chips now"),
        ("5 &lt; 6 &amp;amp;", "5 < 6 &amp;"),
        ("a < b > c <3", "a < b > c <3"),
        (
            "When the INR is <2 or >4, who do you call?",
            "When the INR is <2 or >4, who do you call?",
        ),
        ("5 < 6, 7 > 2 and <em>so</em> on<br>", "5 < 6, 7 > 2 and so on"),
        ('note<sup id="fnref:1"><a href="#fn:1">1</a></sup>.', "note."),
        ("a\x1bb\n c<!-- d > e -->", "ab c"),
        ("x<!-- a > b -->y", "xy"),
        ("“x”&nbsp;y", "“x” y"),
        ('<a title="a > b" href="x">c</a>', "c"),
        ("<script>if (a < b) x()</script>a<style>b{}</style>", "a"),
        ('a<Video controls><source src="v.mp4">Your browser shows no film.</Video> b', "a b"),
        ("<audio src=a.mp3>No sound here.</audio><iframe src=x>No frame.</iframe>c", "c"),
        ("a & b", "a & b"),
        ("<custom-tag>a</custom-tag>b", "a b"),
    ],
)
def test_words_of_markup(markup: str, shown: str):
    assert plain(markup) == shown


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("150 × 10<sup>9</sup>/L", "150 × 10⁹/L"),
        ("10<sup>-6</sup> g", "10⁻⁶ g"),
        ("10<sup>−6</sup> g", "10^−6 g"),
        ("10<sup>6.5</sup> copies", "10^6.5 copies"),
        ("10<sup>9/L</sup>", "10^9/L"),
        ("2<sup>n</sup> doublings", "2^n doublings"),
        ("t<sub>1/2</sub>, C<sub>max</sub>, SpO<sub>2</sub>", "t1/2, Cmax, SpO₂"),
        ("1<sup>st</sup>, XX<sup>e</sup>", "1st, XXe"),
        ("5<sup>*</sup>", "5*"),
        ("Ca<sup>2+</sup>", "Ca²⁺"),
        ("<em>x</em><sup>2</sup>", "x²"),
        ("<sup>14</sup>C", "¹⁴C"),
        ("shown<sup>1</sup><sup>2</sup>", "shown¹ ²"),
        ("TM<sup>&trade;</sup>", "TM™"),
        ("a<sup><em>n</em></sup>", "a^n"),
    ],
)
def test_a_power_stays_a_power(markup: str, shown: str):
    assert plain(markup) == shown


@pytest.mark.parametrize(
    ("title", "words", "markup"),
    [
        ("Plain", "Plain", "Plain"),
        (
            "What the <details> element is",
            "What the <details> element is",
            "What the &lt;details&gt; element is",
        ),
        ("An <em>open</em> door", "An open door", "An <em>open</em> door"),
        ("The <em> element", "The <em> element", "The &lt;em&gt; element"),
        ("Close </em> it", "Close </em> it", "Close &lt;/em&gt; it"),
        ("<b><i>x</b></i>", "<i>x</i>", "<b>&lt;i&gt;x</b>&lt;/i&gt;"),
        ("INR <2 or >4 & so", "INR <2 or >4 & so", "INR &lt;2 or &gt;4 &amp; so"),
        ("Q&amp;A &eacute; &#65;", "Q&A é A", "Q&amp;A &eacute; &#65;"),
        ("one<br>two", "one two", "one<br>two"),
        ("10<sup>9</sup>/L", "10⁹/L", "10<sup>9</sup>/L"),
        (
            "<script>alert(1)</script>",
            "<script>alert(1)</script>",
            "&lt;script&gt;alert(1)&lt;/script&gt;",
        ),
        (
            "5 < 6 and <span lang='la'>per os</span>",
            "5 < 6 and per os",
            "5 &lt; 6 and <span lang='la'>per os</span>",
        ),
    ],
)
def test_a_title_keeps_its_words(title: str, words: str, markup: str):
    assert plain_title(title) == words
    assert title_html(title) == markup


@given(st.text("<>&;/abems \"'=!-", max_size=40))
def test_a_title_once_made_fit_stays_so(title: str):
    assert title_html(title_html(title)) == title_html(title)
    assert plain(title_html(title)) == plain_title(title)


@given(st.text("<>&;/abpr \"'=!-\n", max_size=60))
def test_words_are_one_line_without_blanks_at_the_ends(markup: str):
    assert plain(markup) == " ".join(plain(markup).split())


@given(st.text("ab ,.", max_size=60).map(plain), st.integers(5, 40))
def test_shortened_text_is_its_own_beginning(given: str, most: int):
    done = shorten(given, most)
    assert len(done) <= most
    assert done == given if len(given) <= most else given.startswith(done.removesuffix("…"))


@pytest.mark.parametrize(
    ("lang", "way"),
    [
        ("en", "ltr"),
        ("ar", "rtl"),
        ("he-IL", "rtl"),
        ("yi", "rtl"),
        ("az-Arab", "rtl"),
        ("ks-Latn-IN", "ltr"),
        ("fa_IR", "rtl"),
        ("", "ltr"),
        ("DE", "ltr"),
        ("ckb", "rtl"),
    ],
)
def test_direction_of_a_language(lang: str, way: str):
    assert direction(lang) == way


def test_a_policy_names_a_text_by_its_digest():
    # The example of https://www.w3.org/TR/CSP3/#external-hash
    assert csp_hash("alert('Hello, world.');") == (
        "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng="
    )


@pytest.mark.parametrize(
    "flood",
    ["<a", "<a '", "<sup>", "<!--", "<script", "<sup ", '<sup id="fnref', "<sub>1", "<em>", "&#"],
)
def test_a_flood_takes_time_in_proportion(flood: str):
    def cost(number: int) -> float:
        began = time.process_time()
        plain(flood * number + ">")
        title_html(flood * number + ">")
        return time.process_time() - began

    # Four times the text may take eight times as long, and never the sixteen of its square.
    assert cost(4_000) < 8 * max(cost(1_000), 0.05)
