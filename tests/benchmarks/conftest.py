"""A small generator, for testing the benchmark without waiting for a real one."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import peers
from benchmarks.peers import Peer
from benchmarks.working_copy import WorkingCopy

# What it is told to get wrong is in its file `forgets`, one word a line.
GENERATOR = """
import http.server, re, sys
from pathlib import Path

def build():
    forgets = Path("forgets").read_text().split() if Path("forgets").exists() else []
    if "everything" in forgets:
        return
    if "how" in forgets:
        sys.exit("I forgot how")
    posts = [p.read_text() for p in sorted(Path("content/posts").rglob("*.md"))]
    head = re.compile(r"^(\\w+): (.*)$", re.M)
    found = [dict(head.findall(post)) | {"body": post} for post in posts]
    found.sort(key=lambda post: post["Date"])
    foot = Path("base.html").read_text()
    slugs = "\\n".join(post["Slug"] for post in found)
    for post, newer in zip(found, [*found[1:], {"Slug": ""}]):
        page = f"<h1>{post['Title']}</h1>{post['body']}<a>{newer['Slug']}</a>{foot}"
        put(f"posts/{post['Slug']}/index.html", page, forgets)
    put("index.html", slugs + foot, forgets)
    put("feeds/all.rss.xml", slugs, forgets)
    put("sitemap.xml", slugs, forgets)

def put(name, text, forgets):
    file = Path("output", name)
    if not any(word in name for word in forgets):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

class Preview(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        build()
        self.path = "/output" + self.path
        super().do_GET()

if sys.argv[1:]:
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Preview).serve_forever()
build()
"""


class Fake(WorkingCopy):
    """A site of the small generator."""

    def forget_to(self, *words: str) -> Fake:
        """From now on it does not write the files whose names hold one of the words."""
        (self.folder / "forgets").write_text("\n".join(words), encoding="utf-8")
        return self


@pytest.fixture
def peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Peer:
    """The small generator, as a peer."""
    sites = tmp_path / "sites"
    (sites / "small").mkdir(parents=True)
    (sites / "small/generate.py").write_text(GENERATOR, encoding="utf-8")
    (sites / "small/base.html").write_text("<p>Edition 0</p>", encoding="utf-8")
    monkeypatch.setattr(peers, "SITES", sites)
    program = (sys.executable, "generate.py")
    return Peer(
        "small",
        "small",
        peers.pelican_file,
        program,
        (*program, "{port}"),
        "content/posts",
        "content/images",
        "base.html",
        caches=("forgets", "nothing"),
    )


@pytest.fixture
def fake(peer: Peer, tmp_path: Path) -> Callable[..., Fake]:
    """Makes a built site of four posts."""

    def make(**changes: object) -> Fake:
        site = Fake(dataclasses.replace(peer, **changes), 4, tmp_path / "site")  # type: ignore[arg-type]
        site.build()
        return site

    return make
