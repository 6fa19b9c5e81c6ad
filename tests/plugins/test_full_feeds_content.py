"""The contents of feeds and their items, in all three formats."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import lxml.html
import pytest
from lxml import etree
from test_full_feeds_site import KINDS, PLUGINS, Built, Site

BODY = """Text with a note[^1], a ![picture](pictures/a.png), [another]({filename}two.md),
[one of the root](/three/), [a mail](mailto:a@one.example) and <https://elsewhere.example/?a=1&b=2>.

<picture><source srcset="a.webp 1x, /b.webp 2x"><img src='a.png' alt="x > y"></picture>
<video poster=still.jpg controls></video>

[^1]: The note.
"""
NS = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path)
    made.write("images/cover.webp", b"RIFF not really a picture")
    made.post("two", Date="2023-01-01")
    return made


def tree(built: Built, name: str = "all.rss.xml") -> etree._Element:
    return etree.fromstring((built.output / "feeds" / name).read_bytes())


def bodies(built: Built) -> dict[str, str]:
    """The newest item's full text in each format."""
    entries = {kind: built.feed(f"all.{kind}").entries[0] for kind in KINDS[:2]}
    found = {kind: entry.content[0].value for kind, entry in entries.items()}
    return {**found, "json": built.json()["items"][0]["content_html"]}


def raw(built: Built) -> dict[str, str]:
    """The same, as written: feedparser changes addresses by itself."""
    return {
        "rss": tree(built).findtext(".//item/content:encoded", namespaces=NS) or "",
        "atom": tree(built, "all.atom.xml").findtext("atom:entry/atom:content", namespaces=NS)
        or "",
        "json": built.json()["items"][0]["content_html"],
    }


@pytest.mark.parametrize(
    "change", [{}, {"RELATIVE_URLS": True}, {"SITEURL": "https://one.example/blog"}]
)
def test_every_address_is_absolute_in_every_format(site: Site, change: dict[str, object]):
    site.post("one", BODY, Summary="See [two]({filename}two.md) and [a](/three/).")
    built = site.build(**change)
    home = str(change.get("SITEURL", "https://one.example"))
    texts = raw(built)
    summary = tree(built).findtext(".//item/description") or ""
    assert f'href="{home}/two/"' in summary
    assert 'href="https://one.example/three/"' in summary
    assert len(set(texts.values())) == 1
    for kind, text in texts.items():
        found = [link for _, _, link, _ in lxml.html.fromstring(text).iterlinks()]
        assert len(found) >= 8, kind
        assert all(urlsplit(link).scheme for link in found), (kind, found)
        assert f'href="{home}/one/#fn:1"' in text
        assert f'src="{home}/one/pictures/a.png"' in text
        assert f'href="{home}/two/"' in text
        assert 'href="https://elsewhere.example/?a=1&amp;b=2"' in text
        assert 'href="mailto:a@one.example"' in text
        assert f'srcset="{home}/one/a.webp 1x, https://one.example/b.webp 2x"' in text
        assert f'<video poster="{home}/one/still.jpg" controls>' in text


def test_no_title_body_or_name_can_break_a_feed(site: Site):
    bad = "a\x00b\x0bc\x1f\ufffed & < > \u2028 ]]> <![CDATA[ &nbsp; \ud7ff"
    site.post(
        "one",
        f"Body {bad}\n\n    code ]]> &lt;\n",
        Title=f"Title {bad}",
        Tags=f"tag {bad}",
        Category=f"cat {bad}",
        Author=f"me {bad}",
        Summary=f"Sum {bad}",
    )
    built = site.build()
    assert built.code == 0
    entry = built.feed().entries[0]
    assert entry.title == "Title abcd & < > ]]> <![CDATA[ \ud7ff"
    assert built.feed("all.atom.xml").entries[0].title == entry.title
    assert built.json()["items"][0]["title"] == entry.title
    assert {"abcd" in text for text in bodies(built).values()} == {True}
    for name in built.feeds():
        assert not re.search(
            "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", built.text(f"feeds/{name}")
        )


