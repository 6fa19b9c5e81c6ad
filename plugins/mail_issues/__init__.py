"""The composed issue: each post as HTML mail, as plain text, and a record of both.

It is made from the same parse as the page. The files in ``NEWSLETTER_ISSUES_PATH`` are previewed,
tested and sent byte for byte.
"""

from __future__ import annotations

import logging
from typing import Any

from pelican import signals

INCREMENTAL = True

log = logging.getLogger(__name__)

_generators: list[Any] = []


def begin(generators: list[Any]) -> None:
    """After all sources are read: keep the generators."""
    from pelican.generators import ArticlesGenerator

    _generators[:] = [g for g in generators if isinstance(g, ArticlesGenerator)]


def compose_all(pelican: Any) -> None:
    """Bring every post's issue up to date, once all plugins have set their attributes."""
    from publish.post.diagnostic import unwritable

    from . import facts, files
    from .builder import IssueBuilder

    found = _generators
    if not found:
        return
    settings = found[0].settings
    if not facts.address(settings):
        log.warning("no mail was composed: set SITEURL, or NEWSLETTER_SITEURL for mails alone")
        return
    home = files.home(settings)
    try:
        builder = IssueBuilder(found[0], home)
        articles = [article for generator in found for article in posts(generator)]
        builder.compose_new(articles)
        fit = {article.slug for article in articles if builder.ensure(article)}
        builder.close()
        files.sweep(home, fit)
    except OSError as error:
        unwritable(error, "a letter").log(log)


def posts(generator: Any) -> list[Any]:
    """The posts that go out by mail. Translations are left out: readers get a post once, in its
    original language."""
    from .facts import wanted

    drafts = generator.drafts if generator.settings.get("NEWSLETTER_ISSUES_DRAFTS") else []
    return [article for article in [*generator.articles, *drafts] if wanted(article)]


def register() -> None:
    """Called by Pelican."""
    signals.all_generators_finalized.connect(begin)
    signals.get_writer.connect(compose_all)
