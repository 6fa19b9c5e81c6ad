"""Identity as a built site shows it."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from post_identity.digest import page_digest
from post_identity.frontmatter import MEANT, shadowing
from test_full_feeds_site import PLUGINS, Built, Site

SHOW = "{{ %s.uid }} {{ %s.page_digest }} {{ %s.title }}"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site whose articles and pages print their identity and nothing else."""
    made = Site(tmp_path / "site")
    templates = made.root / "show"
    templates.mkdir(parents=True)
    for kind in ("article", "page"):
        (templates / f"{kind}.html").write_text(SHOW % (kind, kind, kind), encoding="utf-8")
    made.settings |= {"THEME_TEMPLATES_OVERRIDES": ["show"], "PLUGINS": ["post_identity"]}
    made.settings |= {"PAGE_URL": "{slug}/", "PAGE_SAVE_AS": "{slug}/index.html"}
    return made


def shown(built: Built, slug: str) -> tuple[str, str, str]:
    """uid, digest and title of one page."""
    uid, digest, title = built.text(f"{slug}/index.html").split(" ", 2)
    return uid, digest, title


FACTS = {
    "Title": "A post",
    "Slug": "post",
    "Date": "2024-05-01 10:00",
    "Modified": "2024-05-02 10:00",
    "Category": "Career",
    "Tags": "a, b",
    "Author": "Ann",
    "Summary": "Gist.",
    "Image": "images/a.jpg",
    "Uid": "aaaaaaaaaaaa1",
}
BODY = "See [another]({filename}other.md) and https://one.example/."


def test_a_digest_is_32_hex_digits_and_the_uid_is_the_authors(site: Site):
    site.post("post", **FACTS)
    uid, digest, _ = shown(site.build(), "post")
    assert uid == "aaaaaaaaaaaa1"
    assert len(digest) == 32
    assert int(digest, 16)


@pytest.mark.parametrize(
    "change",
    [
        {"SITEURL": "http://127.0.0.1:8000"},
        {"RELATIVE_URLS": True},
        {"THEME": "notmyidea"},
        {"SITENAME": "Renamed", "DEFAULT_DATE_FORMAT": "%Y"},
        {"PLUGINS": ["post_identity", "multi_category", "share_links", "full_feeds"]},
    ],
    ids=lambda change: ",".join(change),
)
def test_site_address_theme_and_other_plugins_have_no_part_in_a_digest(
    site: Site, change: dict[str, object]
):
    site.post("other")
    site.post("post", BODY, **FACTS)
    assert shown(site.build(**change), "post") == shown(site.build(), "post")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("Title", "Another"),
        ("Date", "2024-05-01 10:01"),
        ("Modified", "2024-05-03"),
        ("Category", "Career, Network"),
        ("Tags", "a, c"),
        ("Author", "Bo"),
        ("Summary", "Other gist."),
        ("Image", "images/b.jpg"),
        ("Lang", "de"),
        ("Body", "Other words."),
    ],
)
def test_each_fact_has_a_part_in_the_digest_and_none_in_the_uid(site: Site, key: str, value: str):
    site.settings |= {"ARTICLE_LANG_URL": "{slug}/", "ARTICLE_LANG_SAVE_AS": "{slug}/index.html"}
    site.post("other")
    site.post("post", BODY, **FACTS)
    before = shown(site.build(), "post")
    changed = FACTS | ({} if key == "Body" else {key: value})
    site.post("post", value if key == "Body" else BODY, **changed)
    after = shown(site.build(), "post")
    assert after[0] == before[0]
    assert after[1] != before[1]


@pytest.mark.parametrize("change", [{"Slug": "elsewhere"}, {"Category": " Career ,"}])
def test_what_no_reader_sees_leaves_the_digest(site: Site, change: dict[str, str]):
    site.post("other")
    site.post("post", BODY, **FACTS)
    before = shown(site.build(), "post")
    site.post("post", BODY, **FACTS | change)
    assert shown(site.build(), change.get("Slug", "post")) == before


