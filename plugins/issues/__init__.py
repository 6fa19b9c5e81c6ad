"""The composed issue: each post as HTML mail, as plain text, and a record of both.

Made from the same parse as the page. What lies in ``NEWSLETTER_ISSUES_PATH`` is what is
previewed, tested and sent, byte for byte.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pelican import signals

log = logging.getLogger(__name__)

FALLBACK = Path(__file__).parent / "templates" / "email"


def compose_all(generators: list[Any]) -> None:
    """Compose every post's issue, once all posts and pictures are known."""
    from pelican.generators import ArticlesGenerator

    from . import facts, files

    found = [g for g in generators if isinstance(g, ArticlesGenerator)]
    if not found:
        return
    settings = found[0].settings
    if not facts.address(settings):
        log.warning("no mail was composed: set SITEURL, or NEWSLETTER_SITEURL for mails alone")
        return
    home = files.home(settings)
    try:
        kept = {article.slug for g in found for article in posts(g) if composed(article, g, home)}
        files.sweep(home, kept)
    except OSError as error:
        log.error("%s: cannot be written (%s)", error.filename or home, error.strerror or error)


def posts(generator: Any) -> list[Any]:
    """The posts that go out by mail.

    A translation does not: readers get a post once, in the language it is first in.
    """
    from .facts import wanted

    drafts = generator.drafts if generator.settings.get("NEWSLETTER_ISSUES_DRAFTS") else []
    return [article for article in [*generator.articles, *drafts] if wanted(article)]


def composed(article: Any, generator: Any, home: Path) -> bool:
    """Compose one issue and write it; False, with an error in the log, if the post is unfit.

    Raises:
        OSError: it cannot be written.
    """
    from .compose import Unfit, compose, warning
    from .facts import gather
    from .files import put

    place = os.path.relpath(article.source_path)
    try:
        issue = compose(
            gather(article, generator.settings, generator.context),
            template(generator, "issue.html"),
            template(generator, "issue.txt"),
        )
    except Unfit as error:
        log.error("%s: %s", place, error)
        return False
    if said := warning(issue):
        log.warning("%s: %s", place, said)
    put(home / issue.slug, issue)
    return True


def template(generator: Any, name: str) -> Callable[[Mapping[str, Any]], str]:
    """The theme's ``templates/email/NAME``, else the plugin's plain one."""
    from jinja2 import TemplateNotFound

    try:
        found = generator.env.get_template(f"email/{name}")
    except TemplateNotFound:
        found = generator.env.from_string((FALLBACK / name).read_text(encoding="utf-8"))
    return found.render  # type: ignore[no-any-return]


def register() -> None:
    """Called by Pelican."""
    signals.all_generators_finalized.connect(compose_all)
