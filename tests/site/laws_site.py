"""A site's folder under edits, and the three ways to build it that must agree."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from publish.errors import PublishError
from publish.settings import load
from publish.site.build import Build, build
from tests.forked import popen, run, seeing_the_tool

BUILD = """\
import pickle, sys
from publish.errors import PublishError
from publish.settings import load
from publish.site import engine
from publish.site.build import build

engine.own_process()
conf, how = pickle.load(sys.stdin.buffer)
try:
    done = build(load(conf), **how)
except PublishError as error:
    done = error
pickle.dump(done, sys.stdout.buffer)
"""
Files = Mapping[str, str | bytes | None]
"""Paths relative to the site's folder and what they hold; None removes one."""
Tree = dict[str, bytes]

SHOWN = 8
"""Files that a failure tells of."""
OURS = ("DRAFT_SAVE_AS", "DRAFT_PAGE_SAVE_AS", "DRAFT_LANG_SAVE_AS", "DRAFT_PAGE_LANG_SAVE_AS")
"""What ``publish build`` sets whatever the settings file says: no draft has an address."""
CONF = """\
SITENAME = "Laws"
SITEURL = "https://laws.example"
TIMEZONE = "America/New_York"
DEFAULT_LANG = "en"
PATH = "content"
ARTICLE_PATHS = ["posts"]
PAGE_PATHS = ["pages"]
STATIC_PATHS = ["images"]
THEME = "theme"
USE_FOLDER_AS_CATEGORY = False
WITH_FUTURE_DATES = False
DEFAULT_PAGINATION = 3
ARTICLE_URL = "{slug}/"
ARTICLE_SAVE_AS = "{slug}/index.html"
PLUGIN_PATHS = ["plugins"]
PLUGINS = []
"""
PLAIN_THEME = {
    "article": "<h1>{{ article.title }}</h1>{{ article.content }}",
    "page": "<h1>{{ page.title }}</h1>{{ page.content }}",
    "index": "{% for a in articles_page.object_list %}<p>{{ a.title }}</p>{% endfor %}",
    "archives": "{% for a in dates %}{{ a.title }} {% endfor %}",
    "period_archives": "{{ period }}{% for a in dates %}{{ a.title }} {% endfor %}",
    "category": "{{ category }}{% for a in articles_page.object_list %}{{ a.title }} {% endfor %}",
    "tag": "{{ tag }}{% for a in articles_page.object_list %}{{ a.title }} {% endfor %}",
    "author": "{{ author }}{% for a in articles_page.object_list %}{{ a.title }} {% endfor %}",
    "categories": "{% for c, found in categories %}{{ c }} {{ found|length }} {% endfor %}",
    "tags": "{% for t, found in tags|sort %}{{ t }} {{ found|length }} {% endfor %}",
    "authors": "{% for a, found in authors %}{{ a }} {{ found|length }} {% endfor %}",
}


class Lab:
    """A site in ``root``, edited by ``apply``."""

    def __init__(self, root: Path, files: Files, env: Mapping[str, str] | None = None) -> None:
        self.root, self.output, self.conf = root, root / "output", root / "pelicanconf.py"
        self.env = dict(env or {})
        self.apply(files)

    def apply(self, files: Files) -> None:
        """Write, replace and remove files."""
        for name, text in files.items():
            path = self.root / name
            if text is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode() if isinstance(text, str) else text)

    def build(self, *, full: bool = False, output: Path | None = None) -> Build:
        """An incremental build in a process that is its own, as ``publish build`` is.

        Raises:
            PublishError: it is refused.
        """
        with tempfile.TemporaryFile() as errors:
            process = popen(
                [sys.executable, "-P", "-c", BUILD],
                cwd=self.root,
                env=seeing_the_tool(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
            with process.stdin as wish, process.stdout as done:
                pickle.dump((self.conf, {"full": full, "output": output}), wish)
                wish.close()
                answer = done.read()
            failed = process.wait()
            errors.seek(0)
            assert not failed, errors.read().decode()
        found = pickle.loads(answer)
        if isinstance(found, PublishError):
            raise found
        assert isinstance(found, Build)
        return found

    def stock(self) -> Tree:
        """What ``pelican content`` makes of it, under the settings that every build has."""
        aside = self.root.with_name(f"{self.root.name}-stock")
        shutil.rmtree(aside, ignore_errors=True)
        done = run(
            "pelican",
            [
                "content",
                "-s",
                str(self.conf),
                "-o",
                str(aside),
                "-q",
                "-e",
                *(f'{name}=""' for name in OURS),
                "WITH_FUTURE_DATES=false",
            ],
            self.root,
            os.environ | {"COLUMNS": "200"} | self.env,
        )
        assert done.returncode == 0, done.stderr
        found = tree(aside)
        shutil.rmtree(aside, ignore_errors=True)
        return found

    def clean(self) -> Tree:
        """What a build makes of a copy of the sources in another folder, remembering nothing."""
        aside = self.root.with_name(f"{self.root.name}-clean")
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(self.root, aside, ignore=shutil.ignore_patterns(".publish", "output"))
        build(load(aside / "pelicanconf.py"))
        found = tree(aside / "output")
        shutil.rmtree(aside)
        return found

    def both(self) -> tuple[Build, Tree]:
        """An incremental build and, on the other core, what stock Pelican makes."""
        with ThreadPoolExecutor(1) as beside:
            wanted = beside.submit(self.stock)
            done = self.build()
            return done, wanted.result()

    @property
    def tree(self) -> Tree:
        """What the last build left."""
        return tree(self.output)


def tree(folder: Path) -> Tree:
    """Every file below ``folder``."""
    return {
        f.relative_to(folder).as_posix(): f.read_bytes()
        for f in sorted(folder.rglob("*"))
        if f.is_file()
    }


def differences(found: Tree, wanted: Tree) -> str:
    """Which files differ and how, a line each; ``""`` if none does."""
    lines = []
    for name in sorted({*found, *wanted}):
        ours, theirs = found.get(name), wanted.get(name)
        if ours != theirs:
            lines.append(f"{name}: {_shown(ours, theirs)} but should be {_shown(theirs, ours)}")
    return "\n".join(lines[:SHOWN])


def _shown(data: bytes | None, other: bytes | None) -> str:
    if data is None:
        return "missing"
    start = next(
        (n for n, (a, b) in enumerate(zip(data, other or b"", strict=False)) if a != b),
        min(len(data), len(other or b"")),
    )
    return f"{data[max(0, start - 40) : start + 60]!r} (of {len(data)})"


def theme(templates: Mapping[str, str]) -> dict[str, str]:
    """The files of a theme: the plain one with ``templates`` put over it."""
    files = {
        f"theme/templates/{name}.html": text for name, text in {**PLAIN_THEME, **templates}.items()
    }
    return files | {"theme/static/a.css": ""}


def post(slug: str, day: int, body: str = "", **head: str) -> dict[str, str]:
    """A post of its own moment: of two at once, stock Pelican shows either first."""
    lines = {
        "Title": f"About {slug}",
        "Date": f"2024-01-01 {day // 60:02}:{day % 60:02}",
        "Category": "Notes",
        "Slug": slug,
    } | head
    text = "".join(f"{name}: {value}\n" for name, value in lines.items() if value)
    return {f"content/posts/{slug}.md": f"{text}\n{body or f'The body of {slug}.'}\n"}
