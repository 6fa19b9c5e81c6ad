"""Which files go into the site, and how covers and links find them."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from unicodedata import normalize
from urllib.parse import unquote

import pytest
from lxml import html
from test_full_feeds_site import Built, Site
from test_mail_issues_site import png

from publish.post.images import cover_paths

PLUGINS = ["post_files", "text_filters", "structured_data", "full_feeds", "mail_issues"]
PICTURE = png(600, 300)


@pytest.fixture
def site(root: Path, tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    made.settings |= {"AUTHOR": "Ann", "PLUGINS": PLUGINS, "THEME": str(root / "theme")}
    made.settings["PAGE_PATHS"] = []
    made.write("images/tea cup.png", PICTURE)
    made.write("notes/near.png", PICTURE)
    return made


def covers(site: Site, built: Built, slug: str) -> dict[str, str]:
    """The cover's address as each surface has it."""
    page = html.fromstring(built.text(f"{slug}/index.html"))
    (data,) = page.xpath("//script[@type='application/ld+json']")
    posting = json.loads(data.text)["@graph"][0]
    letter = html.fromstring((site.root / f".publish/issues/{slug}/issue.html").read_text("utf-8"))
    return {
        "page": "https://one.example" + page.xpath("//img[@class='cover']/@src")[0],
        "share": page.xpath("//meta[@property='og:image']/@content")[0],
        "data": posting["image"][0]["url"],
        "feed": built.json()["items"][0]["image"],
        "mail": letter.xpath("//img[@alt='A cup']/@src")[0],
    }


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("images/tea cup.png", "images/tea%20cup.png"),
        ("/images/tea cup.png", "images/tea%20cup.png"),
        ("{static}/images/tea%20cup.png", "images/tea%20cup.png"),
        ("{static}../images/tea cup.png", "images/tea%20cup.png"),
        ("{filename}/images/tea cup.png?v=2#x", "images/tea%20cup.png"),
        ("near.png", "notes/near.png"),
        ("{static}near.png", "notes/near.png"),
        ("|static|near.png", "notes/near.png"),
        ("{attach}near.png", "post/near.png"),
        ("https://far.example/a b.png", "https://far.example/a%20b.png"),
    ],
)
def test_every_surface_shows_the_same_cover(site: Site, given: str, address: str):
    site.post("notes/post", Title="Post", Slug="post", Image=given, Image_alt="A cup")
    built = site.build("--fatal", "errors")
    assert built.code == 0, built.log
    wanted = address if "://" in address else f"https://one.example/{address}"
    found = covers(site, built, "post")
    if "://" in address:
        found["page"] = found["page"].removeprefix("https://one.example")
    assert found == dict.fromkeys(found, wanted)
    if "://" not in address:
        file = built.output / address.replace("%20", " ")
        assert file.read_bytes() == PICTURE


def test_a_cover_that_is_not_there_is_on_no_surface(site: Site):
    site.post("post", Title="Post", Slug="post", Image="{static}/images/lost.png")
    built = site.build()
    assert not re.search("lost.png", built.text("post/index.html"))
    assert "image" not in built.json()["items"][0]


@pytest.mark.parametrize(
    "given", ["../../etc/passwd", "{static}../../../x.png", "..", "/", "{static}"]
)
def test_a_cover_never_leads_out_of_the_content_folder(given: str):
    assert not [path for path in cover_paths(given, "notes") if path.startswith("..")]


def test_what_is_no_address_names_no_file(site: Site):
    site.post("public", "![P](//[p)", Title="Public", Slug="public", Image="//[x")
    site.post("draft", "[a](//[y)", Title="Draft", Slug="draft", Status="draft")
    built = site.build(PLUGINS=["post_files"])
    assert built.code == 0, built.log
    assert "Invalid IPv6" not in built.log


