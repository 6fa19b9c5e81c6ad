"""What visiting machines find at the root of a site: sitemap, robots, manifest and icon."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import lxml.etree
import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from site_files.sitemap import place, robots, sitemap
from site_files.webmanifest import manifest
from test_full_feeds_site import Built, Site

from publish.post.text import plain

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
HOST = "https://one.example"
MADE = ("sitemap.xml", "robots.txt", "manifest.webmanifest", "favicon.ico")
ICON_COLOURS = {"ground": (15, 79, 70), "pill": (251, 248, 242), "end": (226, 161, 93)}


@pytest.fixture
def site(root: Path, tmp_path: Path) -> Site:
    made = Site(tmp_path)
    made.settings |= {
        "THEME": str(root / "theme"),
        "DEFAULT_DATE_FORMAT": "%b %-d, %Y",
        "PLUGINS": ["multi_category", "site_files"],
        "PAGE_URL": "{slug}/",
        "PAGE_SAVE_AS": "{slug}/index.html",
        "ARCHIVES_SAVE_AS": "archives/index.html",
        "DIRECT_TEMPLATES": ["index", "archives", "tags", "categories", "authors", "404"],
        "DEFAULT_PAGINATION": 1,
    }
    made.post("first", Category="Career, Network", Tags="calm", Author="Ann Lee")
    made.post("second", Category="Career", Date="2024-06-01 09:30", Modified="2024-07-04 12:00")
    made.write("pages/about.md", "Title: About\n\nUs.\n")
    return made


def listed(text: str) -> dict[str, str]:
    """Addresses with their dates, of a sitemap that holds the format's own rules."""
    document = lxml.etree.fromstring(text.encode())
    assert document.tag == f"{NAMESPACE}urlset"
    found = {}
    for url in document:
        assert url.tag == f"{NAMESPACE}url"
        assert [child.tag.removeprefix(NAMESPACE) for child in url] in (["loc"], ["loc", "lastmod"])
        address, when = url.findtext(f"{NAMESPACE}loc"), url.findtext(f"{NAMESPACE}lastmod") or ""
        assert re.fullmatch(r"https?://[!-~]+", address), address
        assert address not in found
        assert not when or datetime.fromisoformat(when).tzinfo
        found[address] = when
    assert list(found) == sorted(found)
    return found


def below(built: Built, siteurl: str = HOST) -> dict[str, str]:
    """The same, by the part of the address below the site."""
    addresses = listed(built.text("sitemap.xml"))
    assert all(address.startswith(f"{siteurl}/") for address in addresses)
    return {address.removeprefix(f"{siteurl}/"): when for address, when in addresses.items()}


# ---- sitemap


def test_all_that_is_public_and_worth_landing_on_is_listed_with_its_last_change(site: Site):
    older, newer = "2024-05-01T10:00:00-04:00", "2024-07-04T12:00:00-04:00"
    assert below(site.build()) == {
        "": newer,
        "about/": "",
        "archives/": newer,
        "author/ann-lee.html": older,
        "authors.html": newer,
        "categories.html": newer,
        "category/career.html": newer,
        "category/network.html": older,
        "first/": older,
        "second/": newer,
        "tag/calm.html": older,
        "tags.html": newer,
    }


def test_each_address_is_a_page_and_names_itself_as_the_canonical_one(site: Site):
    built = site.build()
    for name in below(built):
        file = built.output / name
        page = lxml.html.parse(str(file / "index.html" if file.is_dir() else file))
        assert page.xpath("//link[@rel='canonical']/@href") == [f"{HOST}/{name}"]
        assert not page.xpath("//meta[@name='robots']")


def test_every_page_is_listed_or_says_why_it_is_not(site: Site):
    site.post("draft", Status="draft")
    site.post("hidden", Status="hidden")
    built = site.build(DRAFT_SAVE_AS="drafts/{slug}.html")
    left = {}
    names = below(built)
    for file in built.output.rglob("*.html"):
        name = file.relative_to(built.output).as_posix()
        if name.removesuffix("index.html") not in names:
            page = lxml.html.parse(str(file))
            left[name] = page.xpath("string(//meta[@name='robots']/@content)")
    noindex = {"404.html", "drafts/draft.html", "hidden/index.html"}
    # The later pages of a list are found through it, and nobody has a page by Pelican's mistake.
    plain = {"index2.html", "category/career2.html", "author/.html"}
    assert left == dict.fromkeys(plain, "") | dict.fromkeys(noindex, "noindex")


