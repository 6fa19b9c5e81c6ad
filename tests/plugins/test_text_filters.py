"""One plain title and one summary on every surface, and no title that is more than a line."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from lxml import etree, html
from test_full_feeds_site import Built, Site

PLUGINS = ["text_filters", "only_blocks", "post_cards", "static_search", "share_links",
           "structured_data", "full_feeds", "mail_issues"]  # fmt: skip
TITLES = {
    "less": ("INR <2 or >4: who do you call?",) * 2,
    "amp": ("Q&A: salt &amp; pepper", "Q&A: salt & pepper"),
    "block": ("What <details> and <script> taught me",) * 2,
    "inline": ("<em>Now</em> in 10<sup>9</sup>/L", "Now in 10⁹/L"),
    "open": ("An <em>open end",) * 2,
    "link": ("<a href='/x/'>Linked</a> <em>now</em>", "Linked now"),
}
NOTES = "It closed at five[^a], and the other at 15[^b].\n\nMore.\n\n[^a]: Four.\n[^b]: Fifteen."


@pytest.fixture(scope="module")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Built]:
    site = Site(tmp_path_factory.mktemp("titles") / "site")
    site.settings |= {"AUTHOR": "Ann", "PLUGINS": PLUGINS, "THEME": str(root / "theme")}
    for slug, (title, _) in TITLES.items():
        site.post(slug, "Words.", Title=title, Slug=slug, Summary="A gist of 10<sup>-6</sup> g.")
    # 690 words; and 920, after a comment and a block that no page shows.
    site.post("plain", "“One” " * 690, Title="Plain", Slug="plain")
    blocks = f"::: email-only\n{'no ' * 600}\n:::\n\n<!-- {'no ' * 500}-->\n\n"
    site.post("block-words", blocks + "one " * 920, Title="Blocks", Slug="block-words")
    site.post("told", "One.", Title="Told", Slug="told", Reading_minutes="7")
    site.post("notes", NOTES, Title="Notes", Slug="notes", Date="2024-01-01")
    site.post("far", "One.", Title="漢字", Slug="far", Image="//far.example/a.png")
    made = site.build("--fatal", "errors")
    assert made.code == 0, made.log
    return site, made


@pytest.mark.parametrize("slug", sorted(TITLES))
def test_every_surface_shows_the_same_plain_title(built: tuple[Site, Built], slug: str):
    site, made = built
    wanted = TITLES[slug][1]
    page = html.fromstring(made.text(f"{slug}/index.html"))
    share = page.xpath("//a[@data-share='email']/@href")[0]
    index = json.loads(made.text("search/index.json"))
    lines = [
        line
        for n in range(-(-index["posts"] // index["block"]))
        for line in json.loads(made.text(f"search/d-{n}.json"))
    ]
    (data,) = page.xpath("//script[@type='application/ld+json']")
    issue = json.loads((site.root / f".publish/issues/{slug}/issue.json").read_text("utf-8"))
    rss = etree.fromstring(made.text("feeds/all.rss.xml").encode())
    found = {
        "title": page.xpath("//title")[0].text.rpartition(" | ")[0],
        "share": page.xpath("//meta[@property='og:title']/@content")[0],
        "card": page.xpath("//meta[@property='og:image:alt']/@content")[0],
        "twitter": page.xpath("//meta[@name='twitter:image:alt']/@content")[0],
        "email": parse_qs(urlsplit(share).query)["subject"][0],
        "search": next(line[1] for line in lines if line[0] == f"{slug}/"),
        "data": json.loads(data.text)["@graph"][0]["headline"],
        "crumb": json.loads(data.text)["@graph"][1]["itemListElement"][-1]["name"],
        "feed": next(
            i.findtext("title")
            for i in rss.iter("item")
            if i.findtext("link") == f"https://one.example/{slug}/"
        ),
        "json": next(i["title"] for i in made.json()["items"] if i["url"].endswith(f"/{slug}/")),
        "subject": issue["subject"],
        "mail": issue["title"],
    }
    assert found == dict.fromkeys(found, wanted)


@pytest.mark.parametrize("slug", sorted(TITLES))
def test_a_heading_holds_nothing_but_a_line(built: tuple[Site, Built], slug: str):
    _, made = built
    for name in (f"{slug}/index.html", "index.html", "archives.html"):
        page = html.fromstring(made.text(name))
        assert not page.xpath("//h1//details | //h2//details | //a//script | //h1//script")
        assert "<a href='/x/'>" not in made.text(name)
    (heading,) = html.fromstring(made.text(f"{slug}/index.html")).xpath("//article//h1")
    tags = {"inline": ["em", "sup"], "link": ["em"]}.get(slug, [])
    assert [child.tag for child in heading.iterdescendants()] == tags


def test_every_surface_shows_the_same_picture(built: tuple[Site, Built]):
    site, made = built
    cover, page = "https://far.example/a.png", html.fromstring(made.text("far/index.html"))
    (data,) = page.xpath("//script[@type='application/ld+json']")
    card, own = json.loads(data.text)["@graph"][0]["image"]
    assert own["url"] == cover
    (item,) = (i for i in made.json()["items"] if i["url"].endswith("/far/"))
    assert item["image"] == cover
    issue = json.loads((site.root / ".publish/issues/far/issue.json").read_text("utf-8"))
    assert issue["images"] == [cover]
    # The card's face lacks the title's letters, so the site's card stands in.
    for name in ("og:image:alt", "twitter:image:alt"):
        assert page.xpath(f"//meta[@property='{name}' or @name='{name}']/@content") == [
            card["caption"]
        ]


def test_a_summary_holds_no_footnote_and_its_powers_are_powers(built: tuple[Site, Built]):
    site, made = built
    gist = "It closed at five, and the other at 15. More."
    page = html.fromstring(made.text("notes/index.html"))
    assert page.xpath("//meta[@name='description']/@content") == [gist]
    issue = json.loads((site.root / ".publish/issues/notes/issue.json").read_text("utf-8"))
    assert issue["preheader"] == gist
    assert gist in made.text("search/d-0.json")
    rss = made.text("feeds/all.rss.xml")
    assert "It closed at five, and" in rss.replace("&lt;/p&gt;", "")
    page = html.fromstring(made.text("less/index.html"))
    assert page.xpath("//p[@class='deck']")[0].text == "A gist of 10⁻⁶ g."


@pytest.mark.parametrize(("slug", "minutes"), [("plain", 3), ("block-words", 4), ("told", 7)])
def test_a_page_says_how_long_the_words_it_shows_take(
    built: tuple[Site, Built], slug: str, minutes: int
):
    page = html.fromstring(built[1].text(f"{slug}/index.html"))
    assert page.xpath("//span[@class='whole']/text()") == [f"{minutes}-minute read"]
