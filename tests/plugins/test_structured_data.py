"""Structured data against what schema.org allows and Google asks for, in pages Pelican built."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from copy import deepcopy
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import lxml.html
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Route
from structured_data import graph
from test_full_feeds_site import Built, Site

from publish.post.text import plain, plain_title

# ---- a checker: what each type may hold, with the kind of value, and what it must


def text(value: Any) -> bool:
    return isinstance(value, str) and value == value.strip() != ""


def address(value: Any) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"[!-~]+", value):
        return False
    parts = urlsplit(value)
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def moment(value: Any) -> bool:
    return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None


def pixels(value: Any) -> bool:
    return type(value) is int and value > 0


ORGANIZATION = {"name": text, "url": address, "logo": "ImageObject", "sameAs": address}
KNOWN: dict[str, dict[str, Any]] = {
    "BlogPosting": {
        "mainEntityOfPage": "WebPage", "url": address, "headline": text, "description": text,
        "datePublished": moment, "dateModified": moment, "author": ("Person", "Organization"),
        "publisher": "Organization", "image": "ImageObject", "articleSection": text,
        "keywords": text, "inLanguage": text,
    },
    "BreadcrumbList": {"itemListElement": "ListItem"},
    "ListItem": {"position": pixels, "name": text, "item": address},
    "WebSite": {
        "url": address, "name": text, "description": text, "inLanguage": text,
        "publisher": "Organization",
    },
    "WebPage": {
        "url": address, "name": text, "description": text, "inLanguage": text,
        "isPartOf": "WebSite",
    },
    "Organization": ORGANIZATION,
    "Person": {"name": text, "url": address},
    "ImageObject": {"url": address, "caption": text, "width": pixels, "height": pixels},
}  # fmt: skip
REQUIRED = {
    # Google only recommends these of an article; without them it shows nothing of it.
    "BlogPosting": {"headline", "author", "datePublished", "dateModified", "publisher", "url"},
    "BreadcrumbList": {"itemListElement"},
    "ListItem": {"position", "name", "item"},
    "WebSite": {"name", "url"},
    "Organization": {"name", "url"},
    "Person": {"name"},
    "ImageObject": {"url"},
}


def faults(document: dict[str, Any]) -> list[str]:
    """Everything wrong with a JSON-LD block; ``[]`` for a sound one."""
    nodes = document["@graph"]
    named = {node["@id"]: node["@type"] for node in nodes if "@id" in node}
    found = [] if document["@context"] == "https://schema.org" else ["@context"]
    for node in nodes:
        found += _faults(node, named)
        if node["@type"] == "BreadcrumbList":
            places = [item.get("position") for item in node["itemListElement"]]
            if places != list(range(1, len(places) + 1)) or len(places) < 2:
                found.append("BreadcrumbList: positions")
    return found


def _faults(node: dict[str, Any], named: dict[str, str]) -> list[str]:
    kind = node["@type"]
    own = {key: value for key, value in node.items() if not key.startswith("@")}
    found = [f"@id: {node['@id']}"] if "@id" in node and not address(node["@id"]) else []
    # A page that is only named needs nothing else.
    missing = REQUIRED.get(kind, {"url", "name"}) - own.keys() if own else set()
    found += [f"{kind}: no {key}" for key in sorted(missing)]
    for key, value in own.items():
        wanted = KNOWN[kind].get(key)
        if wanted is None:
            found.append(f"{kind}: {key} is unknown")
        elif value in ([], None):
            found.append(f"{kind}: {key} is empty")
        for each in value if isinstance(value, list) else [value]:
            if callable(wanted):
                found += [] if wanted(each) else [f"{kind}: {key}: {each!r}"]
            elif isinstance(each, dict) and "@type" in each:
                found += [] if each["@type"] in wanted else [f"{kind}: {key}: {each['@type']}"]
                found += _faults(each, named)
            elif wanted and named.get(each["@id"], "nothing") not in wanted:
                found.append(f"{kind}: {key} leads nowhere: {each['@id']}")
    if kind == "ImageObject" and ("width" in own) != ("height" in own):
        found.append("ImageObject: half a size")
    return found


# ---- a site


def described(built: Built, name: str) -> dict[str, Any]:
    """The block of a page, which must hold one, and a sound one."""
    page = lxml.html.fromstring(built.text(name))
    (block,) = page.xpath("//head/script[@type='application/ld+json']")
    document: dict[str, Any] = json.loads(block.text)
    assert faults(document) == []
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    digest = base64.b64encode(hashlib.sha256(block.text.encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in policy
    return document


def node(document: dict[str, Any], kind: str) -> dict[str, Any]:
    (found,) = (each for each in document["@graph"] if each["@type"] == kind)
    return found


TITLE = 'Stop </script><script>window.ran = 1</script><!-- --> "Fast" & slow 🦉'
CARDS = """
from pelican import signals

