"""The generators that are compared: how each is called, and where it keeps what. Pure."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from benchmarks.corpus import Post

POST_LINK = re.compile(r"\[([^\]]*)\]\(\{filename\}/posts/[^)]*\)")
SITES = Path(__file__).resolve().parent / "sites"
ROOT = Path(__file__).resolve().parents[1]
HUGO, PUBLISH, PELICAN = "hugo", "publish", "pelican"
PLAIN, PLAIN_PELICAN, ELEVENTY = "plain", "plain-pelican", "eleventy"


def pelican_file(post: Post) -> str:
    """Pelican's own header lines."""
    return (
        f"Title: {post.title}\nDate: {post.date:%Y-%m-%d %H:%M}\nCategory: {post.category}\n"
        f"Tags: {', '.join(post.tags)}\nAuthor: {post.author}\nSlug: {post.slug}\n"
        f"Summary: {post.summary}\n\n{post.body}"
    )


def blog_file(post: Post) -> str:
    """As this blog's posts: with an identity, and at addresses of their own."""
    head, body = pelican_file(post).replace("](/posts/", "](/").split("\n\n", 1)
    uid = sha256(post.slug.encode()).hexdigest()[:16]
    return f"{head}\nUid: {uid}\nStatus: published\n\n{body}"


def hugo_file(post: Post) -> str:
    """YAML as Hugo names things."""
    return _yaml(post, categories=[post.category], tags=list(post.tags))


def eleventy_file(post: Post) -> str:
    """YAML; ``tags`` are collections to Eleventy, so the post's go by another name."""
    return _yaml(post, category=post.category, topics=list(post.tags))


def _yaml(post: Post, **terms: object) -> str:
    head = {
        "title": post.title,
        "slug": post.slug,
        "author": post.author,
        "description": post.summary,
        **terms,
    }
    lines = [f"{key}: {json.dumps(value)}" for key, value in head.items()]
    return "\n".join(["---", *lines, f"date: {post.date:%Y-%m-%dT%H:%M:00Z}", "---", "", post.body])


@dataclass(frozen=True)
class Peer:
    """A generator. Paths are relative to its site; ``{port}`` stands in ``serve``."""

    name: str
    site: str
    file: Callable[[Post], str]
    build: tuple[str, ...]
    serve: tuple[str, ...]
    posts: str
    pictures: str
    template: str
    feed: str = "feeds/all.rss.xml"
    caches: tuple[str, ...] = ()
    links: Mapping[str, Path] = field(default_factory=dict)
    """Folders that a site needs beside its own files, such as node_modules."""
    page: str = "posts/{slug}/index.html"
    heading: str = "<h1>"
    """What stands before a post's title on its page."""

    def lay(self, folder: Path) -> None:
        """Put the site without its posts into ``folder``, which is made."""
        if self.site:
            shutil.copytree(SITES / self.site, folder)
        else:
            _lay_blog(folder)


def hugo(binary: str) -> Peer:
    """Hugo; ``binary`` is the program."""
    port = ("--port", "{port}", "--bind", "127.0.0.1", "--appendPort=false")
    return Peer(
        HUGO,
        "hugo",
        hugo_file,
        (binary, "build", "--quiet", "-d", "output"),
        (binary, "server", *port, "--baseURL", "http://127.0.0.1:{port}/", "--quiet"),
        "content/posts",
        "static/images",
        "layouts/baseof.html",
        feed="index.xml",
        caches=("resources", ".hugo_build.lock"),
    )


def _lay_blog(folder: Path) -> None:
    """This blog without its posts, and a place for a mark in its template."""
    away = shutil.ignore_patterns("__pycache__", "posts", "ledger")
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "pelicanconf.py", folder)
    for name in ("content", "plugins", "theme"):
        shutil.copytree(ROOT / name, folder / name, ignore=away)
    for page in (folder / "content/pages").rglob("*.md"):
        # Links to posts that are not here.
        text = page.read_text(encoding="utf-8")
        page.write_text(POST_LINK.sub(r"\1", text), encoding="utf-8")
    base = folder / "theme/templates/base.html"
    text = base.read_text(encoding="utf-8")
    base.write_text(text.replace("</body>", "<!-- Edition none --></body>"), encoding="utf-8")


def blog(name: str, build: tuple[str, ...], serve: tuple[str, ...]) -> Peer:
    """This very blog, its theme and plugins and all."""
    return Peer(
        name,
        "",
        blog_file,
        build,
        serve,
        "content/posts",
        "content/images",
        "theme/templates/base.html",
        caches=(".publish", "content/ledger"),
        page="{slug}/index.html",
        heading="",
    )


def publish(scripts: Path) -> Peer:
    """This project on this blog, called as its users call it; ``scripts`` is a bin folder."""
    program = str(scripts / "publish")
    return blog(PUBLISH, (program, "build", "-q"), (program, "preview", "-q", "--port", "{port}"))


def pelican(scripts: Path) -> Peer:
    """Stock Pelican on this blog."""
    program = str(scripts / "pelican")
    return blog(PELICAN, (program, "content", "-q"), ())


def plain(scripts: Path) -> Peer:
    """This project on a plain site, with a theme and a plugin of its own."""
    program = str(scripts / "publish")
    return Peer(
        PLAIN,
        "pelican",
        pelican_file,
        (program, "build", "-q"),
        (program, "preview", "-q", "--port", "{port}"),
        "content/posts",
        "content/images",
        "theme/templates/base.html",
        caches=(".publish",),
    )


def plain_pelican(scripts: Path) -> Peer:
    """Stock Pelican on the plain site."""
    program = str(scripts / "pelican")
    return Peer(
        PLAIN_PELICAN,
        "pelican",
        pelican_file,
        (program, "-q"),
        (program, "-q", "--autoreload", "--listen", "--port", "{port}"),
        "content/posts",
        "content/images",
        "theme/templates/base.html",
        caches=("__pycache__",),
    )


def eleventy(modules: Path) -> Peer:
    """Eleventy; ``modules`` is the folder npm installed it to."""
    program = ("node", "node_modules/@11ty/eleventy/cmd.cjs", "--quiet")
    return Peer(
        ELEVENTY,
        "eleventy",
        eleventy_file,
        program,
        (*program, "--serve", "--incremental", "--port={port}"),
        "posts",
        "static/images",
        "_includes/base.njk",
        caches=(".cache",),
        links={"node_modules": modules},
    )