def test_a_name_is_text_and_no_html(site: Site):
    site.post("one", "Words.", Category="R&amp;D <b> 1 < 2", Tags="a < b")
    built = site.build()
    said = ["R&amp;D <b> 1 < 2", "a < b"]
    assert [tag.term for tag in built.feed().entries[0].tags] == said
    assert built.json()["items"][0]["tags"] == said


def test_emoji_and_scripts_from_right_to_left_arrive_whole(site: Site):
    words = "مرحبا بالعالم שלום 👩🏽‍⚕️ ẞ 漢字"
    site.post("one", f'<p dir="rtl">{words}</p>', Title=words, Slug="one", Tags=words)
    built = site.build()
    assert built.feed().entries[0].title == words
    assert all(words in text for text in bodies(built).values())
    assert built.json()["items"][0]["tags"] == ["misc", words]
    # Readable as a file too, not as a row of escapes.
    assert words in built.text("feeds/all.json")
    assert words in built.text("feeds/all.rss.xml")


def test_markup_in_a_title_becomes_words(site: Site):
    site.post("one", Title="<em>Pay</em> &amp; 1 < 2", Slug="one")
    built = site.build()
    assert built.feed().entries[0].title == "Pay & 1 < 2"
    assert built.json()["items"][0]["title"] == "Pay & 1 < 2"


@pytest.mark.parametrize(
    "image",
    [f"{start}images/cover.webp" for start in ("", "/", "{static}/", "{static}")],
)
def test_a_cover_is_an_enclosure_with_its_true_length_and_type(site: Site, image: str):
    site.post("one", Image=image)
    built = site.build()
    wanted = {"href": "https://one.example/images/cover.webp", "length": "25", "type": "image/webp"}
    for kind in KINDS[:2]:
        entry = built.feed(f"all.{kind}").entries[0]
        assert [{key: e[key] for key in wanted} for e in entry.enclosures] == [wanted]
        assert entry.link == "https://one.example/one/"
    item = built.json()["items"][0]
    assert item["image"] == wanted["href"]
    assert item["attachments"] == [
        {"url": wanted["href"], "mime_type": "image/webp", "size_in_bytes": 25}
    ]


@pytest.mark.parametrize("image", ["images/none.png", "https://cdn.example/a.png", "", "../../etc"])
def test_a_picture_that_the_site_does_not_hold_is_no_enclosure(site: Site, image: str):
    site.post("one", Image=image)
    built = site.build()
    for kind in KINDS[:2]:
        assert not built.feed(f"all.{kind}").entries[0].enclosures
    assert built.json()["items"][0].get("image") == (image if "cdn" in image else None)
    assert "attachments" not in built.json()["items"][0]


def test_all_categories_then_all_tags_each_once(site: Site):
    site.post("one", Category="Career, Network", Tags="calm, Career, sleep")
    built = site.build()
    wanted = ["Career", "Network", "calm", "sleep"]
    for kind in KINDS[:2]:
        assert [tag.term for tag in built.feed(f"all.{kind}").entries[0].tags] == wanted
    assert built.json()["items"][0]["tags"] == wanted


def test_authors_are_named_where_there_are_some(site: Site):
    site.post("one", Authors="Ann Lee, Bo Day")
    built = site.build()
    assert [a.name for a in built.feed("all.atom.xml").entries[0].authors] == ["Ann Lee", "Bo Day"]
    creators = tree(built).findall(".//item/dc:creator", namespaces=NS)
    assert [creator.text for creator in creators] == ["Ann Lee", "Bo Day"]
    first, second = built.json()["items"]
    assert first["authors"] == [{"name": "Ann Lee"}, {"name": "Bo Day"}]
    assert "authors" not in second
    # Atom wants an author for the entry that has none: the site.
    assert (
        tree(built, "all.atom.xml").findtext("atom:author/atom:name", namespaces=NS)
        == "The Dispensary"
    )


