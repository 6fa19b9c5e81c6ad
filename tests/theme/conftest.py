"""One small site, built by Pelican in a process of its own, once with plugins and once without."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from tests import forked

SITE = "https://journal.example"
ACTION = "https://journal.us1.list-manage.com/subscribe/post?u=0123456789abcdef&id=fedcba9876"

SETTINGS: dict[str, Any] = {
    "SITENAME": "Salt & Pepper",
    "SITESUBTITLE": "One promise, kept",
    "SITEURL": SITE,
    "TIMEZONE": "America/New_York",
    "DEFAULT_LANG": "en",
    "DEFAULT_DATE_FORMAT": "%b %-d, %Y",
    "DEFAULT_PAGINATION": 3,
    "ARTICLE_URL": "{slug}/",
    "ARTICLE_SAVE_AS": "{slug}/index.html",
    "ARTICLE_LANG_URL": "{slug}/",
    "ARTICLE_LANG_SAVE_AS": "{slug}/index.html",
    "PAGE_URL": "{slug}/",
    "PAGE_SAVE_AS": "{slug}/index.html",
    "CATEGORY_URL": "category/{slug}/",
    "CATEGORY_SAVE_AS": "category/{slug}/index.html",
    "TAG_URL": "tag/{slug}/",
    "TAG_SAVE_AS": "tag/{slug}/index.html",
    "AUTHOR_URL": "author/{slug}/",
    "AUTHOR_SAVE_AS": "author/{slug}/index.html",
    "ARCHIVES_SAVE_AS": "archives/index.html",
    "CATEGORIES_SAVE_AS": "categories/index.html",
    "TAGS_SAVE_AS": "tags/index.html",
    "AUTHORS_SAVE_AS": "authors/index.html",
    "YEAR_ARCHIVE_SAVE_AS": "{date:%Y}/index.html",
    "YEAR_ARCHIVE_URL": "{date:%Y}/",
    "DIRECT_TEMPLATES": ["index", "tags", "categories", "authors", "archives", "404"],
    "FEED_ALL_ATOM": "feeds/all.atom.xml",
    "FEED_ALL_RSS": "feeds/all.rss.xml",
    "CATEGORY_FEED_ATOM": "feeds/{slug}.atom.xml",
    "CATEGORY_FEED_RSS": "feeds/{slug}.rss.xml",
    "STATIC_PATHS": ["images"],
    "NEWSLETTER_SIGNUP_ACTION": ACTION,
    "MARKDOWN": {
        "extension_configs": {
            "markdown.extensions.extra": {},
            "markdown.extensions.sane_lists": {},
            "markdown.extensions.codehilite": {"css_class": "highlight"},
        },
        "output_format": "html5",
    },
    "PLUGINS": [],
}
OURS = [
    "text_filters",
    "post_files",
    "post_identity",
    "multi_category",
    "neighbours",
    "share_links",
    "picture_sizes",
    "only_blocks",
    "inline_style",
]

# A plugin as one of a later hour: everything that a theme may be handed, and prints.
EXTRAS = """
from pelican import signals

def extras(generator):
    first, *rest = generator.articles
    first.reading_minutes = 7
    first.related = rest[:2]
    first.toc = '<ul><li><a href="#a">A part</a></li></ul>'
    first.card = "cards/full.png"
    first.structured_data = '{"name": "</script><b>"}'

def register():
    signals.article_generator_finalized.connect(extras)
"""

BODY = """The first sentence of a text with a [link]({filename}plain.md) in it.

1. One.

A paragraph between.

2. Two.

| Left | Right | Middle |
| :--- | ---: | :---: |
| a | 1 | x |

    code

<video width="640" height="360" controls></video>

A note.[^1]

[^1]: The note.
"""
LISTS = """Years, many points, and lists in lists.

1998. One.
1999. Two.

Then:

98. One.
99. Two.
100. Three.

Then:

1. One
    1. two
        1. three
            1. four
                1. hydroxychloroquine

<table><tr><th scope="row">Shelf</th><td>North</td></tr></table>