def test_what_is_not_public_is_not_named_and_dates_nothing(site: Site):
    before = site.build().text("sitemap.xml")
    late = {"Modified": "2025-12-01", "Tags": "xyzzy", "Category": "Xyzzy", "Author": "Xyzzy"}
    site.post("draft", Status="draft", **late)
    site.post("hidden", Status="hidden", **late)
    site.post("future", Date="2999-01-01", Tags="xyzzy", Category="Xyzzy", Author="Xyzzy")
    site.write("pages/xyzzy.md", "Title: Xyzzy\nStatus: draft\n\nXyzzy.\n")
    site.write("pages/shy.md", "Title: Xyzzy shy\nStatus: hidden\n\nXyzzy.\n")
    assert site.build().text("sitemap.xml") == before


def test_a_translation_is_a_page_of_its_own(site: Site):
    site.post("ours", Slug="twin", Lang="en")
    site.post("theirs", Slug="twin", Lang="fr")
    built = site.build(
        ARTICLE_LANG_URL="{lang}/{slug}/", ARTICLE_LANG_SAVE_AS="{lang}/{slug}/index.html"
    )
    assert {"twin/", "fr/twin/"} <= below(built).keys()


def test_what_is_not_written_is_not_listed(site: Site):
    site.write("pages/nowhere.md", "Title: Nowhere\nSave_as:\n\nWords.\n")
    names = below(site.build(AUTHOR_SAVE_AS="", TAG_SAVE_AS="", ARCHIVES_SAVE_AS=""))
    assert not [n for n in names if n.startswith(("author/", "tag/", "archives", "nowhere"))]
    assert "category/career.html" in names


def test_a_site_in_a_folder(site: Site):
    built = site.build(SITEURL=f"{HOST}/näher/blog/")
    names = below(built, f"{HOST}/n%C3%A4her/blog")
    assert {"", "first/", "about/"} <= names.keys()
    assert f"Sitemap: {HOST}/n%C3%A4her/blog/sitemap.xml" in built.text("robots.txt")


@pytest.mark.parametrize("near", ["", "/blog"])
def test_without_a_host_there_is_no_sitemap_and_everything_else(site: Site, near: str):
    built = site.build("--fatal", "errors", SITEURL=near)
    assert built.code == 0
    assert not (built.output / "sitemap.xml").exists()
    assert "Sitemap" not in built.text("robots.txt")
    assert json.loads(built.text("manifest.webmanifest"))["start_url"] == "./"


def test_an_empty_site_has_a_valid_sitemap(site: Site):
    for file in (site.root / "content").rglob("*.md"):
        file.unlink()
    built = site.build("--fatal", "errors")
    assert built.code == 0
    assert set(below(built).values()) == {""}


def test_the_same_content_gives_the_same_bytes(site: Site):
    for number in range(8):
        site.post(f"same-{number}", Tags="b, a", Category="Z, Y")
    first, second = site.build(), site.build()
    for name in MADE:
        assert (first.output / name).read_bytes() == (second.output / name).read_bytes()


# ---- what the site brings itself


def test_files_of_the_site_are_never_replaced(site: Site):
    site.write("extra/robots.txt", "User-agent: *\nDisallow: /\n")
    site.write("extra/favicon.ico", b"mine")
    templates = site.root / "templates"
    templates.mkdir()
    (templates / "sitemap.html").write_text("a template's", encoding="utf-8")
    (templates / "manifest.html").write_text("another's", encoding="utf-8")
    built = site.build(
        STATIC_PATHS=["extra"],
        EXTRA_PATH_METADATA={
            "extra/robots.txt": {"path": "robots.txt"},
            "extra/favicon.ico": {"path": "favicon.ico"},
        },
        THEME_TEMPLATES_OVERRIDES=[str(templates)],
        DIRECT_TEMPLATES=["index", "sitemap"],
        SITEMAP_SAVE_AS="sitemap.xml",
        TEMPLATE_PAGES={"../templates/manifest.html": "manifest.webmanifest"},
    )
    assert [built.text(name) for name in MADE] == [
        "a template's",
        "User-agent: *\nDisallow: /\n",
        "another's",
        "mine",
    ]


