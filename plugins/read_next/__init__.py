"""Related posts: ``article.related``, by shared categories, tags and words."""

from __future__ import annotations

from typing import Any

from pelican import signals

INCREMENTAL = True
"""What it gives depends on what it is given alone, and it leaves written pages as they are."""

MOST = 3


def relate(generators: list[Any]) -> None:
    """Give each article, draft and translation its nearest published posts in its language."""
    from pelican.generators import ArticlesGenerator

    for generator in (g for g in generators if isinstance(g, ArticlesGenerator)):
        most = int(generator.settings.get("RELATED_MOST", MOST))
        public = [*generator.articles, *generator.translations]
        apart = [*generator.drafts, *generator.drafts_translations, *generator.hidden_articles]
        for lang in sorted({article.lang for article in [*public, *apart]}):
            _relate(
                [article for article in public if article.lang == lang],
                [article for article in apart if article.lang == lang],
                most,
            )


def _relate(public: list[Any], apart: list[Any], most: int) -> None:
    from .nearest import nearest
    from .words import post

    # Newest first, so that the newer of two equally near posts is shown.
    public = sorted(sorted(public, key=lambda a: a.source_path), key=lambda a: a.date, reverse=True)
    posts = (
        post(
            article.source_path,
            article.title,
            article._content or "",
            [c.name for c in _categories(article)],
            [tag.name for tag in getattr(article, "tags", ())],
        )
        for article in [*public, *apart]
    )
    known = {article.source_path: article for article in public}
    found = nearest(posts, list(known), most)
    for article in [*public, *apart]:
        article.related = [known[key] for key in found[article.source_path]]


def _categories(article: Any) -> list[Any]:
    """All of them, where a plugin gives several; else the one that Pelican knows."""
    return list(getattr(article, "categories", None) or [article.category])


def register() -> None:
    """Called by Pelican."""
    # After every plugin that sets categories or changes a text, in whatever order they are named.
    signals.all_generators_finalized.connect(relate)
