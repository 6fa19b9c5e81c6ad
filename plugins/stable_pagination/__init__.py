"""Stable pagination: list pages are counted from the oldest post, so an old page stays as it is."""

from __future__ import annotations

from typing import Any

from pelican import signals

INCREMENTAL = True


def choose(pelican: Any) -> None:
    """Say which paginator the writer takes for this site: it asks for it by name, in its module.

    A list that runs oldest first is stable in Pelican already, and one in no order of time cannot
    be: both keep Pelican's own.

    Raises:
        ValueError: the pattern for page 1 holds ``{number}``.
    """
    from pelican import paginator, writers

    from .paginator import StablePaginator, check

    settings = pelican.settings
    if str(settings["ARTICLE_ORDER_BY"]).startswith("reversed-"):
        check(settings["PAGINATION_PATTERNS"])
        writers.Paginator = StablePaginator
    else:
        writers.Paginator = paginator.Paginator


def register() -> None:
    """Called by Pelican."""
    signals.initialized.connect(choose)
