"""Neighbours: ``article.previous`` and ``article.next``, the articles before and after in time.

A theme that looks an article's place up in ``articles`` makes each page of the site depend on the
whole list: one post more, and all pages are rendered.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from pelican import signals

INCREMENTAL = True


def assign(generator: Any) -> None:
    """Set both; the first and the last article have one, and ``None`` for the other."""
    ordered = sorted(generator.articles, key=lambda a: (a.date, a.relative_source_path))
    for article in ordered:
        article.previous = article.next = None
    for earlier, later in pairwise(ordered):
        earlier.next, later.previous = later, earlier


def register() -> None:
    """Called by Pelican."""
    signals.article_generator_finalized.connect(assign)
