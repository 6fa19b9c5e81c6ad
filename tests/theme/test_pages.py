"""What every page of the theme has, with our plugins and without any."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.theme.conftest import ACTION, SITE, Built

KINDS = [
    "index.html",
    "index2.html",
    "full/index.html",
    "about/index.html",
    "letters/index.html",
    "category/career/index.html",
    "categories/index.html",
    "tag/calm/index.html",
    "tags/index.html",
    "author/ann-lee/index.html",
    "authors/index.html",
    "archives/index.html",
    "2026/index.html",
    "404.html",
]
VOID = "area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr"


def policy_of(page: Any) -> dict[str, str]:
    """The page's own policy, rule by rule."""
    (policy,) = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    return dict(rule.strip().split(" ", 1) for rule in policy.split(";"))


@pytest.mark.parametrize("name", KINDS)
def test_every_template_has_the_frame_of_a_page(either: Built, name: str):
    page = either.page(name)
    assert len(page.xpath("//h1")) == 1
    assert page.xpath("string(//h1)").strip()
    for landmark in ("body/header", "body/main", "body/footer", "body/header/nav[@aria-label]"):
        assert len(page.xpath(f"//{landmark}")) == 1, landmark
    assert page.xpath("//body/*")[0].get("class") == "skip"
    assert page.xpath("(//a)[1]/@href") == ["#content"]
    assert page.xpath("//main/@id") == ["content"]
    assert page.get("lang") == "en"
    assert page.xpath("string(//title)").strip()
    assert page.xpath("//meta[@name='viewport']")
    assert len(page.xpath("//meta[@name='theme-color']")) == 2
    assert page.xpath("//link[@rel='icon'][@type='image/svg+xml']/@href") == ["/theme/img/icon.svg"]


def test_headings_never_skip_a_level_and_are_never_empty(either: Built):
    for name in either.names():
        levels = [1]
        for heading in either.page(name).xpath("//h1|//h2|//h3|//h4"):
            assert heading.text_content().strip(), name
            levels.append(int(heading.tag[1]))
        assert all(b <= a + 1 for a, b in itertools.pairwise(levels)), (name, levels)


def test_no_script_inside_a_page_and_no_style_but_the_one_its_policy_names(
    stock: Built, ours: Built
):
    for name in stock.names():
        assert not stock.page(name).xpath("//style"), name
        assert len(stock.page(name).xpath("//link[@rel='stylesheet']")) == 1, name
    for name in ours.names():
        page = ours.page(name)
        (style,) = page.xpath("/html/head/style")
        assert not page.xpath("//body//style | //link[@rel='stylesheet']"), name
        digest = base64.b64encode(hashlib.sha256(style.text.encode()).digest()).decode()
        assert policy_of(page)["style-src"] == f"'sha256-{digest}'", name


def test_no_style_and_no_script_hides_in_an_attribute_or_an_element(either: Built):
    for name in either.names():
        page = either.page(name)
        assert not page.xpath("//@style"), name
        assert not page.xpath("//script[not(@src)][not(@type='application/ld+json')]"), name
        assert not page.xpath("//@*[starts-with(name(), 'on')]"), name


def test_a_page_loads_nothing_from_another_host(either: Built):
    for name in either.names():
        page = either.page(name)
        loaded = page.xpath("//@src | //link[@rel='stylesheet' or @rel='icon']/@href")
        assert len(loaded) + len(page.xpath("//style")) >= 3
        assert all(link.startswith("/") and not link.startswith("//") for link in loaded), name


def lead_somewhere(built: Built, page: Any) -> bool:
    """Whether the links of a page are root-relative and there is a file behind each."""
    for link in page.xpath("//body//a[not(ancestor::*[@class='share'])]/@href"):
        assert not link.startswith(SITE), link
        path = urlsplit(link).path
        if link.startswith("/"):
            target = built.output / path.lstrip("/")
            assert (target / "index.html" if path.endswith("/") else target).is_file(), link
    return True


def test_every_link_of_the_site_is_root_relative_and_leads_somewhere(either: Built):
    for name in either.names():
        page = either.page(name)
        assert lead_somewhere(either, page), name
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids)), name
        for fragment in page.xpath("//a/@href[starts-with(., '#')]"):
            assert fragment[1:] in [*ids, "a"], (name, fragment)


