"""What is nobody's content: for the build, the snapshot, and the commands that list posts."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from publish.post.ignore import patterns
from publish.site import manifest, snapshot
from publish.site.build import build
from publish.site.new import new_post
from publish.site.rename import rename

from .conftest import Site

LEFT = {
    "content/posts/.trash/resignation.md": b"Title: Gone\nDate: 2024-01-01\n\nI threw it away.\n",
    "content/posts/.trash/bad.md": b"Title: x\nDate: 2024-13-13\n\nx\n",
    "content/posts/._post-1.md": b"\0\5\26\7\0\2\0\0Mac OS X\260",
    "content/posts/#post-1.md#": b"half",
    "content/posts/post-1.md~": b"older",
    "content/posts/__MACOSX/a.md": b"\0",
    "content/images/.DS_Store": b"x",
    "content/images/Thumbs.db": b"x",
    "content/images/desktop.ini": b"x",
}


@pytest.fixture
def littered(site: Site) -> Site:
    for name, data in LEFT.items():
        site.write(name, data)
    # Emacs' lock on a file that is open: a link to nowhere.
    (site.root / "content/posts/.#post-1.md").symlink_to("nora@laptop.4242:1764300000")
    (site.root / "content/posts/notes.md").mkdir()
    return site


def test_what_is_left_behind_is_not_published_and_stops_nothing(littered: Site):
    build(littered.settings)
    before = littered.bytes()
    for name in LEFT:
        (littered.root / name).unlink()
    (littered.root / "content/posts/.#post-1.md").unlink()
    build(littered.settings, full=True)
    assert littered.bytes() == before
    assert not [name for name in before if "resignation" in name or "Thumbs" in name]


def test_it_stops_neither_a_new_post_nor_a_rename(littered: Site):
    assert new_post(littered.settings, "Resignation").name == "resignation.md"
    rename(littered.settings, "post-1", "gone")


def test_its_coming_and_going_leaves_a_build_standing(site: Site):
    known = manifest.scan(site.settings)
    for name, data in LEFT.items():
        site.write(name, data)
    assert manifest.scan(site.settings).stamps == known.stamps


@pytest.mark.parametrize("folder", ["ledger", "node_modules"])
def test_an_ordinary_folder_is_published_and_seen_to_change(site: Site, folder: str):
    text = "Title: Night\nDate: 2024-01-01\nSlug: night\n\n{}\n"
    file = site.write(f"content/posts/{folder}/night.md", text.format("Before."))
    build(site.settings)
    assert b"Before." in site.bytes()["night/index.html"]
    file.write_text(text.format("After."))
    record = site.root / ".publish/build"
    assert not snapshot.is_current(snapshot.read(str(record)), str(site.root / "pelicanconf.py"))
    build(site.settings)
    assert b"After." in site.bytes()["night/index.html"]


def test_a_hidden_file_that_static_paths_names_is_published_and_watched(site: Site):
    site.set('STATIC_PATHS = ["images", "extra/.htaccess", ".well-known"]')
    site.write("content/extra/.htaccess", b"Options -Indexes\n")
    site.write("content/.well-known/security.txt", b"Contact: a@b.example\n")
    site.write("content/images/.hidden", b"x")
    build(site.settings)
    there = site.bytes()
    assert there["extra/.htaccess"] == b"Options -Indexes\n"
    assert ".well-known/security.txt" in there
    assert "images/.hidden" not in there
    site.write("content/extra/.htaccess", b"Options None\n")
    build(site.settings)
    assert site.bytes()["extra/.htaccess"] == b"Options None\n"


def test_stock_pelican_agrees_on_the_blog(root: Path):
    values = runpy.run_path(str(root / "pelicanconf.py"))
    assert values["IGNORE_FILES"] == patterns(values["STATIC_PATHS"])
