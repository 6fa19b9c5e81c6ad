"""What Pelican's objects say, as the plain facts that the graph is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from publish.post.contents import categories_of
from publish.post.images import cover_of
from publish.post.text import plain, plain_title

from .graph import Page, Person, Picture, Posting, Site

_SOUND = re.compile(r"[\w./-]*", re.ASCII)
"""Most addresses; the look is cheaper than the quoting."""


def site(settings: Mapping[str, Any]) -> Site:
    """The blog, from the settings."""
    address = settings["SITEURL"].rstrip("/") + "/"
    return Site(
        name=plain(settings["SITENAME"]),
        address=address,
        about=plain(settings.get("SITESUBTITLE") or ""),
        lang=settings["DEFAULT_LANG"],
        logo=at(settings.get("STRUCTURED_DATA_LOGO") or "", address),
        same_as=tuple(link for _, link, *_ in settings.get("SOCIAL") or () if "://" in link),
    )


def posting(article: Any, here: Site) -> Posting:
    """One article."""
    modified = max(article.date, getattr(article, "modified", article.date))
    return Posting(
        **vars(page(article, here)),
        published=article.date.isoformat(),
        modified=modified.isoformat(),
        sections=tuple(category.name for category in categories_of(article)),
        keywords=tuple(tag.name for tag in getattr(article, "tags", ())),
        authors=tuple(
            Person(author.name, at(author.url, here.address) if author.save_as else "")
            for author in getattr(article, "authors", ())
            if author.name
        ),
        pictures=pictures(article, here.address),
    )


def page(content: Any, here: Site) -> Page:
    """What pages and articles have in common. Only a written summary says what one is about:
    its first words, Pelican's default, would take a look at every body."""
    return Page(
        title=plain_title(content.title),
        address=at(content.url, here.address),
        about=plain(content.metadata.get("summary") or ""),
        lang=content.lang,
    )


def trail(content: Any, here: Site, over: Sequence[Any] = ()) -> list[tuple[str, str]]:
    """Names and addresses from the home page, over the first category if any, to the content."""
    return [
        (here.name, here.address),
        # Without a place the category has no page.
        *((c.name, at(c.url, here.address)) for c in over[:1] if c.save_as),
        (plain_title(content.title), at(content.url, here.address)),
    ]


def pictures(article: Any, base: str) -> tuple[Picture, ...]:
    """The social card, if a plugin made one, and the post's own picture."""
    found = []
    if card := getattr(article, "card", ""):
        alt = getattr(card, "alt", "") or article.title
        size = _size(getattr(card, "width", 0), getattr(card, "height", 0))
        found.append(Picture(at(card, base), plain_title(alt), *size))
    if cover := cover_of(article):
        size = _size(getattr(article, "image_width", 0), getattr(article, "image_height", 0))
        found.append(Picture(at(cover.url, base), plain(getattr(article, "image_alt", "")), *size))
    return tuple(found)


def at(place: str, base: str) -> str:
    """The absolute address of a place below the site; ``""`` stays so."""
    if not place or "://" in place:
        return place
    place = place.lstrip("/")
    return base + (place if _SOUND.fullmatch(place) else quote(place, safe="/%~!$&'()*+,;=:@?#"))


def _size(width: Any, height: Any) -> tuple[int, int]:
    """Both in pixels, or nothing: front matter is text, and may be any."""
    known = str(width).isdecimal() and str(height).isdecimal()
    return (int(width), int(height)) if known else (0, 0)