def test_lists_stand_where_pelican_puts_them_without_a_setting(build: Any):
    lists = ("ARCHIVES", "CATEGORIES", "TAGS", "AUTHORS")
    built = build(**{f"{name}_SAVE_AS": ... for name in lists})
    page = built.page("archives.html")
    assert page.xpath("//header//a/text()")[:3] == ["Salt & Pepper", "Articles", "Subjects"]
    assert page.xpath("//main//a[@href='/tags.html']")
    assert built.page("404.html").xpath("//main//a[@href='/archives.html']")
    for name, terms in (
        ("categories", ["Career, Network", "Career", "Money"]),
        ("tags", ["calm", "care"]),
        ("authors", ["Ann Lee", "Bo Day"]),
    ):
        found = built.page(f"{name}.html")
        assert set(found.xpath("//main//li/a/text()")) == set(terms)
        assert lead_somewhere(built, found), name


def test_what_has_no_page_is_named_without_a_link(build: Any):
    built = build(CATEGORY_SAVE_AS="", TAG_SAVE_AS="", AUTHOR_SAVE_AS="")
    assert "Filed under calm, care" in built.page("full/index.html").text_content()
    for name in built.names():
        assert lead_somewhere(built, built.page(name)), name


@pytest.mark.parametrize("name", [kind for kind in KINDS if kind != "404.html"])
def test_canonical_and_share_data_are_absolute(either: Built, name: str):
    page = either.page(name)
    address = f"{SITE}/{name.removesuffix('index.html')}"
    assert page.xpath("//link[@rel='canonical']/@href") == [address]
    assert page.xpath("//meta[@property='og:url']/@content") == [address]
    for field in ("title", "type", "site_name"):
        assert page.xpath(f"//meta[@property='og:{field}']/@content")[0]
    assert page.xpath("//meta[@name='twitter:card']/@content")
    assert page.xpath("//meta[@name='description']/@content")[0].strip()


@pytest.mark.parametrize("name", KINDS)
def test_the_feeds_are_announced_on_every_page(either: Built, name: str):
    alternates = {
        link.get("href"): link.get("type")
        for link in either.page(name).xpath("//link[@rel='alternate'][@type]")
    }
    assert alternates[f"{SITE}/feeds/all.rss.xml"] == "application/rss+xml"
    assert alternates[f"{SITE}/feeds/all.atom.xml"] == "application/atom+xml"
    if name.startswith("category/"):
        assert f"{SITE}/feeds/career.rss.xml" in alternates
        assert f"{SITE}/feeds/career.atom.xml" in alternates


def test_a_json_feed_is_announced_where_there_is_one(build: Any, stock: Built):
    assert "feed+json" not in stock.text("index.html")
    built = build(FEED_ALL_JSON="feeds/all.json", CATEGORY_FEED_JSON="feeds/{slug}.json")
    assert f'href="{SITE}/feeds/all.json"' in built.text("index.html")
    assert f'href="{SITE}/feeds/money.json"' in built.text("category/money/index.html")
    assert "feeds/money.json" not in built.text("long/index.html")


