"""The anatomy of an article: its head, its body, and what comes after the text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.theme.conftest import ACTION, SITE, Built


def words(element: Any) -> str:
    return " ".join(element.text_content().split())


def byline(built: Built, slug: str) -> str:
    return words(built.page(f"{slug}/index.html").xpath("//article/header/p[@class='meta']")[0])


def test_the_byline_reads_well_with_two_authors_with_one_and_with_none(ours: Built):
    assert byline(ours, "full") == (
        "by Ann Lee and Bo Day | Mar 11, 2026 | Career, Network | 7-minute read"
        " | updated Apr 1, 2026"
    )
    assert byline(ours, "long") == "by Ann Lee | Jan 5, 2026 | Money | 5-minute read"
    assert byline(ours, "plain") == "Feb 1, 2026 | Career | 1-minute read"


def test_dates_are_for_people_and_for_machines(either: Built):
    page = either.page("full/index.html")
    times = page.xpath("//article/header//time")
    assert [t.text for t in times] == ["Mar 11, 2026", "Apr 1, 2026"]
    assert times[0].get("datetime") == "2026-03-11T10:00:00-04:00"
    assert page.xpath("//meta[@property='article:published_time']/@content") == [
        "2026-03-11T10:00:00-04:00"
    ]


def test_every_category_is_a_link_and_without_the_plugin_the_one_there_is(
    ours: Built, stock: Built
):
    find = "//article/header//a[starts-with(@href, '/category/')]/@href"
    assert ours.page("full/index.html").xpath(find) == ["/category/career/", "/category/network/"]
    assert stock.page("full/index.html").xpath(find) == ["/category/career-network/"]


def test_the_standfirst_is_the_authors_summary_and_never_the_text_again(either: Built):
    deck = "string(//p[@class='deck'])"
    assert either.page("full/index.html").xpath(deck) == "A gist with 5 < 6."
    assert "5 &lt; 6" in either.text("full/index.html")
    assert either.page("plain/index.html").xpath(deck) == ""


def test_markup_and_quotes_in_a_title_do_no_harm(either: Built):
    page = either.page("full/index.html")
    assert page.xpath("string(//h1)") == 'Salt & "Pepper" now'
    assert page.xpath("string(//title)") == 'Salt & "Pepper" now | Salt & Pepper'
    assert page.xpath("//meta[@property='og:title']/@content") == ['Salt & "Pepper" now']
    assert page.xpath("//img[@class='cover']/@alt") == ['A "quiet" counter']


def test_a_social_card_goes_before_the_picture(ours: Built, stock: Built):
    find = "//meta[@property='og:image']/@content"
    assert stock.page("full/index.html").xpath(find) == [f"{SITE}/images/cover.jpg"]
    page = ours.page("full/index.html")
    assert page.xpath(find) == [f"{SITE}/cards/full.png"]
    assert page.xpath("//meta[@property='og:image:width']/@content") == ["1200"]
    assert page.xpath("//meta[@name='twitter:card']/@content") == ["summary_large_image"]
    assert not stock.page("plain/index.html").xpath(find)


def test_what_a_plugin_gives_is_printed(ours: Built, stock: Built):
    page = ours.page("full/index.html")
    assert len(page.xpath("//meta[@name='page-digest']/@content")[0]) == 32
    assert page.xpath("//nav[@class='toc']//a/@href") == ["#a"]
    assert page.xpath("//section[@class='related']//h3/a/@href") == ["/plain/", "/long/"]
    data = page.xpath("string(//script[@type='application/ld+json'])")
    assert json.loads(data) == {"name": "</script><b>"}
    bare = stock.page("full/index.html")
    optional = (
        "//meta[@name='page-digest'] | //*[@class='toc' or @class='related'] | //script[text()]"
    )
    assert not bare.xpath(optional)


def test_numbers_footnotes_and_alignment_survive(either: Built):
    prose = either.page("full/index.html").xpath("//div[@class='prose']")[0]
    assert prose.xpath("./p[1]/a/@href") == ["/plain/"]
    assert [ol.get("start", "1") for ol in prose.xpath("./ol")][:2] == ["1", "2"]
    assert prose.xpath(".//th/@class") == ["end", "center"]
    assert prose.xpath(".//table/@tabindex | .//pre/@tabindex") == ["0", "0"]
    note = prose.xpath(".//a[@class='footnote-ref']/@href")[0]
    back = prose.xpath(".//a[@class='footnote-backref']/@href")[0]
    assert {note[1:], back[1:]} <= set(prose.xpath(".//@id"))


def test_each_share_link_has_a_name_that_holds_what_is_seen(either: Built):
    strip = either.page("full/index.html").xpath("//section[@class='share']")[0]
    assert words(strip.xpath("h2")[0]) == "Sharing is Caring"
    links = strip.xpath(".//a")
    for link in links:
        assert link.text.lower() in link.get("aria-label").lower()
    found = {link.get("data-share"): link.get("href") for link in links}
    assert found["copy"] == f"{SITE}/full/"
    assert found["email"].startswith("mailto:?subject=Salt%20%26%20%22Pepper%22%20now&body=https")
    assert strip.xpath(".//p[@role='status']")


def test_our_plugin_gives_the_whole_strip(ours: Built):
    links = ours.page("full/index.html").xpath("//section[@class='share']//a/@data-share")
    assert len(links) == 8


def test_an_author_is_named_only_if_there_is_one(either: Built):
    written = "string(//p[@class='writer'])"
    assert "Ann Lee and Bo Day for Salt" in either.page("full/index.html").xpath(written)
    assert either.page("plain/index.html").xpath(written) == ""


def test_the_form_can_be_filled_in_and_catches_robots(either: Built):
    form = either.page("full/index.html").xpath("//form")[0]
    assert (form.get("method"), form.get("action")) == ("post", ACTION)
    email = form.xpath(".//input[@type='email']")[0]
    assert email.get("name") == "EMAIL"
    assert email.get("autocomplete") == "email"
    assert "required" in email.attrib
    assert form.xpath("label/@for") == [email.get("id")]
    assert form.xpath(f"//*[@id='{email.get('aria-describedby')}']")
    assert len(form.xpath(".//button")) == 1
    trap = form.xpath("./*[@aria-hidden='true']//input")[0]
    assert trap.get("name") == "b_0123456789abcdef_fedcba9876"
    assert (trap.get("type"), trap.get("tabindex"), trap.get("value")) == ("text", "-1", None)


def test_the_subscribe_template_puts_the_form_first(either: Built):
    children = either.page("letters/index.html").xpath("//article[@class='post']/*")
    assert [child.get("class") for child in children] == [None, "signup", "prose"]


def test_without_a_form_there_is_a_way_to_the_subscribe_page_or_nothing(build: Any):
    built = build(NEWSLETTER_SIGNUP_ACTION=None)
    assert not built.page("full/index.html").xpath("//form | //*[@class='signup']")
    assert "form-action 'self'; base-uri" in built.text("full/index.html")


def test_earlier_and_later_come_from_the_plugin(stock: Built, ours: Built):
    def around(slug: str) -> dict[str, str]:
        links = ours.page(f"{slug}/index.html").xpath("//nav[@class='neighbours']/a")
        return {link.get("rel"): link.get("href") for link in links}

    assert around("full") == {"prev": "/plain/"}
    assert around("plain") == {"prev": "/long/", "next": "/full/"}
    assert around("old") == {"next": "/rtl/"}
    assert not stock.page("plain/index.html").xpath("//nav[@class='neighbours']")


def test_a_title_in_another_language_says_so_among_the_neighbours(ours: Built):
    (title,) = ours.page("old/index.html").xpath("//nav[@class='neighbours']//bdi")
    assert (title.text, title.get("lang"), title.get("dir")) == ("سلام", "ar", "rtl")
    (title,) = ours.page("rtl/index.html").xpath("//nav[@class='neighbours']/a[1]/bdi")
    assert (title.text, title.get("lang"), title.get("dir")) == ("Old", "en", "ltr")


@pytest.mark.parametrize(
    ("name", "here", "there", "title"),
    [
        ("full/index.html", ("en", "/full/"), ("ar", "/full-ar/"), "ملح"),
        ("about/index.html", ("en", "/about/"), ("de", "/pages/about-de.html"), "Über uns"),
        ("pages/about-de.html", ("de", "/pages/about-de.html"), ("en", "/about/"), "About"),
    ],
)
def test_a_text_and_its_translation_lead_to_each_other(
    either: Built, name: str, here: tuple[str, str], there: tuple[str, str], title: str
):
    page = either.page(name)
    (link,) = page.xpath("//header//a[@hreflang]")
    assert (link.get("hreflang"), link.get("href"), link.text) == (*there, title)
    assert words(link.getparent()) == f"In another language: {title}"
    # A search engine wants each page to name all of them, itself too.
    told = [(a.get("hreflang"), a.get("href")) for a in page.xpath("//head/link[@hreflang]")]
    assert told == [(lang, SITE + path) for lang, path in (here, there)]


@pytest.mark.parametrize(
    ("slug", "terms"), [("aside", "Asides aloof Cy Fox"), ("full-ar", "ملاحظات راحة Dr Ali")]
)
def test_what_no_list_holds_leads_to_none_of_its_own(either: Built, slug: str, terms: str):
    page = either.page(f"{slug}/index.html")
    for term in terms.split(" ", 2):
        assert term in words(page.xpath("//main")[0])
        assert not page.xpath("//a[text()=$term]", term=term)
    assert {SITE + "/feeds/all.rss.xml", SITE + "/feeds/all.atom.xml"} == set(
        page.xpath("//link[@rel='alternate'][@type]/@href")
    )
    assert not page.xpath("//meta[@property='article:author']")


def test_a_translation_leads_to_the_lists_that_there_are(either: Built):
    page = either.page("long-ar/index.html")
    for term, place in [
        ("Money", "category/money"),
        ("calm", "tag/calm"),
        ("Ann Lee", "author/ann-lee"),
    ]:
        assert set(page.xpath("//main//a[text()=$term]/@href", term=term)) == {f"/{place}/"}
    assert SITE + "/feeds/money.atom.xml" in page.xpath("//link[@rel='alternate']/@href")
    assert page.xpath("//meta[@property='article:author']/@content") == [SITE + "/author/ann-lee/"]
