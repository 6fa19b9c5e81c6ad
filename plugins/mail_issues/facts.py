"""The facts of an article that its mail shows, gathered from Pelican's objects."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from publish.post.contents import categories_of, names_of
from publish.post.frontmatter import yes_no
from publish.post.identity import uid_of
from publish.post.images import cover_of
from publish.post.text import direction, plain, plain_title
from publish.post.urls import site_address

from .files import root
from .pictures import File, FileOf, Picture, cover, shown


@dataclass(frozen=True)
class Facts:
    """One article, its words as plain text, its ``body`` as the HTML that the mail shows.

    ``web`` is the body that the page shows, None where it is the same; they differ where blocks
    are for one of them. ``preheader`` is empty where the author gave none, and no summary.
    ``pictures`` are the letter's own files by the address in the body, that of the cover under
    ``"cover"``; ``share`` are name and address of each link. ``shown_date`` is the date as the site
    writes it, ``date`` is ISO 8601 with a zone.
    """

    uid: str
    slug: str
    title: str
    subject: str
    preheader: str
    deck: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    date: str
    shown_date: str
    url: str
    site: str
    sitename: str
    lang: str
    cover: Picture | None
    share: tuple[tuple[str, str], ...]
    body: str
    web: str | None
    source: str
    page_digest: str
    was: tuple[str, ...] = ()
    pictures: Mapping[str, File] = field(default_factory=dict)

    @property
    def files(self) -> tuple[File, ...]:
        """The files of pictures that the letter shows, each once."""
        return tuple(dict.fromkeys(self.pictures.values()))

    @property
    def heavy(self) -> tuple[File, ...]:
        """Those that are too heavy for a letter."""
        return tuple(file for file in self.files if file.heavy)

    @property
    def guessed(self) -> bool:
        """Whether a picture is not encoded yet, so that the final letter may differ."""
        return any(file.bytes < 0 for file in self.files)

    @property
    def dir(self) -> str:
        """The direction in which the article's language is written."""
        return direction(self.lang)


def wanted(article: Any) -> bool:
    """Whether the article goes out by mail: it does unless its ``Newsletter`` line says no."""
    return yes_no(getattr(article, "newsletter", "")) is not False


def address(settings: Mapping[str, Any]) -> str:
    """The public address that mails link to, without a slash at its end; ``""`` without one."""
    return str(settings.get("NEWSLETTER_SITEURL") or "").rstrip("/") or site_address(settings)


@dataclass(frozen=True)
class Site:
    """What all mails of one build share. ``address`` is what they link to, ``here`` what the
    pages link to, both without a slash at their end; ``root`` is the project's folder."""

    address: str
    here: str
    name: str
    content: Path
    root: str


def site(settings: Mapping[str, Any]) -> Site:
    """The facts of the site."""
    return Site(
        address=address(settings),
        here=site_address(settings),
        name=plain(settings.get("SITENAME") or ""),
        content=Path(settings["PATH"]),
        root=str(root(settings)),
    )


def resolved(article: Any, markup: str, site: str) -> str:
    """The body with ``{filename}`` and its like as addresses below ``site``."""
    # Most bodies hold neither ``{`` nor ``|``, with which every such link begins.
    return str(article._update_content(markup, site)) if "{" in markup or "|" in markup else markup


def gather(article: Any, site: Site, file_of: FileOf) -> Facts:
    """The facts of one article, after every plugin has set its attributes."""
    source = getattr(article, "email_content_source", None)
    web = resolved(article, article._content or "", site.address)
    # A draft, which only a preview or a test shows, may have no title yet.
    title = plain_title(article.title) or (article.slug if article.status == "draft" else "")
    deck = plain(article.metadata.get("summary") or "")
    alt = plain(getattr(article, "image_alt", "") or "")
    url = f"{site.address}/{article.url}"
    body = web if source is None else resolved(article, source, site.address)
    pictures = shown([body], url, file_of)
    first = cover(cover_of(article), alt, site.address, file_of)
    if first:
        pictures = {"cover": first[1], **pictures}
    return Facts(
        uid=uid_of(getattr(article, "uid", ""), str(article.relative_source_path)),
        was=tuple(getattr(article, "was", ())),
        slug=article.slug,
        title=title,
        subject=plain_title(getattr(article, "subject", "") or "") or title,
        preheader=plain_title(getattr(article, "preheader", "") or "") or deck,
        deck=deck,
        authors=names_of(getattr(article, "authors", ())),
        categories=names_of(categories_of(article)),
        date=article.date.isoformat(),
        shown_date=article.locale_date,
        url=url,
        site=site.address,
        sitename=site.name,
        lang=str(article.lang),
        cover=first[0] if first else None,
        share=share(getattr(article, "share_links", ()), site.here, site.address),
        body=body,
        web=None if source is None else web,
        source=place(article.source_path, site.root),
        page_digest=str(getattr(article, "page_digest", "") or ""),
        pictures=pictures,
    )


def share(links: Any, here: str, site: str) -> tuple[tuple[str, str], ...]:
    """Name and address of each share link, with the mail's address of the site. The copy link is
    left out: it needs script."""

    def moved(url: str) -> str:
        for old, new in ((here, site), (quote(here, safe=""), quote(site, safe=""))):
            url = url.replace(old, new) if here else url
        return url

    return tuple((link.name, moved(link.url)) for link in links if link.id != "copy")


def place(file: str, root: str) -> str:
    """The source's path from the project's folder, with slashes."""
    whole = os.path.abspath(file)  # noqa: PTH100 - thousands of them, absolute already
    return whole.removeprefix(root.rstrip(os.sep) + os.sep).replace(os.sep, "/")