def test_the_policy_allows_this_host_and_the_form(either: Built):
    rules = policy_of(either.page("index.html"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert re.fullmatch(r"'self'|'sha256-[\w+/]{43}='", rules["style-src"])
    assert rules["form-action"] == "'self' https://journal.us1.list-manage.com"
    assert rules["base-uri"] == "'none'"


def test_without_the_plugin_the_policy_allows_this_hosts_style_alone(stock: Built):
    for name in stock.names():
        assert policy_of(stock.page(name))["style-src"] == "'self'", name


def test_void_elements_have_no_slash_and_attributes_no_raw_quote(either: Built):
    for name in either.names():
        markup = either.text(name)
        # The body's markup is Markdown's own; the theme's is ours.
        assert not re.search(rf"<({VOID})\b[^>]*/>", markup), name


def test_lists_have_pages_that_lead_to_each_other(either: Built):
    first, second = either.page("index.html"), either.page("index2.html")
    assert first.xpath("//nav[@class='pager']/a/@href") == ["/index2.html"]
    assert second.xpath("//nav[@class='pager']/a[@rel='prev']/@href") == ["/"]
    period = "May 1, 2024 to May 1, 2025"
    assert second.xpath("string(//title)") == f"Articles, {period} | Salt & Pepper"
    assert second.xpath("string(//h1)") == f"Articles, {period}"
    assert second.xpath("string(//nav[@class='pager']/span)") == period


def test_the_home_page_opens_with_the_newest_article(either: Built):
    page = either.page("index.html")
    assert page.xpath("string(//h1)") == "One promise, kept"
    newest = page.xpath("//article[@class='newest']")[0]
    assert newest.xpath(".//h2/a/@href") == ["/full/"]
    assert newest.xpath(".//img/@src") == ["/images/cover.jpg"]
    assert newest.xpath(".//img/@alt") == [""]
    assert newest.xpath("string(p[@class='deck'])") == "A gist with 5 < 6."
    assert page.xpath("//article[@class='entry']//h2/a/@href") == ["/plain/", "/long/"]
    assert page.xpath("//form/@action") == [ACTION]


def test_a_listing_marks_the_article_in_another_language(ours: Built):
    entry = ours.page("category/money/index.html").xpath("//article[.//a[@href='/rtl/']]")[0]
    assert (entry.get("lang"), entry.get("dir")) == ("ar", "rtl")
    article = ours.page("rtl/index.html")
    assert (article.get("lang"), article.get("dir")) == ("ar", "rtl")


def test_the_footer_holds_feeds_and_how_to_follow_and_nothing_else(either: Built):
    links = either.page("index.html").xpath("//body/footer//a")
    assert [link.text for link in links] == ["How to follow", "RSS", "Atom"]
    assert not either.page("index.html").xpath("//body/footer//p")


def test_the_page_you_are_on_is_marked_in_the_navigation(either: Built):
    current = "//header/nav//a[@aria-current='page']"
    assert either.page("archives/index.html").xpath(f"string({current})") == "Articles"
    assert either.page("about/index.html").xpath(f"string({current})") == "About"
    assert not either.page("full/index.html").xpath(current)


def test_a_site_in_a_folder_keeps_its_links_inside(build: Any):
    built = build(SITEURL=f"{SITE}/blog")
    page = built.page("full/index.html")
    assert page.xpath("//link[@rel='stylesheet']/@href") == ["/blog/theme/css/site.css"]
    assert page.xpath("//div[@class='prose']/p[1]/a/@href") == ["/blog/plain/"]
    assert page.xpath("//link[@rel='canonical']/@href") == [f"{SITE}/blog/full/"]


def test_a_site_without_an_address_still_works(build: Any):
    plain = build(SITEURL="").page("full/index.html")
    assert plain.xpath("//link[@rel='stylesheet']/@href") == ["/theme/css/site.css"]
    assert not plain.xpath("//link[@rel='canonical'] | //meta[@property='og:image']")
    near = build(SITEURL="", RELATIVE_URLS=True).page("full/index.html")
    assert near.xpath("//link[@rel='stylesheet']/@href") == ["../theme/css/site.css"]
    assert near.xpath("//div[@class='prose']/p[1]/a/@href") == ["../plain/"]


def test_a_site_without_a_post_says_so(build: Any):
    empty = build(ARTICLE_PATHS=["images"])
    for page in ("index.html", "archives/index.html"):
        assert "The first article is" in empty.page(page).xpath("string(//main)")
    for page in ("categories", "tags", "authors"):
        assert empty.page(f"{page}/index.html").xpath("//main//li/text()") == [
            "There are none yet."
        ]


def menu_of(site: Built, name: str = "index.html") -> list[tuple[str, str]]:
    """The words and addresses of a page's menu."""
    links = site.page(name).xpath("//body/header/nav//a")
    return [(link.text_content().strip(), link.get("href")) for link in links]


def test_the_menu_holds_the_lists_and_every_page_but_the_feeds_one(stock: Built):
    assert menu_of(stock) == [
        ("Articles", "/archives/"),
        ("Subjects", "/categories/"),
        ("About", "/about/"),
        ("Letters", "/letters/"),
    ]
    assert menu_of(stock, "about/index.html") == menu_of(stock)


def test_the_settings_choose_the_pages_of_the_menu(build: Any):
    chosen = [("About us", "/about/"), ('<b>"Shop" & more', "https://shop.example/?a=1&b=2")]
    site = build(DISPLAY_PAGES_ON_MENU=False, MENUITEMS=chosen, ARCHIVES_SAVE_AS="")
    assert menu_of(site) == [("Subjects", "/categories/"), *chosen]
    assert "about/index.html" in site.names()