def test_a_feed_says_what_it_is_of_and_where_it_is_from(site: Site):
    site.post("one", Category="Career & Pay")
    built = site.build(FEED_HUBS=["https://hub.example/", "https://hub2.example/"])
    for kind in KINDS[:2]:
        feed = built.feed(f"all.{kind}").feed
        assert (feed.title, feed.subtitle) == ("The Dispensary", "Notes & thoughts")
        assert (feed.link, feed.language) == ("https://one.example/", "en")
        links = [(link.rel, link.href) for link in feed.links]
        assert ("self", f"https://one.example/feeds/all.{kind}") in links
        hubs = [href for rel, href in links if rel == "hub"]
        assert hubs == ["https://hub.example/", "https://hub2.example/"]
        assert built.feed(f"career-pay.{kind}").feed.title == "The Dispensary - Career & Pay"
    json = built.json()
    assert json["version"] == "https://jsonfeed.org/version/1.1"
    assert (json["title"], json["description"]) == ("The Dispensary", "Notes & thoughts")
    assert (json["home_page_url"], json["language"]) == ("https://one.example/", "en")
    assert json["feed_url"] == "https://one.example/feeds/all.json"
    assert json["hubs"] == [{"type": "WebSub", "url": hub} for hub in hubs]
    assert built.json("career-pay.json")["title"] == "The Dispensary - Career & Pay"
    assert "hub" not in site.build().text("feeds/all.json")


def test_dates_carry_the_zone_of_the_site(site: Site):
    site.post("one", Date="2024-01-15 10:00", Modified="2024-07-15 10:00")
    built = site.build()
    entry = built.feed("all.atom.xml").entries[0]
    assert (entry.published, entry.updated) == (
        "2024-01-15T10:00:00-05:00",
        "2024-07-15T10:00:00-04:00",
    )
    assert built.feed().entries[0].published == "Mon, 15 Jan 2024 10:00:00 -0500"
    item = built.json()["items"][0]
    assert (item["date_published"], item["date_modified"]) == (entry.published, entry.updated)


def test_a_guid_is_no_permalink_and_the_link_is(site: Site):
    built = site.build()
    guid = tree(built).find(".//item/guid")
    assert guid is not None
    assert guid.get("isPermaLink") == "false"
    assert tree(built).findtext(".//item/link") == "https://one.example/two/"
    ref = site.build(FEED_APPEND_REF=True)
    assert ref.feed().entries[0].link == "https://one.example/two/?ref=feed"


@pytest.mark.parametrize("length", [40, None])
def test_summary_only_leaves_the_full_text_out_of_rss(site: Site, length: int | None):
    site.post("one", "Body " * 60, Summary="The gist." if length else None)
    built = site.build(RSS_FEED_SUMMARY_ONLY=True, SUMMARY_MAX_LENGTH=length)
    entry = built.feed().entries[0]
    assert "content" not in entry
    # Where the summary is the article, RSS has the article; Atom does not say it twice.
    atom = built.feed("all.atom.xml").entries[0]
    assert atom.content[0].value.count("Body") == 60
    assert entry.summary == ("<p>The gist.</p>" if length else atom.content[0].value)
    assert len(tree(built, "all.atom.xml").findall(".//atom:summary", namespaces=NS)) == bool(
        length
    )


def test_atom_says_that_its_text_is_html(site: Site):
    site.post("one", "Body.", Summary="Gist.")
    entry = tree(site.build(), "all.atom.xml").find("atom:entry", namespaces=NS)
    assert entry is not None
    types = [
        entry.find(f"atom:{part}", namespaces=NS).get("type") for part in ("content", "summary")
    ]
    assert types == ["html", "html"]


