"""A new post and a renamed one: what is written, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from publish.errors import ConfigError
from publish.site.build import build
from publish.site.new import new_post
from publish.site.rename import rename
from publish.site.sources import headers, slug_of, slugify

from .conftest import Site

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
TITLES = [
    "A calm handover", "  Spaces   and\u00a0more ", "Émile's café — naïve?", "C++ & C#",
    "100 % sure", "Ünïcödé ß Ø ł", "日本語 タイトル", "Привет, мир", "a--b - c", "-lead and trail-",
    "under_score", "<em>Tagged</em> title", "AT&amp;T", "½ price ﬁnally", "emoji 🎉 party",
    "dots.and/slashes\\too", "İstanbul", "’curly’ “quotes”", "...", "x" * 90,
]  # fmt: skip


def test_a_slug_is_what_pelican_makes_of_a_title():
    script = (
        "import json, sys\nfrom pelican.settings import DEFAULT_CONFIG as D\n"
        "from pelican.utils import slugify\n"
        "rules = D['SLUG_REGEX_SUBSTITUTIONS']\n"
        "print(json.dumps([slugify(title, rules) for title in json.load(sys.stdin)]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=json.dumps(TITLES), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert [slugify(title) for title in TITLES] == json.loads(done.stdout)


def test_a_slug_follows_the_settings_of_the_site():
    assert slugify("Ein Über Wort", {"SLUGIFY_USE_UNICODE": True}) == "ein-über-wort"
    assert slugify("A Title", {"SLUGIFY_PRESERVE_CASE": True}) == "A-Title"
    assert slugify("a.b c", {"SLUG_REGEX_SUBSTITUTIONS": [(r"[. ]", "_")]}) == "a_b_c"


def test_a_new_post_is_a_draft_with_an_identity_of_its_own(site: Site):
    site.set("AUTHOR = 'Nora'")
    path = new_post(
        site.settings,
        " A calm handover ",
        categories=["Career", "Network"],
        tags=["shift"],
        now=NOW,
    )
    assert path == site.root / "content/posts/a-calm-handover.md"
    head = headers(path)
    uid = head.pop("uid")
    assert head == {
        "title": "A calm handover", "date": "2026-11-23 21:30", "category": "Career, Network",
        "tags": "shift", "slug": "a-calm-handover", "author": "Nora", "summary": "",
        "status": "draft",
    }  # fmt: skip
    assert len(uid) == 16
    int(uid, 16)
    assert headers(new_post(site.settings, "Another", now=NOW))["uid"] != uid


def test_a_new_post_builds_and_is_nowhere_in_the_output(site: Site):
    new_post(site.settings, "Not yet", now=NOW)
    build(site.settings)
    assert not any(b"not-yet" in page or b"Not yet" in page for page in site.bytes().values())


def test_a_date_without_a_zone_is_the_sites_own(site: Site):
    naive = new_post(site.settings, "One", date=datetime(2027, 1, 2, 7, 30))
    aware = new_post(site.settings, "Two", date=datetime(2027, 1, 2, 7, 30, tzinfo=UTC))
    assert headers(naive)["date"] == "2027-01-02 07:30"
    assert headers(aware)["date"] == "2027-01-02 02:30"


@pytest.mark.parametrize(
    "title", ["", "   ", "two\nlines", "a\r\nStatus: published", "a\u2028b", "…", "x" * 500, "\x00"]
)
def test_a_title_that_cannot_be_one_is_refused(site: Site, title: str):
    before = site.bytes(site.root / "content")
    with pytest.raises(ConfigError) as caught:
        new_post(site.settings, title, now=NOW)
    assert "\n" not in str(caught.value)
    assert site.bytes(site.root / "content") == before


def test_a_category_with_a_line_break_is_refused(site: Site):
    with pytest.raises(ConfigError):
        new_post(site.settings, "Fine", categories=["a\nStatus: published"], now=NOW)


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("Title: X\nDate: 2024-01-01\nSlug: taken\n\nB", "Taken"),
        ("Title: Taken\nDate: 2024-01-01\n\nB", "Taken"),
        ("title: X\r\nslug:   taken  \r\n\r\nB", "Taken"),
        ("Title: X\nSlug: other\n\nB", "old file"),
    ],
)
def test_a_slug_that_another_source_has_is_refused(site: Site, source: str, title: str):
    site.write("content/posts/sub/old-file.md", source)
    with pytest.raises(ConfigError, match=r"content/posts/sub/old-file\.md: has the slug"):
        new_post(site.settings, title, now=NOW)


def test_the_slug_of_a_page_or_of_the_archive_is_refused(site: Site):
    with pytest.raises(ConfigError, match=r"content/pages/about\.md: has the slug about"):
        new_post(site.settings, "About", now=NOW)
    with pytest.raises(ConfigError, match=r"ARCHIVES_SAVE_AS"):
        new_post(site.settings, "Archives", now=NOW)


def test_nothing_is_ever_overwritten(site: Site):
    other = site.write("content/posts/a-title.md", "")
    with pytest.raises(ConfigError):
        new_post(site.settings, "A title", now=NOW)
    assert other.read_bytes() == b""


def test_rename_changes_the_slug_adds_the_alias_and_nothing_else(site: Site):
    file = site.post("post-1", "Body: Slug: post-1 stays.", Uid="0123456789abcdef")
    text = file.read_text()
    assert rename(site.settings, "post-1", "first-post") == file
    assert file.read_text() == text.replace(
        "Slug: post-1\nUid: 0123456789abcdef\n",
        "Slug: first-post\nUid: 0123456789abcdef\nAliases: /post-1/\n",
    )
    build(site.settings)
    assert "first-post/index.html" in site.bytes()


def test_renamed_twice_keeps_both_and_renamed_back_drops_its_own(site: Site):
    file = site.root / "content/posts/post-1.md"
    rename(site.settings, "post-1", "second")
    rename(site.settings, "second", "third")
    assert headers(file)["aliases"] == "/post-1/, /second/"
    rename(site.settings, "third", "post-1")
    assert headers(file)["aliases"] == "/second/, /third/"


@pytest.mark.parametrize(
    "name", ["post-1", "content/posts/post-1.md", "posts/post-1.md", "/post-1/"]
)
def test_a_post_is_named_by_slug_or_path(site: Site, name: str):
    rename(site.settings, name, "other")
    assert slug_of(site.root / "content/posts/post-1.md", site.settings) == "other"


def test_a_post_without_a_slug_line_gets_one_and_keeps_its_line_endings(site: Site):
    file = site.write("content/posts/w.md", "Title: From Title\r\nDate: 2024-01-01\r\n\r\nB\r\n")
    rename(site.settings, "from-title", "given")
    assert file.read_bytes() == (
        b"Title: From Title\r\nDate: 2024-01-01\r\nSlug: given\r\n"
        b"Aliases: /from-title/\r\n\r\nB\r\n"
    )


def test_a_draft_never_had_an_address(site: Site):
    file = site.post("idea", "B", Status="draft")
    rename(site.settings, "idea", "better-idea")
    assert "aliases" not in headers(file)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("post-1", "Not A Slug", "makes no address"),
        ("post-1", "../evil", "makes no address"),
        ("post-1", "", "makes no address"),
        ("post-1", "post-2", r"post-2\.md: has the slug"),
        ("post-1", "about", r"about\.md: has the slug"),
        ("post-1", "archives", "ARCHIVES_SAVE_AS"),
        ("nobody", "fine", "there is no such post"),
    ],
)
def test_a_rename_that_cannot_be_is_refused(site: Site, old: str, new: str, why: str):
    before = site.bytes(site.root / "content")
    with pytest.raises(ConfigError, match=why):
        rename(site.settings, old, new)
    assert site.bytes(site.root / "content") == before
