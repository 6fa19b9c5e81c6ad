"""Addresses: absolute in markup, old ones, one spelling, this machine's."""

from __future__ import annotations

import contextlib
from urllib.parse import urlsplit

import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.post.aliases import parse_alias
from publish.post.frontmatter import names
from publish.post.text import clean
from publish.post.urls import (
    absolute,
    is_address,
    is_loopback,
    is_private,
    join,
    names_server,
    normal,
    tracking_keys,
    without_tracking,
)

BASE = "https://a.example/post/"


@pytest.mark.parametrize(
    ("markup", "wanted"),
    [
        ('<a href="/x">', '<a href="https://a.example/x">'),
        ("<a href='x'>", f'<a href="{BASE}x">'),
        ("<a href=x>", f'<a href="{BASE}x">'),
        ("<A HREF = x >", f'<A HREF="{BASE}x" >'),
        ('<a href="#fn:1">', f'<a href="{BASE}#fn:1">'),
        ('<a href="//b.example/x">', '<a href="https://b.example/x">'),
        ('<a href="?a=1&amp;b=2">', f'<a href="{BASE}?a=1&amp;b=2">'),
        ('<img src="a.png"/>', f'<img src="{BASE}a.png"/>'),
        ('<a\n  class="b"\n  href="x"\n>', f'<a\n  class="b"\n  href="{BASE}x"\n>'),
        (
            "<img alt=\"src='no' > here\" src=a.png>",
            f'<img alt="src=\'no\' > here" src="{BASE}a.png">',
        ),
        ('<img srcset="a.png, b.png 2x">', f'<img srcset="{BASE}a.png, {BASE}b.png 2x">'),
        ('<img srcset="a,b.png 1x,c.png 2x">', f'<img srcset="{BASE}a,b.png 1x,{BASE}c.png 2x">'),
        ('<q cite="x"><object data="y">', f'<q cite="{BASE}x"><object data="{BASE}y">'),
        ("é\n<p>\n<b>\r\n<i><a href=x>", f'é\n<p>\n<b>\r\n<i><a href="{BASE}x">'),
    ],
)
def test_addresses_become_absolute_and_nothing_else_changes(markup: str, wanted: str):
    assert absolute(markup, BASE) == wanted


@pytest.mark.parametrize(
    "markup",
    [
        "",
        "plain < words & more",
        '<a href="https://b.example/?a&b">x</a>',
        '<a href="mailto:a@b.example">x</a><a href="tel:+1">y</a><img src="">',
        '<img src="data:image/png;base64,iVBO=" srcset="data:image/png;base64,iVBO= 2x">',
        '<a href="http://[bad">x</a>',
        '<script>if (a<b) x = "<a href=no>";</script><!-- <a href="no"> -->',
        '<svg viewBox="0 0 1 1"><linearGradient/></svg><p data-src="a" hrefs="b">',
        '<a href="unfinished',
    ],
)
def test_what_needs_no_change_keeps_every_byte(markup: str):
    assert absolute(markup, BASE) == markup


@given(st.text("<>ab/=\"'# \n!-é", max_size=60))
def test_no_markup_is_too_broken_and_twice_is_once(markup: str):
    once = absolute(markup, BASE)
    assert absolute(once, BASE) == once


@given(
    st.lists(
        st.tuples(st.sampled_from(["href", "src", "title"]), st.text("ab#?/&;\"'<> é", max_size=9))
    )
)
def test_lxml_finds_no_relative_address_and_the_same_words(pairs: list[tuple[str, str]]):
    root = lxml.html.Element("div")
    for name, value in pairs:
        lxml.html.etree.SubElement(root, "a", {name: value}).text = value
    before = lxml.html.tostring(root, encoding="unicode")
    after = lxml.html.fromstring(absolute(before, BASE))
    assert after.text_content() == lxml.html.fromstring(before).text_content()
    for (name, value), link in zip(pairs, after, strict=True):
        if name == "title":
            assert link.get("title") == value
        elif value.strip():
            assert urlsplit(link.get(name)).scheme