class Card(str):
    width, height, alt = 1200, 630, "What the card says"

def adorn(generator):
    for article in generator.articles:
        if article.slug == "full":
            article.card = Card("cards/full 1.png")
        if article.slug == "awkward":
            article.card = "cards/awkward.png"

def register():
    signals.article_generator_finalized.connect(adorn)
"""
EDGES = {
    "PAGE_URL": "{slug}/",
    "PAGE_SAVE_AS": "{slug}/index.html",
    "SOCIAL": [("Mastodon", "https://social.example/@us"), ("Mail", "mailto:us@one.example")],
    "STRUCTURED_DATA_LOGO": "theme/img/icon-512.png",
    "PLUGINS": ["multi_category", "some_cards", "structured_data"],
    "DEFAULT_DATE_FORMAT": "%b %-d, %Y",
}


def blog(folder: Path, root: Path) -> Site:
    site = Site(folder)
    site.settings |= {**EDGES, "THEME": str(root / "theme")}
    site.settings["PLUGIN_PATHS"] = [*site.settings["PLUGIN_PATHS"], str(folder / "later")]
    (folder / "later").mkdir(parents=True)
    (folder / "later/some_cards.py").write_text(CARDS, encoding="utf-8")
    site.post(
        "full",
        "Words.",
        Title='A "Title" &amp; <em>more</em>',
        Slug="full",
        Tags="calm, care",
        Category="Career, Network",
        Authors="Ann Lee; Bo Day",
        Modified="2024-07-04 12:00",
        Summary="A *gist*, with 5 < 6.",
        Image="images/a cover.jpg",
        Image_alt='A "quiet" counter',
        Image_width="800",
        Image_height="600",
    )
    site.post(
        "plain",
        "One & two.\n\nThree <b>four</b>.",
        Image="/images/x.png?v=2",
        Image_width="8",
        Image_height="?",
    )
    for name in ("a cover.jpg", "x.png"):
        site.write(f"images/{name}", "a picture, as far as a page can tell")
    site.post("awkward", Title=TITLE, Slug="awkward")
    site.post("draft", "XYZZY", Title="XYZZY draft", Status="draft", Category="XYZZY")
    site.post("hidden", "XYZZY", Title="XYZZY hidden", Slug="secret", Status="hidden", Author="Cy")
    site.post("future", "XYZZY", Title="XYZZY future", Date="2999-01-01")
    site.write(
        "pages/about.md", "Title: About <i>us</i>\nSlug: about\nSummary: Who we are.\n\nUs.\n"
    )
    site.write("pages/bare.md", "Title: Bare\n\nNobody summed this up.\n")
    site.write("pages/later.md", "Title: XYZZY page\nSlug: later\nStatus: draft\n\nXYZZY\n")
    return site


@pytest.fixture(scope="module")
def built(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Built:
    made = blog(tmp_path_factory.mktemp("described"), root).build("--fatal", "errors")
    assert made.code == 0, made.log
    return made


@pytest.fixture
def site(root: Path, tmp_path: Path) -> Site:
    return blog(tmp_path, root)


# ---- posts


def test_a_post_says_all_that_is_known_of_it(built: Built):
    post = node(described(built, "full/index.html"), "BlogPosting")
    here = "https://one.example/full/"
    assert post == {
        "@type": "BlogPosting",
        "@id": f"{here}#article",
        "mainEntityOfPage": {"@type": "WebPage", "@id": here},
        "url": here,
        "headline": 'A "Title" & more',
        "description": "A gist, with 5 < 6.",
        "datePublished": "2024-05-01T10:00:00-04:00",
        "dateModified": "2024-07-04T12:00:00-04:00",
        "author": [
            {
                "@type": "Person",
                "name": "Ann Lee",
                "url": "https://one.example/author/ann-lee.html",
            },
            {"@type": "Person", "name": "Bo Day", "url": "https://one.example/author/bo-day.html"},
        ],
        "publisher": {"@id": "https://one.example/#publisher"},
        "image": [
            {
                "@type": "ImageObject",
                "url": "https://one.example/cards/full%201.png",
                "caption": "What the card says",
                "width": 1200,
                "height": 630,
            },
            {
                "@type": "ImageObject",
                "url": "https://one.example/images/a%20cover.jpg",
                "caption": 'A "quiet" counter',
                "width": 800,
                "height": 600,
            },
        ],
        "articleSection": ["Career", "Network"],
        "keywords": ["calm", "care"],
        "inLanguage": "en",
    }


def test_a_bare_post_leaves_out_what_nobody_knows_and_the_blog_answers_for_it(built: Built):
    post = node(described(built, "plain/index.html"), "BlogPosting")
    assert post["author"] == post["publisher"] == {"@id": "https://one.example/#publisher"}
    assert post["dateModified"] == post["datePublished"]
    assert post["image"] == [{"@type": "ImageObject", "url": "https://one.example/images/x.png"}]
    assert not {"keywords", "description"} & set(post)


def test_the_way_to_a_post_leads_over_its_main_category(built: Built):
    items = node(described(built, "full/index.html"), "BreadcrumbList")["itemListElement"]
    assert [(item["name"], urlsplit(item["item"]).path) for item in items] == [
        ("The Dispensary", "/"),
        ("Career", "/category/career.html"),
        ('A "Title" & more', "/full/"),
    ]
    for item in items:
        path = urlsplit(item["item"]).path.lstrip("/")
        assert (built.output / path / ("" if path.endswith("html") else "index.html")).is_file()


def test_markup_in_a_title_neither_ends_the_block_nor_runs(built: Built):
    post = node(described(built, "awkward/index.html"), "BlogPosting")
    assert post["headline"] == TITLE
    card = {"@type": "ImageObject", "url": "https://one.example/cards/awkward.png"}
    assert post["image"] == [card | {"caption": TITLE}], "a card that is only a name"
    raw = built.text("awkward/index.html").split('ld+json">')[1].split("</script>")[0]
    assert not set("<>&") & set(raw)


def test_what_is_not_public_is_named_nowhere_but_on_its_own_page(built: Built):
    naming = {
        file.relative_to(built.output).as_posix()
        for file in built.output.rglob("*.html")
        for block in lxml.html.fromstring(file.read_bytes()).xpath(
            "//script[@type='application/ld+json']"
        )
        if "XYZZY" in block.text
    }
    assert naming == {"secret/index.html"}


# ---- pages and home


def test_a_page_is_part_of_the_site_and_has_a_summary_only_if_somebody_wrote_it(built: Built):
    document = described(built, "about/index.html")
    page = node(document, "WebPage")
    assert page["description"] == "Who we are."
    assert page["isPartOf"] == {"@id": node(document, "WebSite")["@id"]}
    trail = node(document, "BreadcrumbList")["itemListElement"]
    assert [item["item"] for item in trail] == ["https://one.example/", page["url"]]
    assert "description" not in node(described(built, "bare/index.html"), "WebPage")


def test_the_home_page_says_whose_it_is_and_no_other_list_does(built: Built):
    document = described(built, "index.html")
    publisher = node(document, "Organization")
    assert publisher["name"] == "The Dispensary"
    assert publisher["sameAs"] == ["https://social.example/@us"]
    logo = urlsplit(publisher["logo"]["url"]).path
    assert (built.output / logo.lstrip("/")).is_file()
    website = node(document, "WebSite")
    assert website["description"] == "Notes & thoughts"
    assert website["publisher"] == {"@id": publisher["@id"]}
    for name in ("category/career.html", "archives.html", "tags.html"):
        assert "ld+json" not in built.text(name)


# ---- settings


def test_a_site_in_a_folder_names_itself_with_the_folder(site: Site):
    built = site.build(SITEURL="https://one.example/blog", PLUGINS=["structured_data"])
    for name in ("index.html", "full/index.html", "about/index.html"):
        document = described(built, name)
        for found in re.findall(r'"(?:url|item|@id)": "([^"]*)"', json.dumps(document)):
            assert found.startswith("https://one.example/blog/")
    post = node(described(built, "full/index.html"), "BlogPosting")
    assert post["articleSection"] == ["Career, Network"], "without the other plugin it is one"


@pytest.mark.parametrize("near", [{"SITEURL": ""}, {"SITEURL": "/blog"}])
def test_without_a_host_there_is_nothing_to_say(site: Site, near: dict[str, Any]):
    built = site.build("--fatal", "errors", **near)
    assert built.code == 0
    assert not [f for f in built.output.rglob("*.html") if "ld+json" in f.read_text("utf-8")]


def test_no_name_leads_to_a_page_that_is_not_written(site: Site):
    built = site.build(AUTHOR_SAVE_AS="", CATEGORY_SAVE_AS="")
    document = described(built, "full/index.html")
    assert "url" not in node(document, "BlogPosting")["author"][0]
    assert len(node(document, "BreadcrumbList")["itemListElement"]) == 2


def test_a_hidden_post_leads_to_no_list_as_none_holds_it(built: Built):
    document = described(built, "secret/index.html")
    assert "url" not in node(document, "BlogPosting")["author"][0]
    assert len(node(document, "BreadcrumbList")["itemListElement"]) == 2


def test_a_stock_theme_neither_shows_nor_minds_it(site: Site):
    site.settings |= {"AUTHOR": "Ann", "THEME": "notmyidea", "PLUGINS": ["structured_data"]}
    for name in ("draft", "hidden", "awkward", "plain"):
        (site.root / f"content/{name}.md").unlink()
    built = site.build("--fatal", "warnings")
    assert (built.code, built.log) == (0, "")


# ---- in a browser


@pytest.mark.browser
@pytest.mark.parametrize("path", ["/", "/awkward/", "/full/", "/about/"])
def test_the_block_passes_the_policy_and_is_never_run(browser: Browser, built: Built, path: str):
    said: list[str] = []

    def serve(route: Route) -> None:
        file = built.output / urlsplit(route.request.url).path.strip("/")
        file = file / "index.html" if file.is_dir() else file
        # The pictures of these posts are only names.
        route.fulfill(path=file) if file.is_file() else route.fulfill(body="")

    context = browser.new_context()
    try:
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.route("**/*", serve)
        page.goto(f"https://one.example{path}")
        block = page.locator("head > script[type='application/ld+json']")
        assert faults(json.loads(block.text_content() or "")) == []
        # A theme prints a title's own markup as such; the policy stops it, and nothing else.
        theirs = built.text(f"{path[1:]}index.html").count("<script>window.ran")
        assert len(said) == theirs
        assert all("Executing inline script violates" in line for line in said)
        assert page.evaluate("window.ran") is None
    finally:
        context.close()


# ---- laws

letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
values = st.recursive(letters | st.integers() | st.booleans(), lambda c: st.lists(c, max_size=4))


class Reader(HTMLParser):
    """What an HTML parser takes to be inside the script element, and after it."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.inside = self.outside = ""
        self._open = False
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._open = tag == "script"

    def handle_endtag(self, tag: str) -> None:
        self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.inside += data
        else:
            self.outside += data


