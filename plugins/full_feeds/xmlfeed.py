"""RSS 2.0 and Atom by feedgen: the one module that imports it."""

from __future__ import annotations

from typing import Any

from feedgen.ext.base import BaseExtension
from feedgen.feed import FeedGenerator
from lxml.etree import SubElement

from .channel import Channel
from .item import Item, Picture

ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
MEDIA_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml"}


class Hubs(BaseExtension):  # type: ignore[misc]
    """The hubs of an RSS feed. feedgen writes them to Atom and drops them from RSS."""

    addresses: tuple[str, ...] = ()

    def extend_rss(self, rss: Any) -> Any:
        """Called by feedgen with the root element."""
        for address in self.addresses:
            SubElement(rss[0], ATOM_LINK, rel="hub", href=address)
        return rss


class Cover(BaseExtension):  # type: ignore[misc]
    """The enclosure of an Atom entry. feedgen drops `rel`, `type` and `length` of an entry's
    links, which would make the picture a second permalink."""

    picture: Picture | None = None

    def extend_atom(self, entry: Any) -> Any:
        """Called by feedgen with the entry's element."""
        if self.picture:
            size = {"type": self.picture.type, "length": str(self.picture.length)}
            SubElement(entry, "link", rel="enclosure", href=self.picture.url, **size)
        return entry


def generator(channel: Channel, kind: str, summary_only: bool) -> FeedGenerator:
    """feedgen's own object, filled, for a feed of ``kind`` ``"rss"`` or ``"atom"``."""
    feed = FeedGenerator()
    feed.id(channel.id)
    feed.title(channel.title)
    feed.description(channel.description)
    feed.language(channel.language)
    feed.generator("Pelican")
    feed.link(href=channel.address, rel="self", type=MEDIA_TYPES[kind])
    for hub in channel.hubs:
        feed.link(href=hub, rel="hub")
    # RSS allows one link and feedgen takes the last for it, so the site comes last.
    feed.link(href=channel.home, rel="alternate", type="text/html")
    # feedgen's own default for both is the time of the build.
    feed.updated(channel.updated)
    feed.lastBuildDate(channel.updated)
    if kind == "rss":
        feed.load_extension("dc", atom=False)
        feed.register_extension("hubs", Hubs, atom=False)
        feed.hubs.addresses = channel.hubs
    elif not all(item.authors for item in channel.items):
        # Atom requires an author for every entry: the site, where an entry names none.
        feed.author({"name": channel.publisher})
    for item in channel.items:
        _add(feed, item, kind, summary_only)
    return feed


def text(feed: FeedGenerator, kind: str) -> str:
    """The feed's XML."""
    made = feed.rss_str(pretty=True) if kind == "rss" else feed.atom_str(pretty=True)
    return str(made, "utf-8")


def _add(feed: FeedGenerator, item: Item, kind: str, summary_only: bool) -> None:
    entry = feed.add_entry(order="append")
    entry.guid(item.id, permalink=False)
    entry.title(item.title)
    entry.link(href=item.url, rel="alternate")
    entry.published(item.published)
    entry.updated(item.updated)
    # Sets RSS's description as well, without which feedgen puts the full text there.
    if summary := item.summary if kind == "rss" else item.gist:
        entry.summary(summary, type="html")
    if not summary_only:
        # As escaped text and not as CDATA, which an article with `]]>` in it would end.
        entry.content(item.content, type="html")
    if kind == "rss" and item.authors:
        # RSS's own author is an e-mail address.
        entry.dc.dc_creator(list(item.authors))
    elif item.authors:
        entry.author([{"name": name} for name in item.authors])
    for name in dict.fromkeys((*item.categories, *item.tags)):
        entry.category(term=name)
    if item.picture and item.picture.length is not None:
        if kind == "rss":
            entry.enclosure(item.picture.url, str(item.picture.length), item.picture.type)
        else:
            entry.register_extension("cover", Cover, rss=False)
            entry.cover.picture = item.picture
