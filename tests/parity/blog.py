"""A site of posts, built by Pelican as the blog is: its plugins, its theme, its Markdown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import lxml.etree

from tests.forked import run
from tests.parity.surfaces import Seen, body_of, fragment, reading, seen, typed

CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
ATOM = "{http://www.w3.org/2005/Atom}"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="1040" height="520"></svg>'


@dataclass(frozen=True)
class Post:
    """One post on all its surfaces."""

    folder: Path
    output: Path
    feeds: Mapping[str, Mapping[str, str]]

    @cached_property
    def record(self) -> dict[str, Any]:
        """What ``issue.json`` says."""
        found: dict[str, Any] = json.loads((self.folder / "issue.json").read_bytes())
        return found

    @property
    def url(self) -> str:
        """The permalink."""
        return str(self.record["url"])

    @property
    def mail(self) -> str:
        """The HTML mail."""
        return (self.folder / "issue.html").read_bytes().decode()

    @property
    def text(self) -> str:
        """The plain text mail."""
        return (self.folder / "issue.txt").read_bytes().decode()

    @property
    def page(self) -> str:
        """The page."""
        path = urlsplit(self.url).path.lstrip("/")
        name = f"{path}index.html" if path.endswith("/") else path
        return (self.output / name).read_text(encoding="utf-8")

    def part(self, kind: str) -> str:
        """The article's own part of the mail, by the record's offsets."""
        start, end = self.record["parts"][kind]
        return (self.mail if kind == "html" else self.text)[start:end]

    def html_surfaces(self) -> dict[str, Seen]:
        """Page, mail and feed items, each as a reader sees it."""
        bodies = {
            "page": body_of(self.page, "//article//div[@class='prose']"),
            "mail": self.mail_body(),
            **{name: fragment(items[self.url]) for name, items in self.feeds.items()},
        }
        return {name: seen(body, self.url) for name, body in bodies.items()}

    def text_pair(self) -> tuple[tuple[list[str], list[str]], tuple[list[str], list[str]]]:
        """What the plain text must say, and what it says."""
        return typed(self.mail_body()), reading(self.part("text"))

    def mail_body(self) -> Any:
        """The author's part of the mail, without the head and the share strip."""
        return body_of(self.mail, "//div[@class='body']")


def build(root: Path, site: Path, posts: Mapping[str, str], **settings: Any) -> dict[str, Post]:
    """Build ``posts`` (their whole files, by slug) at ``site``; each on its surfaces."""
    folder = site / "content" / "posts"
    (site / "content" / "images").mkdir(parents=True)
    folder.mkdir()
    for number in range(60):
        (site / "content" / "images" / f"p{number}.svg").write_text(SVG, encoding="utf-8")
    for slug, text in posts.items():
        head = f"Title: About {slug}\nDate: 2024-05-01 10:00\nUid: uid-{slug}-0000\nSlug: {slug}\n"
        head += "Category: Career\nAuthor: Ann\n"
        (folder / f"{slug}.md").write_text(f"{head}{text}", encoding="utf-8")
    ours = {
        "PLUGIN_PATHS": [str(root / "plugins")],
        "THEME": str(root / "theme"),
        "FEED_MAX_ITEMS": None,
        **settings,
    }
    conf = (root / "pelicanconf.py").read_text(encoding="utf-8")
    conf += "".join(f"\n{name} = {value!r}" for name, value in ours.items())
    (site / "pelicanconf.py").write_text(conf + "\n", encoding="utf-8")
    done = run("pelican", ["--fatal", "errors", "--log-handler", "plain"], site)
    assert done.returncode == 0, done.stdout + done.stderr
    feeds = read_feeds(site / "output" / "feeds")
    issues = site / ".publish" / "issues"
    return {slug: Post(issues / slug, site / "output", feeds) for slug in posts}


def read_feeds(folder: Path) -> dict[str, dict[str, str]]:
    """The full text of each item, by kind of feed and permalink."""
    rss = lxml.etree.parse(folder / "all.rss.xml").getroot()
    atom = lxml.etree.parse(folder / "all.atom.xml").getroot()
    items = json.loads((folder / "all.json").read_bytes())["items"]
    return {
        "rss": {e.findtext("link"): e.findtext(CONTENT) for e in rss.iter("item")},
        "atom": {
            link.get("href"): e.findtext(f"{ATOM}content")
            for e in atom.iter(f"{ATOM}entry")
            for link in e.findall(f"{ATOM}link")
            if link.get("rel", "alternate") == "alternate"
        },
        "json": {item["url"]: item["content_html"] for item in items},
    }
