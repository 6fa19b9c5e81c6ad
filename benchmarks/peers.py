"""The generators that are compared: how each is called, and where it keeps what. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.corpus import Post

SITES = Path(__file__).resolve().parent / "sites"
HUGO, PUBLISH, PELICAN, ELEVENTY = "hugo", "publish", "pelican", "eleventy"


def pelican_file(post: Post) -> str:
    """Pelican's own header lines."""
    return (
        f"Title: {post.title}\nDate: {post.date:%Y-%m-%d %H:%M}\nCategory: {post.category}\n"
        f"Tags: {', '.join(post.tags)}\nAuthor: {post.author}\nSlug: {post.slug}\n"
        f"Summary: {post.summary}\n\n{post.body}"
    )


def hugo_file(post: Post) -> str:
    """YAML as Hugo names things."""
    return _yaml(post, categories=[post.category], tags=list(post.tags))


def eleventy_file(post: Post) -> str:
    """YAML; ``tags`` are collections to Eleventy, so the post's go by another name."""
    return _yaml(post, category=post.category, topics=list(post.tags))


def _yaml(post: Post, **terms: object) -> str:
    head = {
        "title": post.title, "slug": post.slug, "author": post.author,
        "description": post.summary, **terms,
    }  # fmt: skip
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

    @property
    def skeleton(self) -> Path:
        """The site without its posts."""
        return SITES / self.site


def hugo(binary: str) -> Peer:
    """Hugo; ``binary`` is the program."""
    port = ("--port", "{port}", "--bind", "127.0.0.1", "--appendPort=false")
    return Peer(
        HUGO, "hugo", hugo_file, (binary, "build", "--quiet", "-d", "output"),
        (binary, "server", *port, "--baseURL", "http://127.0.0.1:{port}/", "--quiet"),
        "content/posts", "static/images", "layouts/baseof.html", feed="index.xml",
        caches=("resources", ".hugo_build.lock"),
    )  # fmt: skip


def publish(scripts: Path) -> Peer:
    """This project, called as its users call it; ``scripts`` is the environment's bin folder."""
    program = str(scripts / "publish")
    return Peer(
        PUBLISH, "pelican", pelican_file, (program, "build", "-q"),
        (program, "preview", "-q", "--port", "{port}"), "content/posts", "content/images",
        "theme/templates/base.html", caches=(".publish",),
    )  # fmt: skip


def pelican(scripts: Path) -> Peer:
    """Stock Pelican on the same site."""
    program = str(scripts / "pelican")
    return Peer(
        PELICAN, "pelican", pelican_file, (program, "-q"),
        (program, "-q", "--autoreload", "--listen", "--port", "{port}"),
        "content/posts", "content/images", "theme/templates/base.html", caches=("__pycache__",),
    )  # fmt: skip


def eleventy(modules: Path) -> Peer:
    """Eleventy; ``modules`` is the folder npm installed it to."""
    program = ("node", "node_modules/@11ty/eleventy/cmd.cjs", "--quiet")
    return Peer(
        ELEVENTY, "eleventy", eleventy_file, program,
        (*program, "--serve", "--incremental", "--port={port}"), "posts", "static/images",
        "_includes/base.njk", caches=(".cache",), links={"node_modules": modules},
    )  # fmt: skip
