"""An article as a feed item, independent of the feed's format."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from heapq import nlargest
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from publish.post.contents import categories_of, digest_of, names_of, updated_of
from publish.post.identity import uid_of
from publish.post.images import cover_of
from publish.post.media import media_type
from publish.post.text import clean, plain_title, without_notes
from publish.post.urls import absolute, join, site_address

# The value has no meaning, but must never change: another namespace would mark every item unread.
NAMESPACE = uuid.UUID("6f0a3a53-6d4e-5d3a-9c1e-0b8a9e2f7c11")


@dataclass(frozen=True)
class Picture:
    """A cover: absolute address, media type, and its length in bytes where the site holds the
    file."""

    url: str
    type: str
    length: int | None


@dataclass(frozen=True)
class Item:
    """One article as a feed shows it; all addresses absolute, all dates with their zone.

    ``blurb`` and ``markup`` are Pelican's summary and content, ``base`` is the address that links
    in them are relative to.
    """

    id: str
    url: str
    base: str
    title: str
    blurb: str
    markup: str
    published: datetime
    updated: datetime
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    language: str
    picture: Picture | None

    # Computed lazily: a feed that is reused from the last build needs neither.
    @cached_property
    def summary(self) -> str:
        """The summary's HTML."""
        return absolute(self.blurb, self.base)

    @cached_property
    def content(self) -> str:
        """The whole text's HTML."""
        return absolute(self.markup, self.base)

    @property
    def gist(self) -> str:
        """The summary; ``""`` where it would repeat the whole article."""
        return "" if self.summary == self.content else self.summary

    @cached_property
    def digest(self) -> str:
        """A digest of all of it, the key of a cached feed."""
        facts = [getattr(self, each.name) for each in fields(self) if each.name != "markup"]
        return digest_of(repr((digest_of(self.markup), *facts)))


class Items:
    """The items of one build, each made once although an article is in many feeds."""

    def __init__(self) -> None:
        self._made: dict[Any, Item] = {}

    def newest(self, articles: Iterable[Any], context: Mapping[str, Any]) -> tuple[Item, ...]:
        """The first ``FEED_MAX_ITEMS`` of ``articles``, newest first.

        Two of one date are ordered by their source path: Pelican leaves their order to chance.
        """
        found = list(articles)
        most = context.get("FEED_MAX_ITEMS")
        order = nlargest(
            len(found) if most is None else most,
            found,
            key=lambda a: (a.date, a.relative_source_path or ""),
        )
        self._made |= {a: item(a, context) for a in order if a not in self._made}
        return tuple(self._made[article] for article in order)


def item(article: Any, context: Mapping[str, Any]) -> Item:
    """The item of one article."""
    site = site_address(context)
    url = join(f"{site}/", article.url)
    return Item(
        id=urn(f"uid:{uid_of(getattr(article, 'uid', None), article.relative_source_path)}"),
        url=f"{url}?ref=feed" if context.get("FEED_APPEND_REF") else url,
        base=url,
        title=plain_title(article.title) or url,
        blurb=without_notes(article.summary or ""),
        markup=article.get_content(site) or "",
        published=article.date,
        updated=updated_of(article) or article.date,
        authors=names_of(getattr(article, "authors", None)),
        categories=names_of(categories_of(article)),
        tags=names_of(getattr(article, "tags", None)),
        language=article.lang,
        picture=_picture(article, f"{site}/"),
    )


def urn(name: str) -> str:
    """A ``urn:uuid:`` id derived from ``name`` alone."""
    return uuid.uuid5(NAMESPACE, name).urn


def _picture(article: Any, home: str) -> Picture | None:
    cover = cover_of(article)
    if cover is None:
        return None
    kind = media_type(urlsplit(cover.url).path)
    length = Path(cover.file).stat().st_size if cover.file else None
    return Picture(join(home, clean(cover.url)), kind, length)
