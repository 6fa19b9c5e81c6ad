"""All plugins of the blog, declared: what a build keeps is what stock Pelican makes anew."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from publish.settings import load
from publish.site.build import Build, build
from tests.forked import run

SMALL = '\nIMAGES_WIDTHS = (160,)\nNEWSLETTER_ISSUES_PATH = "{issues}"\nCACHE_PATH = "{cache}"\n'


class Blog:
    def __init__(self, root: Path, folder: Path) -> None:
        self.root = folder
        for name in ("content", "theme", "plugins"):
            shutil.copytree(root / name, folder / name, ignore=shutil.ignore_patterns("ledger"))
        self.conf = (root / "pelicanconf.py").read_text("utf-8")
        self.settings("")
        self.posts = sorted((folder / "content/posts").rglob("*.md"))

    def settings(self, more: str) -> None:
        self.conf += more
        for name in ("ours", "stock"):
            own = SMALL.format(issues=f"{name}-issues", cache=f"{name}-cache")
            file = "pelicanconf.py" if name == "ours" else "stock.py"
            (self.root / file).write_text(self.conf + own, encoding="utf-8")

    def edit(self, number: int, old: str, new: str) -> None:
        self.change(self.posts[number], old, new)

    def change(self, file: Path, old: str, new: str) -> None:
        text = re.sub(old, new, file.read_text("utf-8"), count=1, flags=re.M)
        assert text != file.read_text("utf-8")
        file.write_text(text, encoding="utf-8")

    def build(self) -> Build:
        # A post that is taken back is another matter.
        (self.root / "content/ledger/urls.json").unlink(missing_ok=True)
        return build(load(self.root / "pelicanconf.py"))

    def differences(self) -> list[str]:
        words = ["-s", "stock.py", "-o", "stock", "content", "--delete-output-directory"]
        done = run("pelican", words, self.root, os.environ | {"COLUMNS": "200"})
        assert done.returncode == 0, done.stdout + done.stderr
        found = []
        for ours, stock in (("output", "stock"), ("ours-issues", "stock-issues")):
            a, b = tree(self.root / ours), tree(self.root / stock)
            found += [
                f"{ours}/{name}"
                for name in sorted(a.keys() | b.keys())
                if a.get(name) != b.get(name)
            ]
        return found


def tree(folder: Path) -> dict[str, bytes]:
    return {
        f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()
    }


def new(blog: Blog, name: str = "new") -> None:
    text = blog.posts[0].read_text("utf-8")
    text = re.sub(r"^Slug:.*\n", "", text, flags=re.M)
    text = re.sub("^Title:.*", f"Title: A <em>{name}</em> one & <2", text, flags=re.M)
    text = re.sub("^Uid:.*", f"Uid: {name:e<12}", text, flags=re.M)
    (blog.root / f"content/posts/{name}-one.md").write_text(text, encoding="utf-8")


EDITS: dict[str, Callable[[Blog], object]] = {
    "body": lambda b: b.edit(2, r"\Z", "\n\nOne more sentence about handovers and sleep.[^z]\n\n"
                                       "[^z]: A note.\n"),
    "title": lambda b: b.edit(3, "^Title: ", "Title: Newer "),
    "category": lambda b: b.edit(4, "^Category:.*", "Category: Money, Wellbeing"),
    "add": new,
    "cover": lambda b: b.change(b.root / "content/posts/covered-one.md", "^Title:",
                                "Image: {static}/images/two-coffee-cups.jpg\nTitle:"),
    "draft": lambda b: b.edit(5, "^Status:.*", "Status: draft"),
    "picture": lambda b: shutil.copy(b.root / "content/images/night-shift-lamp.jpg",
                                     b.root / "content/images/two-coffee-cups.jpg"),
    "delete": lambda b: (b.root / "content/posts/deleted-one.md").unlink(),
    "setting": lambda b: b.settings('SITESUBTITLE = "Another promise"\nRELATED_MOST = 2\n'),
}  # fmt: skip


@pytest.fixture(scope="module")
def blog(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Blog:
    made = Blog(root, tmp_path_factory.mktemp("blog"))
    new(made, "covered")
    new(made, "deleted")
    assert made.build().written
    assert made.differences() == []
    return made


def test_a_check_draws_and_encodes_nothing(root: Path, tmp_path: Path):
    blog = Blog(root, tmp_path)
    done = run("publish", ["check"], tmp_path, timeout=200)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    given = [blog.root / name for name in ("content", "theme", "plugins")]
    pictures = (f for f in blog.root.rglob("*") if f.suffix in (".png", ".jpg", ".webp", ".avif"))
    made = [file for file in pictures if not any(file.is_relative_to(folder) for folder in given)]
    assert made == []


@pytest.mark.parametrize("name", EDITS)
def test_after_each_edit_the_bytes_are_those_of_stock_pelican(blog: Blog, name: str):
    EDITS[name](blog)
    done = blog.build()
    assert blog.differences() == []
    assert done.written
    if name == "body":
        assert done.rendered == 1
    if name != "setting":  # No page of another post depends on all posts.
        assert done.rendered < len(done.written)


def test_what_was_kept_on_the_way_changed_nothing(blog: Blog):
    shutil.rmtree(blog.root / "stock-cache")
    assert blog.differences() == []