@given(st.dictionaries(letters, values, max_size=4))
def test_any_text_comes_back_whole_through_an_html_parser(document: dict[str, Any]):
    read = Reader(f"<script>{graph.text(document)}</script>after")
    assert json.loads(read.inside) == document
    assert read.outside == "after"


def subject(name: str, **more: Any) -> SimpleNamespace:
    return SimpleNamespace(name=name, url="a b/é/", save_as="x", **more)


names = letters.map(plain).filter(bool)


@given(letters, letters, st.lists(names, max_size=3), st.lists(names, max_size=3), letters, letters)
def test_whatever_an_author_writes_the_checker_finds_no_fault(
    title: str, summary: str, authors: list[str], tags: list[str], card: str, alt: str
):
    assume(plain_title(title))
    settings = {"SITEURL": "https://one.example/blog/", "SITENAME": "N", "DEFAULT_LANG": "en"}
    article = SimpleNamespace(
        title=title,
        metadata={"summary": summary},
        url="näher/",
        lang="en",
        status="published",
        in_default_lang=True,
        translations=[],
        category=subject("C"),
        card=card,
        image="ü.png",
        image_alt=alt,
        image_width=alt,
        image_height=alt,
        date=datetime.now(UTC),
        authors=[subject(name) for name in authors],
        tags=[subject(name) for name in tags],
    )
    assume("://" not in card)
    document = graph.article(article, graph.site_of(settings))
    assert faults(document) == []


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda d: d["@graph"][0].pop("headline"), "BlogPosting: no headline"),
        (lambda d: d["@graph"][0].update(url="/full/"), "BlogPosting: url: '/full/'"),
        (lambda d: d["@graph"][0].update(wordage=3), "BlogPosting: wordage is unknown"),
        (lambda d: d["@graph"][0].update(datePublished="2024-05-01T10:00"), "datePublished"),
        (lambda d: d["@graph"][0].update(keywords=[]), "keywords is empty"),
        (lambda d: d["@graph"][0].update(headline=" x"), "headline: ' x'"),
        (lambda d: d["@graph"][0]["image"][0].pop("width"), "half a size"),
        (lambda d: d["@graph"][0]["image"][0].update(width="8"), "ImageObject: width: '8'"),
        (lambda d: d["@graph"][0]["author"][0].pop("name"), "Person: no name"),
        (lambda d: d["@graph"][0].update(author={"@type": "WebSite"}), "author: WebSite"),
        (lambda d: d["@graph"][1]["itemListElement"].reverse(), "positions"),
        (lambda d: d["@graph"].pop(), "publisher leads nowhere"),
        (lambda d: d.update({"@context": "http://schema.example"}), "@context"),
    ],
)
def test_the_checker_finds_what_is_wrong(built: Built, spoil: Any, fault: str):
    document = deepcopy(described(built, "full/index.html"))
    spoil(document)
    assert any(fault in found for found in faults(document)), faults(document)