| Old | New | Dose | Most | Taken | Adjusted | Interactions | Monitoring | Instead |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
| Hydrochlorothiazide | Chlorthalidone | Once | 50 | Mouth | Yes | Methotrexate | INR | No |
"""
WORDS = "Every ward has a window, and somebody who looks out of it at four in the morning. "


@dataclass(frozen=True)
class Built:
    """What Pelican wrote."""

    output: Path

    def text(self, name: str) -> str:
        return (self.output / name).read_text(encoding="utf-8")

    def page(self, name: str) -> Any:
        return lxml.html.document_fromstring(self.text(name))

    def names(self) -> list[str]:
        return sorted(f.relative_to(self.output).as_posix() for f in self.output.rglob("*.html"))


def corpus(content: Path) -> None:
    """Articles with everything, with nothing, long, unsigned, and in another language."""

    def write(name: str, head: str, body: str = "Words.") -> None:
        file = content / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{head}\n\n{body}\n", encoding="utf-8")

    (content / "images").mkdir(parents=True)
    (content / "images/cover.jpg").write_bytes(b"a picture, as far as a page can tell")
    write(
        "full.md",
        'Title: Salt & "Pepper" <em>now</em>\nSlug: full\nDate: 2026-03-11 10:00\n'
        "Modified: 2026-04-01\nCategory: Career, Network\nTags: calm, care\n"
        "Authors: Ann Lee; Bo Day\nSummary: A *gist* with 5 < 6.\n"
        'Image: images/cover.jpg\nImage_alt: A "quiet" counter\nUid: aaaaaaaaaaaa1',
        BODY,
    )
    write("plain.md", "Title: Plain\nSlug: plain\nDate: 2026-02-01\nCategory: Career")
    write(
        "long.md",
        "Title: Long\nSlug: long\nDate: 2026-01-05\nCategory: Money\nTags: calm\nAuthor: Ann Lee\n"
        "Summary: A thousand words.",
        "\n\n".join(f"{n}: {WORDS * 7}" for n in range(10)),
    )
    write("rtl.md", "Title: سلام\nSlug: rtl\nDate: 2025-05-01\nCategory: Money\nLang: ar")
    write("old.md", "Title: Old\nSlug: old\nDate: 2024-05-01\nCategory: Money\nTags: care", LISTS)
    write(
        "full-ar.md",
        "Title: ملح\nSlug: full\nDate: 2026-03-12\nCategory: ملاحظات\nLang: ar\n"
        "Tags: راحة\nAuthor: Dr Ali\n"
        "URL: full-ar/\nSave_as: full-ar/index.html",
    )
    write(
        "long-ar.md",
        "Title: طويل\nSlug: long\nDate: 2026-01-06\nCategory: Money\nLang: ar\n"
        "Tags: calm\nAuthor: Ann Lee\nURL: long-ar/\nSave_as: long-ar/index.html",
    )
    write(
        "aside.md",
        "Title: Aside\nSlug: aside\nDate: 2026-01-09\nCategory: Asides\nTags: aloof\n"
        "Author: Cy Fox\nStatus: hidden",
    )
    write("pages/about.md", "Title: About\nSlug: about", "Us.")
    write("pages/ueber.md", "Title: Über uns\nSlug: about\nLang: de", "Wir.")
    write("pages/follow.md", "Title: How to follow\nSlug: follow", "Feeds.")
    write("pages/letters.md", "Title: Letters\nSlug: letters\nTemplate: subscribe", "The letters.")


@pytest.fixture(scope="session")
def build(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A function that builds the corpus with settings changed, and answers what was written.

    ``...`` leaves a setting out, so that Pelican's own default counts.
    """

    def run(**changes: Any) -> Built:
        folder = tmp_path_factory.mktemp("journal")
        corpus(folder / "content")
        (folder / "later").mkdir()
        (folder / "later/extras.py").write_text(EXTRAS, encoding="utf-8")
        settings = {
            **SETTINGS,
            "THEME": str(root / "theme"),
            "PLUGIN_PATHS": [str(root / "plugins"), str(folder / "later")],
            **changes,
        }
        lines = [f"{key} = {value!r}\n" for key, value in settings.items() if value is not ...]
        (folder / "conf.py").write_text("".join(lines), encoding="utf-8")
        done = forked.run("pelican", ["content", "-s", "conf.py", "-o", "out"], folder)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Error" not in done.stdout + done.stderr
        return Built(folder / "out")

    return run


@pytest.fixture(scope="session")
def stock(build: Any) -> Built:
    """No plugin at all."""
    return build()


@pytest.fixture(scope="session")
def ours(build: Any) -> Built:
    """Our plugins, and one that sets what is optional."""
    return build(PLUGINS=[*OURS, "extras"])


@pytest.fixture(scope="session", params=["stock", "ours"])
def either(request: pytest.FixtureRequest) -> Built:
    built: Built = request.getfixturevalue(request.param)
    return built