@given(st.text())
def test_clean_text_is_text_that_xml_can_hold(text: str):
    element = lxml.html.etree.Element("a")
    element.text = clean(text)
    assert element.text == clean(element.text)
    held = []
    for sign in text:
        with contextlib.suppress(ValueError):
            element.text = sign
            held.append(sign)
    assert clean(text) == "".join(held), "nothing else is taken out"


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/a", "/a"),
        ("/a/", "/a"),
        ("a/index.html", "/a"),
        ("/a/#b", "/a"),
        ("/", "/"),
        ("/caf%C3%A9/", "/café"),
        ("index.html", "/"),
    ],
)
def test_one_spelling_for_an_address(path: str, address: str):
    assert normal(path) == address


def test_what_is_no_address_stays_as_it_is():
    assert join("https://a.example/b/", "../c") == "https://a.example/c"
    assert join("https://a.example/", " ") == " "
    assert join("https://a.example/", "http://[bad") == "http://[bad"


@pytest.mark.parametrize(
    "text",
    ["old/", "//h/x", "/a#b", "/a?", "/a/../b/", "/a//b", "/%ff", "/a b", "/" + "x" * 201],
)
def test_what_is_no_old_address(text: str):
    with pytest.raises(ValueError, match=r"\w"):
        parse_alias(text)


def test_old_addresses_of_one_line_or_several():
    assert names("/a/, /b/,") == names(["/a/,", "/b/"]) == ["/a/", "/b/"]
    assert names(None) == []
    assert parse_alias("/OLD").key == parse_alias("/old/").key
    assert parse_alias("/old.html").file == "old.html"
    assert parse_alias("/?p=12").file == ""


def test_an_address_of_this_machine_by_a_host_header():
    assert is_loopback("127.0.0.1:8000")
    assert not is_loopback("localhost.evil.example")
    assert names_server("localhost", "0.0.0.0")


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "A.Local",
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.9",
        "172.20.0.1",
        "0.0.0.0",
        "[::1]",
        "intranet",
    ],
)
def test_addresses_that_no_reader_can_reach(host: str):
    assert is_private(f"http://{host}:8000/x")
    assert is_private(f"//{host}/x")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "http://172.32.0.1/",
        "http://[bad",
        "/x",
        "https://localhost.a.example/",
        "//10.a.example/",
    ],
)
def test_addresses_that_lead_out(url: str):
    assert not is_private(url)


NO_ADDRESSES = (
    "//[y", "https://[z/a.png", "http://exa mple.org", "https://", "///about/",
    "https://a.example:99999/", "https://a.example:b/", "https://www..example/",
    "https://a\u2100b.example/",
)  # fmt: skip
ADDRESSES = (
    "/x", "a b", "#x", "mailto:", "?to=//[x", "//a.example", "", "https://[::1]:80/",
    "HTTPS://u:p@b\u00fccher.example:/[x]?[", "https://a_b.example./%zz", "data:image/png;base64,A",
)  # fmt: skip


@pytest.mark.parametrize("text", [*NO_ADDRESSES, *ADDRESSES])
def test_what_a_browser_opens(text: str):
    assert is_address(text) == (text in ADDRESSES)


def test_the_keys_that_follow_readers():
    url = "https://a.example/?id=1&UTM_source=x&amp;mc_eid=2;vero_id=3&reutm_x=4#gclid=5"
    assert tracking_keys(url) == ["UTM_source", "mc_eid", "vero_id"]
    assert tracking_keys("https://a.example/utm_source=x") == []


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("?id=1&UTM_source=x&amp;mc_eid=2;vero_id=3&reutm_x=4", "?id=1&reutm_x=4"),
        ("?utm_source=n&amp;q=a%20b+c&flag", "?q=a%20b+c&flag"),
        ("?fbclid=1#top", "#top"),
        ("?utm_a=1&utm_b=2", ""),
        ("/utm_source=x", "/utm_source=x"),
    ],
)
def test_an_address_without_what_follows_readers_is_otherwise_the_same(query: str, left: str):
    assert without_tracking(f"https://a.example/{query}") == f"https://a.example/{left}"
