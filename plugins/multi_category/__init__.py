"""Several categories a post: ``Category: Career, Network`` is two.

``article.category`` stays the first one, so stock templates work; ``article.categories`` holds
them all, and listings, category pages and category feeds show the post under each.
"""

from __future__ import annotations

from typing import Any

from pelican import signals
from pelican.urlwrappers import Category

INCREMENTAL = True


def split(value: str) -> list[str]:
    """The names in a ``Category`` line: trimmed, without blanks, each once (by case-blind name)."""
    from publish.post.frontmatter import names

    found: dict[str, str] = {}
    for name in names(value):
        found.setdefault(name.casefold(), name)
    return list(found.values())


def assign(generator: Any) -> None:
    """Give each article its categories, then rebuild the generator's category index."""
    from publish.post.contents import contents

    settings = generator.settings
    spelling: dict[str, str] = {}
    index: dict[Category, list[Any]] = {}
    for article in dict.fromkeys((*generator.articles, *contents([generator]))):
        given = article.category.name if getattr(article, "category", None) else ""
        names = split(given) or [settings["DEFAULT_CATEGORY"]]
        # The first spelling wins: `career` and `Career` have one address.
        names = [spelling.setdefault(name.casefold(), name) for name in names]
        # Two names with one address are one category.
        article.categories = list(dict.fromkeys(Category(name, settings) for name in names))
        article.category = article.categories[0]
    for article in generator.articles:
        for category in article.categories:
            index.setdefault(category, []).append(article)
    generator.categories = sorted(index.items(), reverse=settings["REVERSE_CATEGORY_ORDER"])
    generator._update_context(("categories",))


def register() -> None:
    """Called by Pelican."""
    signals.article_generator_finalized.connect(assign)
