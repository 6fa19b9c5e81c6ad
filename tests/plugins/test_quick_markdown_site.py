"""Whole builds are the same with the plugin and without; what it does not know is read as ever."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import markdown
import pytest
import quick_markdown
from markdown.extensions import Extension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.inlinepatterns import SimpleTagInlineProcessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import InlineProcessor
from pelican.readers import MarkdownReader as Stock
from pelican.readers import Readers
from pelican.settings import DEFAULT_CONFIG
from quick_markdown import install
from quick_markdown.reader import MarkdownReader as Quick
from test_quick_markdown_texts import AWKWARD, SETTINGS, reading, settings, written

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
CONF = """
SITENAME, SITEURL, TIMEZONE, PATH = "S", "https://s.example", "UTC", "content"
PLUGIN_PATHS, PLUGINS = [{folder!r}], {plugins!r}
ARTICLE_PATHS = ["posts"]
MARKDOWN = {markdown!r}
# No feed can hold the control characters of some posts.
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
TRANSLATION_FEED_ATOM = None
"""


def tree(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def build(folder: Path, output: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pelican", "content", "-o", str(output), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONHASHSEED": "0"},
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", ["pelican", "everything"])
def test_a_site_of_awkward_posts_is_the_same_with_and_without(name: str, tmp_path: Path):
    posts = tmp_path / "content/posts"
    posts.mkdir(parents=True)
    for number, text in enumerate(AWKWARD):
        head = (
            f'Title: P{number}\nDate: 2024-01-01\nSlug: p{number}\nSummary: A *{number}* [^1] "q"'
        )
        (posts / f"{number}.md").write_bytes(f"{head}\n\n{text}".encode())
    built = {}
    for plugins in ([], ["quick_markdown"]):
        (tmp_path / "pelicanconf.py").write_text(
            CONF.format(folder=str(PLUGINS), plugins=plugins, markdown=SETTINGS[name])
        )
        log = build(tmp_path, tmp_path / f"output{len(plugins)}", "--debug")
        assert ("quick_markdown" in log) == bool(plugins)
        built[len(plugins)] = tree(tmp_path / f"output{len(plugins)}")
    assert len(built[0]) > len(AWKWARD) - 5
    assert built[0] == built[1]


def test_this_blogs_posts_are_the_same_with_and_without(tmp_path: Path, root: Path):
    conf = (
        f"import sys; sys.path.insert(0, {str(root)!r})\nfrom pelicanconf import *\n"
        f"PATH, THEME = {str(root / 'content')!r}, 'simple'\nPLUGIN_PATHS = [{str(PLUGINS)!r}]\n"
        "DIRECT_TEMPLATES = ['index', 'archives']\n"
    )
    trees = []
    for plugins in (["only_blocks"], ["quick_markdown", "only_blocks"]):
        (tmp_path / "conf.py").write_text(f"{conf}PLUGINS = {plugins!r}\n", encoding="utf-8")
        build(root, tmp_path / str(len(plugins)), "-s", str(tmp_path / "conf.py"))
        trees.append(tree(tmp_path / str(len(plugins))))
    assert len(trees[0]) > 40
    assert trees[0] == trees[1]


def test_it_takes_pelicans_reader_and_leaves_a_sites_own():
    class Own(Stock):
        pass

    readers = SimpleNamespace(reader_classes={"md": Stock, "mkd": Own, "rst": None})
    install(readers)
    assert readers.reader_classes == {"md": Quick, "mkd": Own, "rst": None}


def test_templates_see_the_readers_stock_name(tmp_path: Path):
    from pelican import signals
    from quick_markdown import register

    register()
    try:
        (tmp_path / "a.md").write_text("Title: A\n\nb", encoding="utf-8")
        readers = Readers(DEFAULT_CONFIG | {"READERS": {}})
        assert type(readers.readers["md"]) is Quick
        assert readers.read_file(str(tmp_path), "a.md").metadata["reader"] == "markdown"
    finally:
        signals.readers_init.disconnect(install)


def test_the_installed_library_is_one_it_knows():
    """Fails after an update: run the tests, and if they pass but this one, add the digest."""
    assert quick_markdown.is_known(), (
        markdown.__version__,
        quick_markdown.digest(Path(markdown.__file__).parent),
    )


def test_an_unknown_or_altered_library_is_read_the_stock_way(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    readers = SimpleNamespace(reader_classes={"md": Stock})
    for change in (
        lambda: monkeypatch.setattr(markdown, "__version__", "3.11.4"),
        lambda: monkeypatch.setattr(markdown, "__file__", str(tmp_path / "__init__.py")),
        lambda: monkeypatch.setattr(Stock, "read", lambda self, source_path: ("", {})),
        lambda: monkeypatch.setattr(markdown.Markdown, "convert", lambda self, source: ""),
    ):
        quick_markdown._is_known_library.cache_clear()
        change()
        install(readers)
        assert readers.reader_classes == {"md": Stock}
        monkeypatch.undo()
    quick_markdown._is_known_library.cache_clear()
    install(readers)
    assert readers.reader_classes == {"md": Quick}


def test_the_digest_changes_with_any_source_but_not_with_its_line_ends(tmp_path: Path):
    (tmp_path / "extensions").mkdir()
    (tmp_path / "a.py").write_bytes(b"a\r\nb")
    (tmp_path / "extensions/b.py").write_bytes(b"c")
    first = quick_markdown.digest(tmp_path)
    (tmp_path / "a.py").write_bytes(b"a\nb")
    assert quick_markdown.digest(tmp_path) == first
    (tmp_path / "extensions/b.py").write_bytes(b"d")
    assert quick_markdown.digest(tmp_path) != first


class Shouting(InlineProcessor):
    """Takes the place of the stock class; registered late, it brings its own pattern too."""

    def run(self, tree: Any, ancestors: Any = None) -> Any:
        self.inlinePatterns.register(SimpleTagInlineProcessor(r"()!!(.+?)!!", "b"), "shout", 1)
        return super().run(tree, ancestors)


class OwnInline(Extension):
    """Exchanges the inline processor."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        md.treeprocessors.register(Shouting(md), "inline", 20)


