"""A feed's own metadata, independent of its format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from publish.post.contents import names_of
from publish.post.text import plain
from publish.post.urls import join, site_address

from .item import Item, urn


@dataclass(frozen=True)
class Channel:
    """A feed: its metadata and its items, newest first. All addresses are absolute."""

    id: str
    title: str
    publisher: str
    description: str
    home: str
    address: str
    language: str
    hubs: tuple[str, ...]
    items: tuple[Item, ...]

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """Everything the feed's bytes depend on: its metadata and a digest of each item."""
        own = [getattr(self, each.name) for each in fields(self) if each.name != "items"]
        return *own, *(item.digest for item in self.items)

    @property
    def updated(self) -> datetime:
        """The time of the newest change to an item, never the time of the build."""
        return max((item.updated for item in self.items), default=datetime(1970, 1, 1, tzinfo=UTC))


def channel(
    context: Mapping[str, Any], items: tuple[Item, ...], path: str, url: str | None, title: str
) -> Channel:
    """The feed at ``path`` under the output folder.

    ``url`` is its public address where that differs, ``title`` what it is about (a category's
    name), empty for the whole site.
    """
    site = plain(context["SITENAME"])
    home = site_address(context) + "/"
    domain = (context.get("FEED_DOMAIN") or "").rstrip("/")
    about = " ".join(names_of([title]))
    return Channel(
        # The id holds neither the site's address nor this feed's title: both may change.
        id=urn(f"feed:{context.get('FEED_IDENTITY') or site}:{path}"),
        title=f"{site} - {about}" if about else site or home,
        publisher=site or home,
        description=plain(context.get("SITESUBTITLE") or "") or site or home,
        home=home,
        address=join(f"{domain}/" if domain else home, url or path),
        language=context["DEFAULT_LANG"],
        hubs=tuple(context.get("FEED_HUBS") or ()),
        items=items,
    )
