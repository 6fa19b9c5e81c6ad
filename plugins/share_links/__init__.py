"""Share links: ``article.share_links``, in the order of the ``SHARE_LINKS`` setting.

The links are plain addresses: nothing is loaded from another host, and they work without script.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pelican import signals

INCREMENTAL = True

DEFAULT = ("linkedin", "email", "copy", "facebook", "bluesky", "mastodon", "x", "whatsapp")


def defaults(pelican: Any) -> None:
    """Put the default list in place, and refuse an unknown id.

    Raises:
        ValueError: ``SHARE_LINKS`` names an unknown service.
    """
    from .links import SERVICES

    pelican.settings.setdefault("SHARE_LINKS", list(DEFAULT))
    for name in pelican.settings["SHARE_LINKS"]:
        if name not in SERVICES:
            known = ", ".join(SERVICES)
            raise ValueError(f"SHARE_LINKS: there is no service {name!r} — choose from: {known}")


class Links:
    """A descriptor for ``article.share_links``, computed when a page reads it. Drafts have none.

    Without ``__set__``, so that a line ``Share_links:`` in a post can take its place. ``made_from``
    is everything they depend on except the article's title, address and status.
    """

    def __init__(self, site: str, services: Sequence[str]) -> None:
        from publish.post.cache import code_digest

        self._site, self._services = site, services
        self.made_from = code_digest(Path(__file__).parent), site, tuple(services)

    def __get__(self, article: Any, kind: type | None = None) -> Any:
        """The links, as templates read them."""
        from .links import share_links

        if article is None:
            return self
        if article.status == "draft":
            raise AttributeError("share_links")
        return share_links(article.title, f"{self._site}/{article.url}", self._services)


def assign(generator: Any) -> None:
    """Give all articles their links."""
    from pelican.contents import Article

    site = (generator.settings.get("SITEURL") or "").rstrip("/")
    Article.share_links = Links(site, generator.settings["SHARE_LINKS"])


def register() -> None:
    """Called by Pelican."""
    signals.initialized.connect(defaults)
    signals.article_generator_init.connect(assign)
