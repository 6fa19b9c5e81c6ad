"""Structured data: schema.org in JSON-LD for articles, pages and the home page.

``article.structured_data`` and ``page.structured_data`` are strings; for the home page the
string is in every template's context, as ``home_structured_data``. Each has its digest beside it,
as a Content-Security-Policy names it: ``structured_data_hash``, ``home_structured_data_hash``.
"""

from __future__ import annotations

from typing import Any

from pelican import signals

INCREMENTAL = True
"""What it gives depends on what it is given alone, and it leaves written pages as they are."""

PUBLIC = (
    "articles", "translations", "hidden_articles", "hidden_translations", "pages", "hidden_pages",
)  # fmt: skip
"""Lists of the generators; drafts are not among them, for nobody is to find one."""

_generators: list[Any] = []


def begin(generators: list[Any]) -> None:
    """All content is read: remember it."""
    _generators[:] = generators


def describe(pelican: Any) -> None:
    """Set the strings.

    Pelican asks for its writer when every plugin has set pictures and cards, and before any page is
    written. Which of two plugins comes first at one signal, nobody knows.
    """
    from pelican.contents import Article

    from publish.post.text import csp_hash

    from . import facts

    # These addresses leave the site, and mean nothing without a host.
    if "://" not in pelican.settings["SITEURL"]:
        return
    site = facts.site(pelican.settings)
    home = _home(site)
    for generator in _generators:
        generator.context["home_structured_data"] = home
        generator.context["home_structured_data_hash"] = csp_hash(home)
        for content in (c for name in PUBLIC for c in getattr(generator, name, ())):
            block = (_article if isinstance(content, Article) else _page)(content, site)
            content.structured_data = block
            content.structured_data_hash = csp_hash(block)


def _home(site: Any) -> str:
    """The site and who publishes it."""
    from . import graph, script

    return script.text(graph.document(graph.website(site), graph.organization(site)))


def _article(article: Any, site: Any) -> str:
    """The post, the way to it, and who publishes it."""
    from . import facts, graph, script

    return script.text(
        graph.document(
            graph.posting(facts.posting(article, site), site),
            graph.breadcrumbs(facts.trail(article, site, facts.categories(article))),
            graph.organization(site),
        )
    )


def _page(page: Any, site: Any) -> str:
    """The page, the way to it, and the site it is part of."""
    from . import facts, graph, script

    return script.text(
        graph.document(
            graph.web_page(facts.page(page, site), site),
            graph.breadcrumbs(facts.trail(page, site)),
            graph.website(site),
            graph.organization(site),
        )
    )


def register() -> None:
    """Called by Pelican."""
    signals.all_generators_finalized.connect(begin)
    signals.get_writer.connect(describe)
