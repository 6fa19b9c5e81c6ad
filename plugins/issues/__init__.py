"""The composed issue: each post as HTML mail, as plain text, and a record of both.

Made from the same parse as the page. What lies in ``NEWSLETTER_ISSUES_PATH`` is what is
previewed, tested and sent, byte for byte.
"""

from __future__ import annotations

import logging
from typing import Any

from pelican import signals

log = logging.getLogger(__name__)


def compose_all(generators: list[Any]) -> None:
    """Compose every post's issue, once all posts and pictures are known."""
    from pelican.generators import ArticlesGenerator

    from .compose import Unfit, compose
    from .shelf import put, sweep

    for generator in generators:
        if not isinstance(generator, ArticlesGenerator):
            continue
        settings = generator.settings
        posts = [*generator.articles, *generator.translations]
        if settings.get("NEWSLETTER_ISSUES_DRAFTS"):
            posts += [*generator.drafts, *generator.drafts_translations]
        kept = set()
        for article in posts:
            if str(getattr(article, "newsletter", "yes")).strip().lower() in ("no", "false", "0"):
                continue
            try:
                issue = compose(article, generator)
            except Unfit as error:
                log.error("%s: %s", article.relative_source_path, error)
                continue
            for warning in issue.warnings:
                log.warning("%s: %s", article.relative_source_path, warning)
            put(settings, issue)
            kept.add(issue.record["slug"])
        sweep(settings, kept)


def register() -> None:
    """Called by Pelican."""
    signals.all_generators_finalized.connect(compose_all)