def test_without_a_uid_the_place_of_the_file_is_one(site: Site, tmp_path: Path):
    site.post("deep/post", Title="A", Slug="a")
    site.post("other", Slug="other", Uid=" ")
    uid, *_ = shown(built := site.build(), "a")
    assert len(uid) == 16
    assert shown(built, "other")[0] not in {uid, ""}
    site.post("deep/post", "New.", Title="B", Slug="b", Date="2023-01-01")
    elsewhere = Site(tmp_path / "else", site.settings)
    shutil.copytree(site.root, elsewhere.root)
    assert shown(elsewhere.build(), "b")[0] == uid


def test_pages_have_both_too(site: Site):
    site.write("pages/about.md", "Title: About\nUid: bbbbbbbbbbbb2\nSettings: x\n\nUs.\n")
    built = site.build()
    assert shown(built, "about")[0::2] == ("bbbbbbbbbbbb2", "About")
    assert "pages/about.md: `Settings:` " in built.log


def test_a_draft_with_a_place_of_its_own_is_written_only_where_drafts_are(site: Site):
    site.post("other")
    site.post("draft", Status="draft", Save_as="placed.html")
    site.post("later", Date="2999-01-01", Save_as="placed.html")
    assert not (site.build(DRAFT_SAVE_AS="").output / "placed.html").exists()
    assert (site.build(DRAFT_SAVE_AS="drafts/{slug}.html").output / "placed.html").exists()


def test_a_value_over_several_lines_is_one_text(site: Site):
    site.post("post", Title="A long\n    title", Slug="post", Uid="aaaaaaaaaaaa1")
    assert shown(site.build(), "post")[2] == "A long title"


@pytest.mark.parametrize(
    "key",
    [
        "Settings",
        "Content",
        "Url_format",
        "Metadata",
        "Translations",
        "Source_path",
        "_context",
        "__class__",
        "Get_content",
        "Is_valid",
        "In_default_lang",
        "Filename",
        "Relative_dir",
    ],
)
def test_a_key_that_pelican_needs_is_left_out_and_named(site: Site, key: str):
    site.post("other")
    site.post("post", BODY, **FACTS)
    sound = shown(site.build(), "post")
    site.post("post", BODY, **FACTS, **{key: "x"})
    built = site.build()
    assert shown(built, "post") == sound
    assert built.code == 0
    (line,) = [line for line in built.log.splitlines() if "post.md" in line]
    assert line.startswith(f"content/post.md: `{key}:` is a name that Pelican needs for itself")
    assert " — rename the key" in line


def test_pelicans_own_keys_and_unknown_ones_stay(site: Site):
    (site.root / "show" / "article.html").write_text(
        "{{ article.series }} {{ article.robots }} {{ article.keywords }} {{ article.subject }}"
        " {{ article.timezone }} {{ article.date_format }} {{ article.url }}"
        " {{ article.template }}",
        encoding="utf-8",
    )
    site.post(
        "post",
        Series="S",
        Robots="noindex",
        Keywords="k",
        Subject="J",
        Timezone="UTC",
        Date_format="%Y",
        Url="my/place/",
        Save_as="my/place/index.html",
        Template="article",
        Status="published",
        Aliases="/old/",
        Newsletter="no",
        Preheader="P",
        Translation="false",
        Image_alt="A",
        Description="D",
        Author="Ann",
    )
    built = site.build()
    assert built.text("my/place/index.html") == "S noindex k J UTC %Y my/place/ article"
    assert "post.md" not in built.log


def test_a_skipped_post_passes_its_fault_to_no_other(site: Site):
    site.post("a", Status="skip", Settings="x")
    site.post("b")
    built = site.build()
    assert "Settings" not in built.log
    assert shown(built, "b")[2] == "b"


@pytest.mark.parametrize("status", ["published", "draft", "hidden"])
def test_two_posts_with_one_uid_are_named_and_the_site_is_built(site: Site, status: str):
    site.post("one", Uid="aaaaaaaaaaaa1")
    site.post("two", Uid="aaaaaaaaaaaa1", Status=status)
    site.post("three", Uid="cccccccccccc3")
    built = site.build()
    assert built.code == 0
    (line,) = [line for line in built.log.splitlines() if "Uid" in line]
    assert line == (
        "content/two.md: Uid: aaaaaaaaaaaa1 is also the Uid of content/one.md"
        " — give the newer of the two another"
    )
    assert shown(built, "one")[0] == "aaaaaaaaaaaa1"


