"""A real Chromium, and the blog itself in a folder of the test's own."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.browser.serving import served
from tests.forked import run

KINDS = {
    "home": "/",
    "list page 2": "/page/2/",
    "article": "/seven-nights-a-field-guide/",
    "page": "/about/",
    "category": "/category/wellbeing/",
    "tag": "/tag/sleep/",
    "author": "/author/theo-adeyemi/",
    "subjects": "/categories/",
    "tags": "/tags/",
    "archives": "/archives/",
    "subscribe": "/subscribe/",
    "follow": "/follow/",
    "not found": "/no/such/page/",
}
"""Every kind of page a reader can meet, and where the blog has one."""
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[BrowserContext]:
    """A telephone; one for a module, for to open it costs more than a page in it."""
    context = browser.new_context(viewport=PHONE)
    context.set_default_timeout(20_000)
    yield context
    context.close()


@pytest.fixture
def new_page(window: BrowserContext) -> Iterator[Page]:
    """A page of a test's own, for one that listens to it or puts a script into it."""
    found = window.new_page()
    yield found
    found.close()


@pytest.fixture(scope="module")
def tab(window: BrowserContext) -> Page:
    """The page that tests of a module use in turn: another process for each costs more than all
    that most of them do in it."""
    return window.new_page()


@pytest.fixture
def page(tab: Page) -> Iterator[Page]:
    """The module's page, as it was opened; not for listeners and scripts, which would stay."""
    yield tab
    tab.unroute_all()
    tab.emulate_media(media="null")
    tab.set_viewport_size(PHONE)


@pytest.fixture(scope="session")
def blog(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the blog, so that no test writes into the author's folder."""
    copy = tmp_path_factory.mktemp("blog")
    for name in ("content", "theme", "plugins"):
        shutil.copytree(root / name, copy / name)
    shutil.copy(root / "pelicanconf.py", copy)
    return copy


def publish(blog: Path, *words: str) -> str:
    """Run the command as an author would; its standard output."""
    done = run("publish", words, blog)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def built(blog: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The blog's whole site, built as for a host, with lists short enough to have pages."""
    output = tmp_path_factory.mktemp("host") / "output"
    settings = (blog / "pelicanconf.py").read_text(encoding="utf-8")
    (blog / "short_lists.py").write_text(f"{settings}DEFAULT_PAGINATION = 4\n", encoding="utf-8")
    publish(blog, "build", "-s", "short_lists.py", "-o", str(output))
    return output


@pytest.fixture(scope="session")
def site(built: Path) -> Iterator[str]:
    """The built site's address on loopback."""
    with served(built) as address:
        yield address


def visit(page: Page, site: str, kind: str) -> None:
    """Open a page of that kind; a kind the blog no longer has is a fault of the test."""
    answer = page.goto(site + KINDS[kind])
    assert answer is not None
    assert answer.status == (404 if kind == "not found" else 200), kind


@contextmanager
def previewing(blog: Path) -> Iterator[tuple[str, str]]:
    """`publish preview` as a process of its own: the site's address and the inbox's."""
    child = subprocess.Popen(
        [sys.executable, "-u", "-m", "publish", "preview", "--port", "0"],
        cwd=blog,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert child.stdout is not None
    seen: list[str] = []
    found: dict[str, str] = {}
    both = threading.Event()

    def read() -> None:
        for line in child.stdout or ():
            seen.append(line)
            for name in ("site", "inbox"):
                if hit := re.search(rf"\b{name}\b.*?(http://127\.0\.0\.1:\d+)", line, re.I):
                    found.setdefault(name, hit.group(1))
            if len(found) == 2:
                both.set()

    reader = threading.Thread(target=read)
    reader.start()
    try:
        assert both.wait(60), "".join(seen)
        yield found["site"], found["inbox"]
    finally:
        child.send_signal(signal.SIGINT)
        try:
            child.wait(60)
        finally:
            child.kill()
            reader.join(20)
            child.stdout.close()
