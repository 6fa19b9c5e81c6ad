"""Which articles and pages Pelican's generators hold, and the categories of each. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

PUBLIC = (
    "translations", "articles", "hidden_translations", "hidden_articles", "pages", "hidden_pages",
)  # fmt: skip
"""Lists of Pelican's generators, in the order in which it writes them."""
DRAFTS = ("drafts", "drafts_translations", "draft_pages", "draft_translations")


def contents(generators: Iterable[Any], *, public: bool = False) -> Iterator[Any]:
    """Every article and page of a run, or those that are ``public``: listed or hidden."""
    held = list(generators)
    for names in (PUBLIC,) if public else (PUBLIC, DRAFTS):
        for generator in held:
            for name in names:
                yield from getattr(generator, name, ())


def categories_of(content: Any) -> list[Any]:
    """Pelican's categories of an article, the main one first; none of a page."""
    given = getattr(content, "categories", None)
    main = getattr(content, "category", None)
    return list(given) if given else [main] if main else []
