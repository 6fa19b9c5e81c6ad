"""Related posts: ``article.related``, by shared categories, tags and words."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from pelican import signals

INCREMENTAL = True

MOST = 3


def relate(generators: list[Any]) -> None:
    """Give each article, draft and translation its nearest published posts in its language."""
    from pelican.generators import ArticlesGenerator

    from publish.post import cache
    from publish.post.contents import contents

    from .nearest import Neighbourhood

    for generator in (g for g in generators if isinstance(g, ArticlesGenerator)):
        most = int(generator.settings.get("RELATED_MOST", MOST))
        file = Path(generator.settings["CACHE_PATH"], "related", "posts")
        state = cache.State(file, Path(__file__).parent)
        public = [*generator.articles, *generator.translations]
        listed = set(public)
        apart = [article for article in contents([generator]) if article not in listed]
        now = {}
        for lang in sorted({article.lang for article in [*public, *apart]}):
            hood = Neighbourhood((state.value or {}).get(lang))
            _relate(
                hood,
                [article for article in public if article.lang == lang],
                [article for article in apart if article.lang == lang],
                most,
            )
            now[lang] = hood.snapshot()
        state.keep(now)


def _relate(hood: Any, public: list[Any], apart: list[Any], most: int) -> None:
    keys = {article: str(article.relative_source_path) for article in (*public, *apart)}
    # Newest first, so that the newer of two equally near posts is shown.
    public = sorted(sorted(public, key=keys.__getitem__), key=lambda a: a.date, reverse=True)
    known = {keys[article]: article for article in public}
    asked = [(key, *_asked(article)) for article, key in keys.items()]
    found = hood.update(asked, list(known), most)
    for article, key in keys.items():
        article.related = [known[near] for near in found[key]]


def _asked(article: Any) -> Any:
    from publish.post.contents import categories_of, digest_of

    from .words import terms

    names = (
        [category.name for category in categories_of(article)],
        [tag.name for tag in getattr(article, "tags", ())],
    )
    body = article._content or ""
    mark = hashlib.sha256(repr((article.title, names, digest_of(body))).encode()).digest()[:12]
    return mark, lambda: terms(article.title, body, *names)


def register() -> None:
    """Called by Pelican."""
    # After every plugin that sets categories or changes a text, whatever the order of PLUGINS.
    signals.all_generators_finalized.connect(relate)
