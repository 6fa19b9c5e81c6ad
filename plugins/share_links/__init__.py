"""Share links: ``article.share_links``, in the order of the ``SHARE_LINKS`` setting.

The links are plain addresses: nothing is loaded from another host, and they work without script.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pelican import signals

INCREMENTAL = True


def defaults(pelican: Any) -> None:
    """Put the default list in place, and refuse an unknown id.

    Raises:
        ValueError: ``SHARE_LINKS`` names an unknown service.
    """
    from .links import SERVICES

    chosen = pelican.settings.get("SHARE_LINKS", SERVICES)
    pelican.settings["SHARE_LINKS"] = list(chosen or ())
    for name in pelican.settings["SHARE_LINKS"]:
        if name not in SERVICES:
            known = ", ".join(SERVICES)
            raise ValueError(f"SHARE_LINKS: there is no service {name!r} — choose from: {known}")


def assign(generator: Any) -> None:
    """Give all articles their links."""
    from pelican.contents import Article

    from publish.post.cache import code_digest
    from publish.post.contents import Computed
    from publish.post.urls import site_address

    from .links import share_links

    site, services = site_address(generator.settings), tuple(generator.settings["SHARE_LINKS"])

    def links(article: Any) -> Any:
        return share_links(article.title, f"{site}/{article.url}", services)

    made_from = code_digest(Path(__file__).parent), site, services
    Article.share_links = Computed("share_links", links, made_from)


def register() -> None:
    """Called by Pelican."""
    signals.initialized.connect(defaults)
    signals.article_generator_init.connect(assign)
