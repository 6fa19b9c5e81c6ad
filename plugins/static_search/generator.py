"""The generator: selects the public articles, and writes the index."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pelican.generators import Generator

from publish.post import cache
from publish.post.contents import categories_of, digest_of, names_of
from publish.post.diagnostic import unwritable
from publish.post.files import write_whole
from publish.post.text import plain, plain_title, without_notes

from .files import BLOCK, Line, as_json, block, files
from .index import Index, Post

FOLDER = "search"
SUMMARY = ("SUMMARY_MAX_LENGTH", "SUMMARY_MAX_PARAGRAPHS", "SUMMARY_END_SUFFIX")
"""Settings by which Pelican cuts a summary."""

log = logging.getLogger(__name__)


class SearchGenerator(Generator):
    """Writes the index of the published articles."""

    def generate_context(self) -> None:
        """Tell the templates that there is an index, and where."""
        self.context["search_index"] = f"{FOLDER}/"

    def generate_output(self, writer: Any) -> None:
        """Write the files that differ, and remove those of an earlier index.

        Posts are numbered from the oldest on, so that a new one renumbers no other.
        """
        articles = public(self.context["articles"])
        try:
            self._write(articles)
        except OSError as error:
            unwritable(error, "the search index").log(log)

    def _write(self, articles: list[Any]) -> None:
        settings, engine = self.settings, self.settings.get("ENGINE")
        code = cache.code_digest(Path(__file__).parent)
        marks = [_mark(article) for article in articles]
        folder = Path(self.output_path, FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        names = set()

        def put(name: str, key: object, make: Callable[[], bytes]) -> None:
            names.add(name)
            if not (engine and engine.holds(f"{FOLDER}/{name}", key)):
                write_whole(folder / name, make())

        words = self._words(Path(settings["CACHE_PATH"], FOLDER), articles, marks)
        for name, data in files(words, len(articles)).items():
            put(name, digest_of(data.decode()), lambda data=data: data)
        lang = settings["DEFAULT_LANG"]
        made_from = [code, lang, *(settings.get(name) for name in SUMMARY)]
        for first in range(0, len(articles), BLOCK):
            few = articles[first : first + BLOCK]
            key = digest_of(repr((made_from, marks[first : first + BLOCK])))
            put(block(first // BLOCK), key, lambda few=few: as_json([_line(a, lang) for a in few]))
        # Remove old pieces: a retracted post must not stay in one.
        for pattern in ("w-*.json", "u-*.json", "d-*.json"):
            for file in folder.glob(pattern):
                if file.name not in names:
                    file.unlink()

    def _words(self, folder: Path, articles: list[Any], marks: list[str]) -> dict[str, str]:
        state = cache.State(folder / "index", Path(__file__).parent)
        index = Index(state.value)
        asked = [(mark, lambda a=a: _post(a)) for mark, a in zip(marks, articles, strict=True)]
        found = index.update(asked)
        state.keep(index.snapshot())
        return found


def public(articles: Iterable[Any]) -> list[Any]:
    """The articles and their translations that are published, oldest first."""
    every = [one for article in articles for one in (article, *article.translations)]
    kept = {one.url: one for one in every if one.status == "published" and one.save_as}
    return sorted(kept.values(), key=lambda one: (one.date, one.url))


def _mark(article: Any) -> str:
    """A digest of everything the index holds of an article."""
    names = [[one.name for one in found] for found in _labels(article)]
    values = (
        names,
        article.title,
        article.metadata.get("summary"),
        digest_of(article._content or ""),
        article.url,
        article.date,
        article.locale_date,
        article.lang,
    )
    return digest_of(repr(values))[:24]


def _post(article: Any) -> Post:
    named = [one for found in _labels(article) for one in found]
    # Without a written summary it is the beginning of the text, which is indexed anyway.
    summary = article.metadata.get("summary") or ""
    return Post(
        title=plain_title(article.title),
        labels=" ".join(names_of(named)),
        text=f"{plain(summary)} {plain(article._content or '')}",
    )


def _line(article: Any, lang: str) -> Line:
    return (
        article.url,
        plain_title(article.title),
        article.date.date().isoformat(),
        article.locale_date,
        list(names_of(categories_of(article))),
        plain(without_notes(article.summary)),
        article.lang if article.lang != lang else "",
    )


def _labels(article: Any) -> tuple[list[Any], ...]:
    authors = [author for author in getattr(article, "authors", ()) if author.name]
    return categories_of(article), list(getattr(article, "tags", ())), authors
