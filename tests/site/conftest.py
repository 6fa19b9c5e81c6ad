"""Small sites of the stock kind: no plugin, Pelican's own theme `simple`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from publish.settings import Settings, load
from tests.forked import run

CONF = """\
SITENAME = "Small"
SITEURL = "https://small.example"
TIMEZONE = "America/New_York"
PATH = "content"
ARTICLE_PATHS = ["posts"]
PAGE_PATHS = ["pages"]
STATIC_PATHS = ["images"]
THEME = "simple"
USE_FOLDER_AS_CATEGORY = False
WITH_FUTURE_DATES = False
DRAFT_SAVE_AS = ""
ARTICLE_URL = "{slug}/"
ARTICLE_SAVE_AS = "{slug}/index.html"
PAGE_URL = "{slug}/"
PAGE_SAVE_AS = "{slug}/index.html"
ARCHIVES_SAVE_AS = "archives/index.html"
PLUGIN_PATHS = ["plugins"]
PLUGINS = []
"""
STRANGER_TO_ISSUES = '''\
"""Composes the least an issue can be."""
import json
from pathlib import Path
from pelican import signals

def compose(generators):
    for generator in generators:
        settings = generator.settings
        for post in [*getattr(generator, "articles", ()),
                     *(getattr(generator, "drafts", ())
                       if settings.get("NEWSLETTER_ISSUES_DRAFTS") else ())]:
            folder = Path(settings["NEWSLETTER_ISSUES_PATH"]) / post.slug
            folder.mkdir(parents=True, exist_ok=True)
            url = f"{settings.get('NEWSLETTER_SITEURL') or settings['SITEURL']}/{post.url}"
            style = "<style>@media (prefers-color-scheme: dark) { p { color: #fff } }</style>"
            (folder / "issue.html").write_text(f"{style}<p>*|FNAME|* <a href='{url}'>it</a></p>")
            (folder / "issue.txt").write_text(f"*|FNAME|* {url}")
            (folder / "issue.json").write_text(json.dumps(
                {"subject": post.title, "preheader": "before <all>", "digest": "d1",
                 "title": post.title, "date": post.date.isoformat()}))

def register():
    signals.all_generators_finalized.connect(compose)
'''


class Site:
    """A site's folder, with hands to edit it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.conf = root / "pelicanconf.py"
        self.output = root / "output"
        self.write("pelicanconf.py", CONF)
        self.write("content/images/dot.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
        self.write("content/pages/about.md", "Title: About\nSlug: about\n\nAbout us.\n")
        for number in (1, 2, 3):
            self.post(f"post-{number}", f"Body of number {number}.", date=f"2024-01-0{number}")

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def post(self, slug: str, body: str, date: str = "2024-02-01", **more: str) -> Path:
        head = "".join(f"{name}: {value}\n" for name, value in more.items())
        return self.write(
            f"content/posts/{slug}.md",
            f"Title: About {slug}\nDate: {date}\nCategory: Notes\nSlug: {slug}\n{head}\n{body}\n",
        )

    def set(self, line: str) -> None:
        self.write("pelicanconf.py", self.conf.read_text() + line + "\n")

    @property
    def settings(self) -> Settings:
        return load(self.conf)

    def bytes(self, folder: Path | None = None) -> dict[str, bytes]:
        folder = folder or self.output
        return {
            f.relative_to(folder).as_posix(): f.read_bytes()
            for f in sorted(folder.rglob("*"))
            if f.is_file()
        }

    def stock(self) -> dict[str, bytes]:
        """What stock Pelican makes of it, in an empty folder."""
        aside = self.root / "stock"
        words = ["content", "-s", str(self.conf), "-o", str(aside), "-q"]
        done = run("pelican", words, self.root, os.environ | {"COLUMNS": "200"})
        assert done.returncode == 0, done.stderr
        found = self.bytes(aside)
        subprocess.run(["rm", "-r", str(aside)], check=True)
        return found


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")