class Late(Extension, Preprocessor):
    """Registers a pattern when the first text is read."""

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        self.md = md
        md.preprocessors.register(self, "late", 1)

    def run(self, lines: list[str]) -> list[str]:
        self.md.inlinePatterns.register(SimpleTagInlineProcessor(r"()%%(.+?)%%", "i"), "late", 300)
        return lines


@pytest.mark.parametrize("extension", [OwnInline, Late])
def test_patterns_of_a_sites_extensions_are_tried_as_ever(extension, tmp_path: Path):
    stock, quick = (
        cls(settings("pelican", MARKDOWN={"extensions": [extension(), "meta"]}))
        for cls in (Stock, Quick)
    )
    texts = ["a !!b!! *c* %%d%%", "Summary: %%s%% !!t!!\n\n[x](y) %%z%% !!u!!"]
    for file in written(tmp_path, texts):
        read = reading(quick, file)
        assert read == reading(stock, file)
        assert "<b>" in read.content or "<i>" in read.content


class Counting(Extension, Preprocessor):
    """Remembers how many files it was made for, and how many texts it saw."""

    def __init__(self) -> None:
        super().__init__()
        self.files = self.texts = 0

    def extendMarkdown(self, md: markdown.Markdown) -> None:
        self.files += 1
        md.preprocessors.register(self, "counting", 100)

    def run(self, lines: list[str]) -> list[str]:
        self.texts += 1
        return [*lines, "", f"*{self.files}* [a][b] {self.texts}"]


@pytest.mark.parametrize(
    "extension", [Counting, lambda: FootnoteExtension(UNIQUE_IDS=True)], ids=["own", "handed over"]
)
def test_an_unknown_extension_is_asked_as_often_as_ever(extension, tmp_path: Path):
    stock, quick = (
        cls(settings("pelican", MARKDOWN={"extensions": [extension()]})) for cls in (Stock, Quick)
    )
    for file in written(tmp_path, ["[^1]\n\n[^1]: a", "Summary: *s*\n\nb[^x]\n\n[^x]: y", "", "c"]):
        assert reading(quick, file) == reading(stock, file)


def test_a_wrong_setting_is_reported_as_ever(tmp_path: Path):
    [file] = written(tmp_path, ["a"])
    for options in ({"extensions": ["no.such.module"]}, {"output_format": "pdf"}):
        stock, quick = (cls(settings("bare", MARKDOWN=dict(options))) for cls in (Stock, Quick))
        told = reading(stock, file)
        assert told.error
        assert reading(quick, file) == told == reading(quick, file)


def test_loading_the_plugin_loads_no_markdown():
    script = (
        "import sys, pelican; before = set(sys.modules)\n"
        f"sys.path.insert(0, {str(PLUGINS)!r})\n"
        "import quick_markdown; quick_markdown.register()\n"
        "print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "['quick_markdown']"
