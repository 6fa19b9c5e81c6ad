"""A real feed reader that comes back after a change must not show old posts as new."""

from __future__ import annotations

import functools
import http.server
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from test_full_feeds_site import KINDS, Built, Site, feedparser


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves a folder whole each time and writes nothing to the terminal."""

    def send_header(self, keyword: str, value: str) -> None:
        # Two builds may fall into one second; a reader that finds nothing new proves nothing.
        if keyword != "Last-Modified":
            super().send_header(keyword, value)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder on loopback, while the block runs."""
    handler = functools.partial(Quiet, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Reader:
    """A subscriber of one feed: newsboat with a home of its own, else ids kept by hand."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.known: set[str] = set()
        self.newsboat = shutil.which("newsboat")
        home.mkdir()
        (home / "config").write_text("", encoding="utf-8")

    def unread(self, url: str) -> int:
        """Load the feed at ``url``; how many items are new or unread."""
        if not self.newsboat:
            found = {entry.id for entry in feedparser.parse(url).entries}
            self.known, new = self.known | found, found - self.known
            return len(new)
        (self.home / "urls").write_text(f"{url}\n", encoding="utf-8")
        files = (
            f"-{option}{self.home / name}"
            for option, name in (("C", "config"), ("u", "urls"), ("c", "cache.db"))
        )
        done = subprocess.run(
            [self.newsboat, *files, "-x", "reload", "print-unread"],
            env={"HOME": str(self.home), "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return int(done.stdout.split()[0])

    def read_all(self) -> None:
        """Mark everything read, as the key `A` does."""
        if self.newsboat:
            with closing(sqlite3.connect(self.home / "cache.db")) as cache, cache:
                cache.execute("update rss_item set unread = 0")

    def titles(self, url: str) -> set[str]:
        """What the reader shows its owner now."""
        if not self.newsboat:
            return {entry.title for entry in feedparser.parse(url).entries}
        with closing(sqlite3.connect(self.home / "cache.db")) as cache:
            return {title for (title,) in cache.execute("select title from rss_item")}


@pytest.mark.parametrize("kind", KINDS[:2])
def test_a_new_title_slug_date_and_address_leave_nothing_unread(tmp_path: Path, kind: str):
    site = Site(tmp_path / "site")
    site.post("first", "One, <b>bold</b> مرحبا 😀.", Uid="aaaaaaaaaaaa1")
    site.post("second", "Two.", Uid="bbbbbbbbbbbb2", Date="2024-06-01")
    reader = Reader(tmp_path / "reader")
    # The reader knows one address; what is behind it is built anew.
    public = tmp_path / "public"

    def publish(built: Built) -> None:
        shutil.rmtree(public, ignore_errors=True)
        shutil.copytree(built.output, public)

    public.mkdir()
    with served(public) as host:
        url = f"{host}/feeds/all.{kind}"
        publish(site.build())
        assert reader.unread(url) == 2
        reader.read_all()
        assert reader.unread(url) == 0
        site.post(
            "first", "Edited.", Uid="aaaaaaaaaaaa1", Title="Renamed", Slug="else", Date="2024-05-03"
        )
        publish(site.build(SITEURL="https://two.example"))
        assert reader.unread(url) == 0
        assert reader.titles(url) == {"Renamed", "second"}
        site.post("third", "Three.", Uid="cccccccccccc3", Date="2024-07-01")
        publish(site.build(SITEURL="https://two.example"))
        assert reader.unread(url) == 1