def test_feeds_that_stock_settings_ask_for(site: Site):
    site.post("two", Author="Ann")
    site.post("one", Tags="calm", Author="Ann")
    site.post("eins", Lang="de", Slug="one", Author="Ann", Tags="calm")
    built = site.build(
        FEED_ATOM="f/articles.xml",
        FEED_RSS="f/articles.rss",
        FEED_ALL_RSS=None,
        FEED_ALL_JSON=None,
        FEED_ALL_ATOM_URL="follow/",
        CATEGORY_FEED_JSON=None,
        TAG_FEED_ATOM="f/tag-{slug}.xml",
        AUTHOR_FEED_RSS="f/by-{slug}.xml",
        TRANSLATION_FEED_RSS="f/in-{lang}.xml",
    )
    assert built.code == 0
    names = {f.relative_to(built.output).as_posix() for f in built.output.glob("f*/*.*")}
    lists = {f"f/{name}" for name in ("articles.xml", "articles.rss", "tag-calm.xml")}
    lists |= {f"f/{name}" for name in ("by-ann.xml", "in-en.xml", "in-de.xml")}
    assert names == lists | {
        f"feeds/{name}" for name in ("all.atom.xml", "misc.atom.xml", "misc.rss.xml")
    }
    assert "application/atom+xml" in built.text("f/articles.xml")
    links = [link.href for link in built.feed("all.atom.xml").feed.links if link.rel == "self"]
    assert links == ["https://one.example/follow/"]
    titles = {entry.title for entry in built.feed("all.atom.xml").entries}
    assert titles == {"one", "eins", "two"}


def test_json_feeds_are_only_written_when_asked_for(site: Site):
    built = site.build(FEED_ALL_JSON=None, CATEGORY_FEED_JSON=None)
    assert not [name for name in built.feeds() if name.endswith(".json")]


def test_signals_go_out_for_every_feed_as_in_pelican(site: Site):
    plugin = site.root / "extra" / "listener.py"
    plugin.parent.mkdir()
    plugin.write_text(
        "import pathlib\nfrom pelican import signals\n"
        "def told(path, context, feed):\n"
        "    with open('told', 'a') as f: print(pathlib.Path(path).name, file=f)\n"
        "def made(context, feed):\n"
        "    if isinstance(feed, dict): feed['title'] = 'Changed'\n"
        "    else: feed.title('Changed')\n"
        "def register():\n"
        "    signals.feed_written.connect(told)\n    signals.feed_generated.connect(made)\n",
        encoding="utf-8",
    )
    built = site.build(PLUGIN_PATHS=[PLUGINS, "extra"], PLUGINS=["full_feeds", "listener"])
    told = (site.root / "told").read_text(encoding="utf-8").split()
    assert sorted(told) == sorted(built.feeds())
    assert built.feed().feed.title == built.json()["title"] == "Changed"


def test_json_feeds_work_beside_another_plugins_writer(site: Site):
    plugin = site.root / "extra" / "other.py"
    plugin.parent.mkdir()
    plugin.write_text(
        "from pelican import signals\nfrom pelican.writers import Writer\n"
        "class Mine(Writer): pass\ndef mine(pelican): return Mine\n"
        "def register(): signals.get_writer.connect(mine)\n",
        encoding="utf-8",
    )
    built = site.build(PLUGIN_PATHS=[PLUGINS, "extra"], PLUGINS=["other", "full_feeds"])
    assert built.json()["items"][0]["title"] == "two"


@pytest.mark.parametrize("change", [{}, {"SITEURL": "https://one.example"}])
def test_the_plugin_is_at_home_in_any_pelican_site(site: Site, change: dict[str, str]):
    site.settings = {"PLUGIN_PATHS": [PLUGINS], "PLUGINS": [], "TIMEZONE": "UTC", **change}
    stock, built = site.build(), site.build(PLUGINS=["full_feeds"])
    assert (built.code, built.log) == (0, stock.log)
    assert list(built.feeds()) == list(stock.feeds())
    home = change.get("SITEURL", "")
    assert built.feed("all.atom.xml").entries[0].link == f"{home}/two.html"
