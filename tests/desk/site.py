"""A small site with the blog's theme and plugins, and a desk that is open on it."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from publish import sandbox
from publish.desk.serve import serve
from publish.office import acts, context
from publish.office.question import Done, Question
from publish.settings import load
from tests.conftest import ROOT

WORDS = "On the first Thursday of March I sat in my car. "
POSTS = {
    "quit.md": ("Before You Quit, Have Three Conversations", "published", "quit", 2),
    "old.md": ("An Older Post", "published", "old", 200),
    "locum.md": ("Five Questions Before a Locum Shift", "draft", "locum", 8),
}
"""File, title, status, address, and days since its date; another post's is one day, for half past
seven of today may be to come."""
MORE = """
DEFAULT_PAGINATION = 5
DEPLOY = {"live": {"kind": "folder", "path": "www"}}
DEPLOY_VERIFY = 0
NEWSLETTER_BARRIER = 0
DESK_EDITOR = "code"
"""


@dataclass
class Open:
    """A site's folder, the address of its desk (no slash at its end), and what was opened."""

    root: Path
    address: str
    opened: list[list[str]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def file(self, name: str) -> Path:
        """A post."""
        return self.root / "content/posts" / name

    def write(self, name: str, **more: str) -> Path:
        """Write one of the posts, or another, with some of its lines different."""
        file = self.file(name)
        file.write_text(source(name, **more), encoding="utf-8")
        return file

    def renew(self) -> None:
        """Make the posts, the letters and the ledgers what they were at first."""
        sandbox.reset(self.root)
        for folder in ("content/ledger", "www"):
            shutil.rmtree(self.root / folder, ignore_errors=True)
        for file in self.file("").iterdir():
            if file.name not in POSTS:
                file.unlink()
        for name in POSTS:
            if not self.file(name).is_file() or self.file(name).read_text("utf-8") != source(name):
                self.write(name)
        self.opened.clear()

    def act(self, name: str, **wish: Any) -> None:
        """An act as at the terminal, answered with yes."""
        with context.opened(load(self.root / "pelicanconf.py")) as room:
            found = acts.ask(room, name, **wish)
            assert isinstance(found, Question)
            assert isinstance(acts.do(room, found), Done)

    @property
    def mails(self) -> list[str]:
        """What was mailed, each as its bytes say, the oldest first."""
        files = (self.root / ".publish/sandbox/mail").glob("*.eml")
        return [file.read_text("utf-8", "replace") for file in sorted(files)]

    @property
    def ledger(self) -> list[str]:
        """The ledger's lines."""
        file = self.root / ".publish/sandbox/ledger/issues.jsonl"
        return file.read_text("utf-8").splitlines() if file.is_file() else []


def source(name: str, **more: str) -> str:
    """The text of a post."""
    title, status, slug, days = POSTS.get(name, (name, "draft", name.removesuffix(".md"), 1))
    day = time.strftime("%Y-%m-%d", time.gmtime(time.time() - days * 86400))
    lines = {
        "Title": title,
        "Date": f"{day} 07:30",
        "Category": "Career",
        "Slug": slug,
        "Author": "Nora Whitfield",
        "Summary": f"A summary of {title}.",
        "Status": status,
        "Uid": f"{slug:x<12}".replace("-", "0")[:12],
    }
    lines |= {name.capitalize(): value for name, value in more.items()}
    body = lines.pop("Body", f"{WORDS * 3}\n\n## Why\n\n{WORDS * 2}")
    return "\n".join([*(f"{name}: {value}" for name, value in lines.items()), "", body, ""])


def a_site(root: Path) -> Open:
    """A site in ``root``, an empty folder, whose desk is not open."""
    for name in ("theme", "plugins"):
        shutil.copytree(ROOT / name, root / name)
    settings = (ROOT / "pelicanconf.py").read_text("utf-8")
    (root / "pelicanconf.py").write_text(settings + MORE, encoding="utf-8")
    for folder in ("posts", "pages", "images"):
        (root / "content" / folder).mkdir(parents=True)
    for page in ("about", "subscribe", "follow", "confirm"):
        text = f"Title: {page.capitalize()}\nSlug: {page}\nSummary: A page.\n\nWords of it.\n"
        (root / f"content/pages/{page}.md").write_text(text, encoding="utf-8")
    site = Open(root, "")
    for name in POSTS:
        site.write(name)
    return site


@contextmanager
def opened(site: Open, live: bool = False) -> Iterator[Open]:
    """The desk of the site, as a thread of this process, once its preview stands."""
    ready, stop = threading.Event(), threading.Event()
    failed: list[BaseException] = []

    def told(address: str) -> None:
        site.address = address.rstrip("/")
        ready.set()

    def run() -> None:
        try:
            serve(
                load(site.root / "pelicanconf.py"),
                port=0,
                live=live,
                say=site.said.append,
                ready=told,
                stop=stop,
                start_editor=site.opened.append,
            )
        except BaseException as error:
            failed.append(error)
            ready.set()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert ready.wait(60)
        if failed:
            raise failed[0]
        yield site
    finally:
        stop.set()
        thread.join(60)
        assert not thread.is_alive()


def until(true: Callable[[], bool], seconds: float = 20, pause: float = 0.05) -> None:
    """Wait for something to become true; ``pause`` seconds between two looks, which may cost."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(pause)