@pytest.mark.parametrize("on_disk", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_an_accent_is_an_accent_however_it_is_stored(site: Site, on_disk: str, typed: str):
    site.write(f"images/{normalize(on_disk, 'crème')}.png", PICTURE)
    name = normalize(typed, "crème")
    site.post(
        "post",
        f"![C]({{static}}/images/{name}.png)",
        Title="Post",
        Slug="post",
        Image=f"images/{name}.png",
    )
    built = site.build("--fatal", "warnings", PLUGINS=["post_files"])
    assert (built.code, built.log) == (0, "")
    page = html.fromstring(built.text("post/index.html"))
    assert len(page.xpath("//img/@src")) == 2
    for source in page.xpath("//img/@src"):
        place = re.sub("^https://one.example/|^/", "", source)
        assert (built.output / unquote(place)).is_file()


def test_a_cover_is_found_though_the_body_names_its_file_by_percent_signs(site: Site):
    site.write("images/crème.png", PICTURE)
    name = "{static}/images/cr%C3%A8me.png"
    site.post("post", f"![C]({name})", Title="Post", Slug="post", Image=name)
    built = site.build(PLUGINS=["post_files"])
    cover, picture = html.fromstring(built.text("post/index.html")).xpath("//img/@src")
    assert unquote(cover).endswith("images/crème.png")
    assert unquote(picture).endswith("images/crème.png")


SECRETS = ("secret.pdf", "images/secret.png", "images/cover secret.png", "mail secret.png")


@pytest.fixture
def secret(site: Site) -> Site:
    for name in SECRETS:
        site.write(name, PICTURE)
    site.post(
        "draft",
        "[a]({attach}secret.pdf) ![b](/images/secret.png) ![c]({static}mail%20secret.png)",
        Title="Draft",
        Slug="draft",
        Status="draft",
        Image="images/cover secret.png",
    )
    site.post("post", "Words.", Title="Post", Slug="post")
    return site


def published(built: Built) -> set[str]:
    return {file.name for file in built.output.rglob("*secret*")}


def test_what_only_drafts_name_stays_out_of_the_site(secret: Site):
    built = secret.build("--fatal", "errors")
    assert built.code == 0, built.log
    assert published(built) == set()
    assert (built.output / "images/tea cup.png").is_file(), (
        "what nothing names is the author's wish"
    )


@pytest.mark.parametrize(
    "said",
    [
        "<a href=/images/secret.png>the plan</a>",
        '<IMG SRC="/images/secret.png" ALT="a plan">',
        '<img src="{static}/images/tea%20cup.png" srcset="/images/secret.png 2x" alt="a plan">',
        "[the plan](https://one.example/images/secret.png)",
        "![A plan](//one.example/images/secret.png)",
    ],
)
@pytest.mark.parametrize("field", ["body", "Summary"])
def test_a_draft_keeps_a_file_back_however_it_names_it(secret: Site, said: str, field: str):
    fields = {"Title": "Draft", "Slug": "draft", "Status": "draft"}
    body, more = (said, {}) if field == "body" else ("Words.", {field: said})
    secret.post("draft", body, **fields, **more)
    assert "secret.png" not in published(secret.build())


def test_a_draft_that_has_a_page_has_its_files(secret: Site):
    built = secret.build(DRAFT_SAVE_AS="drafts/{slug}.html")
    assert published(built) == {name.rpartition("/")[2] for name in SECRETS}


@pytest.mark.parametrize("said", ["![x]({static}/images/secret.png)", "[x](/images/secret.png)"])
def test_what_is_public_too_stays_public(secret: Site, said: str):
    secret.post("other", said, Title="Other", Slug="other")
    assert published(secret.build()) == {"secret.png"}


def test_where_a_file_is_attached_hangs_on_no_order_of_plugins(site: Site):
    shutil.copy(site.root / "content/images/tea cup.png", site.root / "content/notes/two.png")
    site.post("notes/post", "![x]({attach}two.png)", Title="Post", Slug="post")
    for order in (PLUGINS, PLUGINS[::-1]):
        built = site.build("--fatal", "warnings", PLUGINS=order)
        assert (built.code, built.log) == (0, "")
        assert (built.output / "post/two.png").is_file()
