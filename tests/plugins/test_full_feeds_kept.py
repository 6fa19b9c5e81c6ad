"""The feeds' cache: the same bytes, and no work done twice."""

from __future__ import annotations

import shutil
import tempfile
from importlib import import_module
from pathlib import Path

import pytest
from full_feeds.writer import Later
from hypothesis import given, settings
from hypothesis import strategies as st
from test_full_feeds_site import Site

SPY = """
import sys
from pathlib import Path
from pelican import signals

def heavy(pelican):
    found = [m for m in ("feedgen", "lxml") if m in sys.modules]
    Path(pelican.settings["PATH"], "..", "loaded").write_text(" ".join(found))

def register():
    signals.finalized.connect(heavy)
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "site")
    for number in range(5):
        made.post(f"p{number}", f"Words [x]({{filename}}p{(number + 1) % 5}.md).", Category="A, B")
    plugins = tmp_path / "spies"
    plugins.mkdir()
    (plugins / "spy.py").write_text(SPY, encoding="utf-8")
    made.settings["PLUGIN_PATHS"] = [*made.settings["PLUGIN_PATHS"], str(plugins)]
    made.settings["PLUGINS"] = [*made.settings["PLUGINS"], "spy"]
    return made


def loaded(site: Site) -> str:
    return (site.root / "loaded").read_text(encoding="utf-8")


def stamps(site: Site) -> dict[str, tuple[int, int]]:
    files = (site.root / "cache/feeds").iterdir()
    return {f.name: (f.stat().st_ino, f.stat().st_mtime_ns) for f in files}


def test_a_second_build_makes_no_feed_and_loads_nothing_that_could(site: Site):
    site.forked = False
    first = site.build().feeds()
    assert len(first) == 9
    assert loaded(site) == "feedgen lxml"
    before = stamps(site)
    assert len(before) == len(first)
    assert site.build().feeds() == first
    assert loaded(site) == ""
    assert stamps(site) == before


def test_an_edit_makes_the_feeds_that_show_it_and_the_bytes_are_those_of_a_first_build(site: Site):
    site.build()
    before = stamps(site)
    site.post("p2", "Other words.", Category="A")
    second = site.build().feeds()
    changed = {name for name, stamp in stamps(site).items() if before[name] != stamp}
    assert len(changed) == 9
    before = stamps(site)
    site.post("lone", "Words.", Category="C")
    third = site.build(FEED_ALL_ATOM=None, FEED_ALL_RSS=None, FEED_ALL_JSON=None).feeds()
    assert all(stamps(site)[name] == stamp for name, stamp in before.items())
    shutil.rmtree(site.root / "cache")
    fresh = site.build(FEED_ALL_ATOM=None, FEED_ALL_RSS=None, FEED_ALL_JSON=None).feeds()
    assert fresh == third
    assert second["a.rss.xml"] == fresh["a.rss.xml"]


@pytest.mark.parametrize(
    "change",
    [
        {"SITENAME": "Renamed"},
        {"SITEURL": "https://two.example"},
        {"RSS_FEED_SUMMARY_ONLY": True},
        {"FEED_MAX_ITEMS": 2},
        {"FEED_HUBS": ["https://hub.example"]},
    ],
    ids=str,
)
def test_a_setting_that_a_feed_shows_is_part_of_it(site: Site, change: dict[str, object]):
    before = site.build().feeds()
    after = site.build(**change).feeds()
    assert after != before
    shutil.rmtree(site.root / "cache")
    assert site.build(**change).feeds() == after


def test_a_damaged_file_is_made_anew_and_a_folder_that_cannot_be_is_no_matter(site: Site):
    first = site.build().feeds()
    for number, file in enumerate(sorted((site.root / "cache/feeds").iterdir())):
        data = file.read_bytes()
        file.write_bytes([b"", data[:-1], data + b"x", b"\xff" + data[1:]][number % 4])
    assert site.build().feeds() == first
    shutil.rmtree(site.root / "cache")
    (site.root / "cache").write_text("in the way", encoding="utf-8")
    built = site.build()
    assert built.feeds() == first
    assert "Traceback" not in built.log


# The package has a function of that name.
writer = import_module("full_feeds.writer")


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.text(), st.text(max_size=3))))
def test_what_is_kept_is_what_would_be_made(asked: list[tuple[str, str, str]]):
    with tempfile.TemporaryDirectory() as name:
        for path, facts, more in asked:
            made = f"{path} {facts} {more}".replace("\r", "")
            found = writer.cached(Path(name), path, (facts, more), lambda made=made: made)
            assert found == made


def test_the_code_that_writes_a_feed_is_part_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    assert writer.cached(tmp_path, "p", 1, lambda: "old") == "old"
    assert writer.cached(tmp_path, "p", 1, lambda: "new") == "old"
    shutil.copytree(Path(writer.__file__).parent, tmp_path / "feeds")
    monkeypatch.setattr(writer, "__file__", str(tmp_path / "feeds/writer.py"))
    with (tmp_path / "feeds/xmlfeed.py").open("a") as stream:
        stream.write("# changed\n")
    assert writer.cached(tmp_path, "p", 1, lambda: "new") == "new"


def test_a_feed_for_later_is_made_once_and_only_when_used():
    made: list[dict[str, int]] = []

    def make() -> dict[str, int]:
        made.append({"a": 1})
        return made[-1]

    feed = Later(make)
    assert made == []
    assert feed["a"] == 1
    assert list(feed.keys()) == ["a"]
    assert len(made) == 1