def test_a_translation_needs_a_uid_of_its_own(site: Site):
    site.post("one", Uid="aaaaaaaaaaaa1", Slug="one")
    site.post("eins", Uid="aaaaaaaaaaaa1", Slug="one", Lang="de")
    assert (
        "content/one.md: Uid: aaaaaaaaaaaa1 is also the Uid of content/eins.md" in site.build().log
    )


@pytest.mark.parametrize("fault", [{"Settings": "x"}, {"Uid": "bbbbbbbbbbbb2"}])
def test_an_error_fails_a_build_that_is_asked_to_fail(site: Site, fault: dict[str, str]):
    site.post("one", Uid="bbbbbbbbbbbb2")
    site.post("two", **fault)
    assert site.build().code == 0
    assert site.build("--fatal", "errors").code != 0


def test_pelicans_cache_of_content_keeps_both(site: Site):
    site.post("post", BODY, **FACTS, Settings="x")
    site.post("other")
    cached = {"CACHE_CONTENT": True, "LOAD_CONTENT_CACHE": True}
    built = [
        site.build(**cached, CONTENT_CACHING_LAYER=layer)
        for layer in ("reader", "reader", "generator", "generator")
    ]
    assert len({shown(one, "post") for one in built}) == 1
    assert shown(built[0], "post")[0] == "aaaaaaaaaaaa1"


def test_the_plugin_is_at_home_in_any_pelican_site(tmp_path: Path):
    site = Site(tmp_path)
    site.settings = {"PLUGIN_PATHS": [PLUGINS], "PLUGINS": []}
    site.post("post")
    stock, built = site.build(), site.build(PLUGINS=["post_identity"])
    assert (built.code, built.log) == (0, stock.log)
    assert built.text("post.html") == stock.text("post.html")


texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts, texts, texts, st.lists(texts))
def test_a_digest_is_over_json_as_it_has_always_been(
    title: str, summary: str, body: str, tags: list[str]
):
    content = SimpleNamespace(title=title, metadata={"summary": summary}, tags=tags, _content=body)
    facts = [
        ["title", title],
        ["summary", summary],
        ["date", ""],
        ["modified", ""],
        ["categories", []],
        ["tags", tags],
        ["authors", []],
        ["lang", ""],
        ["image", ""],
        ["image_alt", ""],
        ["body", body],
    ]
    # Written down in ledgers and in the pages' own heads: it must never come out differently.
    whole = json.dumps(facts, ensure_ascii=True, separators=(",", ":"))
    mark, digest = page_digest(content)
    assert digest == hashlib.sha256(whole.encode()).hexdigest()[:32]
    assert page_digest(content, {mark: "worked out before"}) == (mark, "worked out before")
    for name in ("title", "_content"):
        other = SimpleNamespace(**{**vars(content), name: f"{vars(content)[name]}x"})
        assert page_digest(other, {mark: digest})[1] != digest


def test_names_of_pelicans_own_members_are_taken_at_every_call():
    for _ in range(2):
        assert shadowing(["title", "settings", "url_format", "_x", "Content"]) == [
            "Content",
            "_x",
            "settings",
            "url_format",
        ]
        assert shadowing(MEANT) == []


def test_the_identity_behind_each_public_address_can_be_written_down(site: Site):
    site.post("post", **FACTS, Was="bbbbbbbbbbbb1, cccccccccccc1")
    site.post("hidden", Slug="hidden", Uid="dddddddddddd1", Status="hidden")
    site.post("draft", Slug="draft", Uid="eeeeeeeeeeee1", Status="draft")
    site.post("pages/about", Slug="about", Uid="ffffffffffff1")
    place = site.root / "addresses.json"
    assert not place.exists(), "it is written where the setting names a file"
    site.build(IDENTITY_ADDRESSES_PATH=str(place))
    assert json.loads(place.read_text(encoding="utf-8")) == {
        "/post/": {
            "uid": "aaaaaaaaaaaa1",
            "was": ["bbbbbbbbbbbb1", "cccccccccccc1"],
            "source": "post.md",
        },
        "/hidden/": {"uid": "dddddddddddd1", "was": [], "source": "hidden.md"},
        "/about/": {"uid": "ffffffffffff1", "was": [], "source": "pages/about.md"},
    }
