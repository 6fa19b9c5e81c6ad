"""The lists of categories, tags and authors, without asking of each post whether it is in each."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any

from pelican.generators import ArticlesGenerator
from pelican.writers import FileOverwriteFailedError

from publish.site.engine.values import mark

logger = logging.getLogger("pelican.generators")
KINDS = ("category", "tag", "author")
PLURALS = {"category": "categories", "tag": "tags", "author": "authors"}


def hasten() -> None:
    """Put the quick way in place of Pelican's, which takes a time that grows with the square."""
    for kind in KINDS:
        setattr(ArticlesGenerator, f"generate_{PLURALS[kind]}", _quick(kind))


def _quick(kind: str) -> Callable[[Any, Any], None]:
    def generate(generator: Any, write: Any) -> None:
        template = generator.get_template(kind)
        found = getattr(generator, PLURALS[kind])
        places = {mark(article): n for n, article in enumerate(generator.dates)}
        for term, articles in found.items() if kind == "tag" else found:
            dates = _dated(articles, places)
            try:
                write(
                    term.save_as, template, generator.context, url=term.url, **{kind: term},
                    articles=articles, dates=dates, template_name=kind, blog=True,
                    page_name=term.page_name, all_articles=generator.articles,
                )  # fmt: skip
            except FileOverwriteFailedError:
                # Pelican's own words, of its own logger: what it says is told to the author.
                if not term.slug:
                    logger.info(
                        '%s "%s" has an invalid slug; skipping writing %s page...',
                        kind.title(), term, kind,
                        extra={"limit_msg": f"Further {PLURALS[kind]} with invalid slugs."},
                    )  # fmt: skip
                    continue
                logger.error('Failed to write %s page for "%s".', kind.title(), term)
                raise

    return generate


def _dated(articles: Iterable[Any], places: dict[int, int]) -> list[Any]:
    """``articles`` in the order of the archives, each once, and only those that are in them."""
    known = {places[mark(a)]: a for a in articles if mark(a) in places}
    return [known[place] for place in sorted(known)]
