"""Share links: ``article.share_links``, in the order of the ``SHARE_LINKS`` setting.

Plain addresses: nothing is loaded from another host, and they work without script.
"""

from __future__ import annotations

from typing import Any

from pelican import signals

INCREMENTAL = True
"""What it gives depends on what it is given alone, and it leaves written pages as they are."""

DEFAULT = ("linkedin", "email", "copy", "facebook", "bluesky", "mastodon", "x", "whatsapp")


def defaults(pelican: Any) -> None:
    """Put the default list in place, and refuse an id nobody knows.

    Raises:
        ValueError: ``SHARE_LINKS`` names an unknown service.
    """
    from .links import SERVICES

    pelican.settings.setdefault("SHARE_LINKS", list(DEFAULT))
    for name in pelican.settings["SHARE_LINKS"]:
        if name not in SERVICES:
            known = ", ".join(SERVICES)
            raise ValueError(f"SHARE_LINKS: there is no service {name!r} — choose from: {known}")


def assign(generator: Any) -> None:
    """Give each article its links."""
    from .links import share_links

    site = (generator.settings.get("SITEURL") or "").rstrip("/")
    for article in [*generator.articles, *generator.translations, *generator.hidden_articles]:
        article.share_links = share_links(
            article.title, f"{site}/{article.url}", generator.settings["SHARE_LINKS"]
        )


def register() -> None:
    """Called by Pelican."""
    signals.initialized.connect(defaults)
    signals.article_generator_finalized.connect(assign)
