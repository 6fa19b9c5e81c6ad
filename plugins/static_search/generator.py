"""Pelican's part: which articles are public, and the files written beside the pages."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pelican.generators import Generator

from publish.post.text import plain, plain_title

from .files import Shown, files
from .index import Post

FOLDER = "search"

log = logging.getLogger(__name__)


class SearchGenerator(Generator):
    """Writes the index of what Pelican shows to everybody."""

    def generate_context(self) -> None:
        """Tell the templates that there is an index, and where."""
        self.context["search_index"] = f"{FOLDER}/"

    def generate_output(self, writer: Any) -> None:
        """Write the files that differ, and remove those of an earlier index."""
        articles = public(self.context["articles"])
        lang = self.settings["DEFAULT_LANG"]
        made = files([_post(a) for a in articles], [_shown(a, lang) for a in articles])
        folder = Path(self.output_path, FOLDER)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, data in made.items():
                file = folder / name
                if not (file.is_file() and file.read_bytes() == data):
                    file.write_bytes(data)
            # A word of a post taken back must not stay in a piece that nobody writes any more.
            for pattern in ("w-*.json", "u-*.json", "d-*.json"):
                for file in folder.glob(pattern):
                    if file.name not in made:
                        file.unlink()
        except OSError as error:
            log.error("%s: cannot be written (%s)", error.filename, error.strerror)


def public(articles: Iterable[Any]) -> list[Any]:
    """The articles and their translations that are published, oldest first."""
    every = [one for article in articles for one in (article, *article.translations)]
    kept = {one.url: one for one in every if one.status == "published" and one.save_as}
    return sorted(kept.values(), key=lambda one: (one.date, one.url))


def _post(article: Any) -> Post:
    named = [*_categories(article), *getattr(article, "tags", ()), *_authors(article)]
    # Where the author wrote none, the summary is the beginning of the text.
    summary = article.metadata.get("summary") or ""
    return Post(
        title=plain_title(article.title),
        labels=" ".join(plain(one.name) for one in named),
        text=f"{plain(summary)} {plain(article._content or '')}",
    )


def _shown(article: Any, lang: str) -> Shown:
    return Shown(
        url=article.url,
        title=plain_title(article.title),
        day=article.date.date().isoformat(),
        date=article.locale_date,
        categories=tuple(plain(category.name) for category in _categories(article)),
        summary=plain(article.summary),
        lang=article.lang if article.lang != lang else "",
    )


def _categories(article: Any) -> list[Any]:
    """All of them, where a plugin gives several; else the one that Pelican knows."""
    return list(getattr(article, "categories", None) or [article.category])


def _authors(article: Any) -> list[Any]:
    return [author for author in getattr(article, "authors", ()) if author.name]
