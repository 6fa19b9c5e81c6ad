"""Structured data: schema.org in JSON-LD for articles, pages and the home page.

``article.structured_data`` and ``page.structured_data`` are strings; for the home page the
string is in every template's context, as ``home_structured_data``. Each has its digest beside it,
as a Content-Security-Policy names it: ``structured_data_hash``, ``home_structured_data_hash``.
"""

from __future__ import annotations

from typing import Any

from pelican import signals

INCREMENTAL = True


def describe(generators: list[Any]) -> None:
    """Give articles, pages and the home page their blocks."""
    from pelican.contents import Article, Page

    from publish.post.contents import Computed
    from publish.post.text import csp_hash

    from . import graph

    for kind in (Article, Page):
        for name in ("structured_data", "structured_data_hash"):
            if name in vars(kind):
                delattr(kind, name)
    # Search engines need absolute addresses.
    if not generators or "://" not in generators[0].settings["SITEURL"]:
        return
    site = graph.site_of(generators[0].settings)
    home = graph.text(graph.home(site))
    # One context is shared by all generators.
    generators[0].context["home_structured_data"] = home
    generators[0].context["home_structured_data_hash"] = csp_hash(home)

    last: list[Any] = [None, ""]

    def block(content: Any) -> str:
        # Memoized: a page reads the string and then its digest.
        if content is not last[0]:
            describe = graph.article if isinstance(content, Article) else graph.page
            last[:] = content, graph.text(describe(content, site))
        return str(last[1])

    for kind in (Article, Page):
        for name, work in (("", block), ("_hash", lambda content: csp_hash(block(content)))):
            setattr(kind, f"structured_data{name}", Computed(f"structured_data{name}", work))


def register() -> None:
    """Called by Pelican."""
    signals.all_generators_finalized.connect(describe)