def test_a_place_that_is_taken_by_a_folder_is_one_clear_error(site: Site):
    site.write("extra/inner.txt", "words")
    path = {"extra/inner.txt": {"path": "robots.txt/inner.txt"}}
    built = site.build(STATIC_PATHS=["extra"], EXTRA_PATH_METADATA=path)
    assert "robots.txt: cannot be written: Is a directory — remove what is there" in built.log
    assert "Traceback" not in built.log
    assert below(built)


@pytest.mark.parametrize("theme", ["simple", "notmyidea"])
def test_a_stock_theme_has_no_icons_and_nothing_to_complain_of(site: Site, theme: str):
    site.post("second", Author="Ann Lee")
    built = site.build(
        "--fatal",
        "warnings",
        THEME=theme,
        AUTHOR="Ann Lee",
        PLUGINS=["site_files"],
        DIRECT_TEMPLATES=["index", "archives"],
    )
    assert (built.code, built.log) == (0, "")
    assert json.loads(built.text("manifest.webmanifest"))["icons"] == []
    assert not (built.output / "favicon.ico").exists()
    assert "first/" in below(built)


# ---- robots, manifest, icons


def test_every_robot_may_read_everything_and_finds_the_sitemap(site: Site):
    parser = RobotFileParser()
    parser.parse(site.build().text("robots.txt").splitlines())
    assert all(parser.can_fetch(name, f"{HOST}/first/") for name in ("Googlebot", "anything"))
    assert parser.site_maps() == [f"{HOST}/sitemap.xml"]


def test_the_manifest_is_linked_and_its_icons_are_what_it_says(site: Site):
    built = site.build(SITEURL=f"{HOST}/blog", SITENAME="Salt &amp; <b>Pepper</b>")
    page = lxml.html.fromstring(built.text("first/index.html"))
    assert page.xpath("//link[@rel='manifest']/@href") == ["/blog/manifest.webmanifest"]
    said = json.loads(built.text("manifest.webmanifest"))
    assert (said["name"], said["description"]) == ("Salt & Pepper", "Notes & thoughts")
    assert said["lang"] == "en"
    for colour in (said["theme_color"], said["background_color"]):
        assert re.fullmatch(r"#[0-9a-f]{6}", colour)
    address = f"{HOST}/blog/manifest.webmanifest"
    assert urljoin(address, said["start_url"]) == urljoin(address, said["scope"]) == f"{HOST}/blog/"
    sizes = set()
    for icon in said["icons"]:
        path = urlsplit(urljoin(address, icon["src"])).path.removeprefix("/blog/")
        assert (built.output / path).is_file()
        if icon["type"] == "image/png":
            with Image.open(built.output / path) as image:
                assert image.format == "PNG"
                assert icon["sizes"] == f"{image.width}x{image.height}"
        sizes.add((icon["sizes"], icon.get("purpose", "any")))
    wanted = {("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"), ("any", "any")}
    assert sizes == wanted


def test_colours_are_settings(site: Site):
    built = site.build(MANIFEST_BACKGROUND="#ffffff", MANIFEST_COLOUR="#123456", SITESUBTITLE="")
    said = json.loads(built.text("manifest.webmanifest"))
    assert (said["background_color"], said["theme_color"]) == ("#ffffff", "#123456")
    assert "description" not in said


def test_the_icon_lies_where_programs_ask_for_it_unasked(site: Site, root: Path):
    icon = site.build().output / "favicon.ico"
    assert icon.read_bytes() == (root / "theme/static/img/favicon.ico").read_bytes()


