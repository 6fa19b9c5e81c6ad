"""Feeds over time: what stays when a post or its site changes, and what the same content gives.

``Site`` makes small sites and lets Pelican itself build them, in a process of its own.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import feedparser
import pytest

from tests.forked import run

PLUGINS = str(Path(__file__).resolve().parents[2] / "plugins")

DEFAULTS: dict[str, Any] = {
    "SITENAME": "The Dispensary",
    "SITESUBTITLE": "Notes & thoughts",
    "SITEURL": "https://one.example",
    "TIMEZONE": "America/New_York",
    "DEFAULT_LANG": "en",
    "AUTHOR": "",
    "THEME": "simple",
    "ARTICLE_URL": "{slug}/",
    "ARTICLE_SAVE_AS": "{slug}/index.html",
    "DRAFT_SAVE_AS": "",
    "WITH_FUTURE_DATES": False,
    "STATIC_PATHS": ["images"],
    "FEED_ALL_ATOM": "feeds/all.atom.xml",
    "FEED_ALL_RSS": "feeds/all.rss.xml",
    "FEED_ALL_JSON": "feeds/all.json",
    "CATEGORY_FEED_ATOM": "feeds/{slug}.atom.xml",
    "CATEGORY_FEED_RSS": "feeds/{slug}.rss.xml",
    "CATEGORY_FEED_JSON": "feeds/{slug}.json",
    "AUTHOR_FEED_ATOM": None,
    "AUTHOR_FEED_RSS": None,
    "TRANSLATION_FEED_ATOM": None,
    "FEED_IDENTITY": "the-dispensary",
    "RSS_FEED_SUMMARY_ONLY": False,
    "PLUGIN_PATHS": [PLUGINS],
    "PLUGINS": ["post_identity", "multi_category", "share_links", "full_feeds"],
}
KINDS = ("rss.xml", "atom.xml", "json")


@dataclass(frozen=True)
class Built:
    """What one run of Pelican left behind."""

    output: Path
    code: int
    log: str

    def text(self, name: str) -> str:
        return (self.output / name).read_text(encoding="utf-8")

    def feed(self, name: str = "all.rss.xml") -> Any:
        """The feed as feedparser reads it, which must find no fault in it."""
        parsed = feedparser.parse((self.output / "feeds" / name).read_bytes())
        assert not parsed.bozo, parsed.get("bozo_exception")
        return parsed

    def json(self, name: str = "all.json") -> Any:
        return json.loads(self.text(f"feeds/{name}"))

    def feeds(self) -> dict[str, bytes]:
        return {f.name: f.read_bytes() for f in sorted((self.output / "feeds").iterdir())}

    def ids(self) -> dict[str, list[str]]:
        """Item ids by kind of feed, in order."""
        entries = {kind: self.feed(f"all.{kind}").entries for kind in KINDS[:2]}
        read = {kind: [entry.id for entry in found] for kind, found in entries.items()}
        return {**read, "json": [item["id"] for item in self.json()["items"]]}


@dataclass
class Site:
    """A small Pelican site under ``root``."""

    root: Path
    settings: dict[str, Any] = field(default_factory=lambda: dict(DEFAULTS))
    _count: Iterator[int] = field(default_factory=count)
    forked: bool = True
    """Whether Pelican is forked with its imports done; a test of what it imports says False."""

    def write(self, name: str, data: str | bytes) -> None:
        file = self.root / "content" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.encode() if isinstance(data, str) else data)

    def post(self, name: str, body: str = "Words.", **keys: str | None) -> None:
        """Write ``name``; ``keys`` are front matter, None leaves a default out."""
        given: dict[str, str | None] = {"Title": name, "Date": "2024-05-01 10:00", **keys}
        head = "".join(f"{key}: {value}\n" for key, value in given.items() if value is not None)
        self.write(f"{name}.md", f"{head}\n{body}\n")

    def build(self, *options: str, **changes: Any) -> Built:
        """Run ``pelican content``, with the settings of the site and ``changes``."""
        lines = [f"{key} = {value!r}\n" for key, value in {**self.settings, **changes}.items()]
        (self.root / "pelicanconf.py").write_text("".join(lines), encoding="utf-8")
        # A folder of its own for each build, so that two can be compared.
        output = self.root / f"output-{next(self._count)}"
        words = ["--log-handler", "plain", "-o", output.name, *options, "content"]
        if self.forked:
            done = run("pelican", words, self.root)
        else:
            done = subprocess.run(
                [sys.executable, "-m", "pelican", *words],
                cwd=self.root,
                capture_output=True,
                text=True,
                timeout=120,
            )
        return Built(output, done.returncode, done.stderr)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    made.write("images/cover.jpg", b"not really a picture")
    made.post("first", "One.", Uid="aaaaaaaaaaaa1", Category="Career, Network")
    made.post("second", "Two.", Uid="bbbbbbbbbbbb2", Date="2024-06-01 09:30", Tags="calm")
    return made


def test_rss_atom_and_json_know_an_article_by_one_id(site: Site):
    ids = site.build().ids()
    assert ids["rss.xml"] == ids["atom.xml"] == ids["json"]
    assert len(set(ids["json"])) == 2
    assert all(
        re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", i) for i in ids["json"]
    )


@pytest.mark.parametrize(
    "change",
    [
        {"Title": "A new title"},
        {"Slug": "a-new-address"},
        {"Date": "2024-05-20 08:00"},
        {"Category": "Elsewhere", "Tags": "new", "Summary": "New.", "Modified": "2025-01-01"},
    ],
    ids=lambda change: ",".join(change),
)
def test_ids_outlive_a_change_of_the_post(site: Site, change: dict[str, str]):
    before = site.build().ids()
    site.post("first", "Altogether other words.", Uid="aaaaaaaaaaaa1", **change)
    assert site.build().ids() == before


@pytest.mark.parametrize(
    "change",
    [
        {"SITEURL": "https://two.example/blog", "FEED_DOMAIN": "https://feeds.example"},
        {"SITENAME": "Renamed", "THEME": "notmyidea", "TIMEZONE": "Asia/Tokyo"},
        {"ARTICLE_URL": "{date:%Y}/{slug}.html", "ARTICLE_SAVE_AS": "{date:%Y}/{slug}.html"},
    ],
    ids=lambda change: ",".join(change),
)
def test_ids_of_items_and_feeds_outlive_a_change_of_the_site(site: Site, change: dict[str, str]):
    built = site.build()
    ids, feed_id = built.ids(), built.feed("all.atom.xml").feed.id
    built = site.build(**change)
    assert built.ids() == ids
    assert built.feed("all.atom.xml").feed.id == feed_id


def test_ids_outlive_a_move_of_the_file(site: Site):
    before = site.build().ids()
    (site.root / "content/2024").mkdir()
    (site.root / "content/first.md").rename(site.root / "content/2024/moved.md")
    assert site.build().ids() == before


def test_each_feed_of_a_site_has_an_id_of_its_own(site: Site):
    built = site.build()
    names = [name for name in built.feeds() if name.endswith(".atom.xml")]
    assert len(names) == 4
    assert len({built.feed(name).feed.id for name in names}) == 4


def test_without_uid_or_identity_plugin_the_place_of_the_file_is_the_identity(site: Site):
    site.post("third")
    with_plugin = site.build().ids()
    alone = site.build(PLUGINS=["full_feeds"]).ids()
    assert alone == with_plugin
    site.post("third", Title="Another", Slug="other", Date="2024-05-01 11:00")
    assert site.build(PLUGINS=["full_feeds"]).ids() == with_plugin


def test_the_same_content_gives_the_same_bytes_anywhere(site: Site, tmp_path: Path):
    # Equal dates: Pelican reads the folder in an order that differs from run to run.
    for number in range(12):
        site.post(
            f"same-{number}", Uid=f"cccccccccc{number:02}", Tags="b, a", Image="images/cover.jpg"
        )
    before = site.build().feeds()
    elsewhere = Site(tmp_path / "else" / "where")
    shutil.copytree(site.root / "content", elsewhere.root / "content")
    assert len(before) == 12
    for _ in range(2):
        assert elsewhere.build().feeds() == before


def test_one_edit_changes_one_item_and_nothing_else(site: Site):
    before = site.build()
    site.post("first", "One, corrected.", Uid="aaaaaaaaaaaa1", Category="Career, Network")
    after = site.build()
    edited = before.ids()["json"][1]
    for kind in KINDS[:2]:
        old, new = (
            {e.id: dict(e) for e in built.feed(f"all.{kind}").entries} for built in (before, after)
        )
        assert [id for id in old if old[id] != new[id]] == [edited]
        assert before.feed(f"all.{kind}").feed == after.feed(f"all.{kind}").feed
    changed = {name for name, data in before.feeds().items() if after.feeds()[name] != data}
    wanted = {f"{feed}.{kind}" for feed in ("all", "career", "network") for kind in KINDS}
    assert changed == wanted


def test_a_feed_is_as_old_as_its_newest_change_and_not_as_its_build(site: Site):
    built = site.build()
    assert built.feed().feed.updated == "Sat, 01 Jun 2024 09:30:00 -0400"
    assert built.feed("all.atom.xml").feed.updated == "2024-06-01T09:30:00-04:00"
    site.post("first", Uid="aaaaaaaaaaaa1", Modified="2024-07-04 12:00")
    built = site.build()
    assert built.feed().feed.updated == "Thu, 04 Jul 2024 12:00:00 -0400"
    assert built.feed("all.atom.xml").feed.updated == "2024-07-04T12:00:00-04:00"
    # A corrected post does not come back as news.
    assert [entry.title for entry in built.feed().entries] == ["second", "first"]
    year = str(datetime.now(UTC).year)
    assert not [name for name, data in built.feeds().items() if year.encode() in data]


def test_newest_first_and_no_more_than_asked(site: Site):
    for day in range(3, 9):
        site.post(f"day-{day}", Date=f"2024-05-{day:02}")
    built = site.build(FEED_MAX_ITEMS=3, ARTICLE_ORDER_BY="basename")
    for kind in KINDS[:2]:
        titles = [entry.title for entry in built.feed(f"all.{kind}").entries]
        assert titles == ["second", "day-8", "day-7"]
    assert [item["title"] for item in built.json()["items"]] == ["second", "day-8", "day-7"]
    assert len(site.build(FEED_MAX_ITEMS=None).feed().entries) == 8


def test_drafts_hidden_and_future_posts_are_in_no_feed(site: Site):
    site.post("draft", "XYZZY", Status="draft")
    site.post("hidden", "XYZZY", Status="hidden")
    site.post("future", "XYZZY", Date="2999-01-01")
    built = site.build()
    assert not [name for name, data in built.feeds().items() if b"XYZZY" in data]
    assert [entry.title for entry in built.feed().entries] == ["second", "first"]


def test_a_site_without_articles_has_empty_feeds_that_are_valid(tmp_path: Path):
    empty = Site(tmp_path)
    empty.write("pages/about.md", "Title: About\n\nUs.\n")
    built = empty.build()
    assert built.code == 0
    assert built.feed().entries == built.feed("all.atom.xml").entries == []
    assert built.json()["items"] == []