@pytest.mark.parametrize(
    ("name", "size", "most"),
    [
        ("favicon.ico", 48, 4_000),
        ("apple-touch-icon.png", 180, 4_000),
        ("icon-192.png", 192, 4_000),
        ("icon-512.png", 512, 8_000),
        ("icon-maskable-512.png", 512, 8_000),
    ],
)
def test_each_icon_shows_the_drawing_and_is_small(root: Path, name: str, size: int, most: int):
    file = root / "theme/static/img" / name
    drawing = (file.parent / "icon.svg").read_text(encoding="utf-8")
    assert file.stat().st_size <= most
    with Image.open(file) as image:
        assert image.size == (size, size)
        pixels = image.convert("RGBA")
    at = {"ground": (0.5, 0.06), "pill": (0.36, 0.62), "end": (0.62, 0.4)}
    for part, (x, y) in at.items():
        colour = ICON_COLOURS[part]
        assert "#{:02x}{:02x}{:02x}".format(*colour) in drawing
        assert pixels.getpixel((int(x * size), int(y * size))) == (*colour, 255), part
    # What a system cuts into its own shape is filled to the corners; the others are round.
    filled = "maskable" in name or "apple" in name
    assert pixels.getpixel((0, 0)) == ((*ICON_COLOURS["ground"], 255) if filled else (0, 0, 0, 0))


def test_the_icon_of_the_tab_has_its_small_sizes_drawn_and_not_shrunk_by_the_browser(root: Path):
    with Image.open(root / "theme/static/img/favicon.ico") as image:
        assert image.info["sizes"] == {(16, 16), (32, 32), (48, 48)}


def test_the_maskable_drawing_is_inside_the_circle_that_is_never_cut(root: Path):
    with Image.open(root / "theme/static/img/icon-maskable-512.png") as image:
        pixels = image.convert("RGB")
    far = [
        (x, y)
        for x in range(0, 512, 2)
        for y in range(0, 512, 2)
        if (x - 256) ** 2 + (y - 256) ** 2 > (0.4 * 512) ** 2
    ]
    assert {pixels.getpixel(at) for at in far} == {ICON_COLOURS["ground"]}


# ---- laws

paths = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(
    lambda path: path.replace("#", "").replace("?", "").replace("%", "")
)
moments = st.none() | st.datetimes(
    datetime(2000, 1, 1),
    datetime(2100, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-4)), timezone(timedelta(hours=5.5))]),
)


@given(st.dictionaries(paths, moments, max_size=6), st.randoms())
def test_any_addresses_come_back_whole_and_their_order_does_not_matter(
    given_entries: dict[str, datetime | None], rng: Any
):
    entries = [(f"{HOST}/{path}", when) for path, when in given_entries.items()]
    text = sitemap(entries)
    rng.shuffle(entries)
    assert sitemap(entries) == text
    read = {unquote(address): when for address, when in listed(text).items()}
    assert read.keys() == {f"{HOST}/{path}" for path in given_entries}
    for path, when in given_entries.items():
        said = read[f"{HOST}/{path}"]
        assert (datetime.fromisoformat(said) if said else None) == (
            when and when.replace(microsecond=0)
        )


@given(paths)
def test_a_place_is_below_the_site_and_ends_where_a_file_is_the_folders(path: str):
    assert place(f"{path}/index.html") == f"{path}/"
    assert place(f"{path}/page.html") == f"{path}/page.html"
    assert place("index.html") == ""


@given(st.text(st.characters(exclude_categories=["Cs"])), st.lists(paths, max_size=4))
def test_a_manifest_is_json_whatever_the_site_is_called_and_lists_only_icons(
    name: str, others: list[str]
):
    icons = [*others, "theme/img/icon-64.png", "theme/img/icon-maskable-64.png"]
    settings = {"SITENAME": name, "SITESUBTITLE": name, "DEFAULT_LANG": "en"}
    said = json.loads(manifest(settings, icons))
    assert said["name"] == plain(name)
    named = [icon["src"] for icon in said["icons"]]
    assert named[-2:] == icons[-2:]
    assert all(source.endswith((".png", ".svg")) for source in named)


def test_robots_names_no_sitemap_where_there_is_none():
    assert robots("") == "User-agent: *\nAllow: /\n"
