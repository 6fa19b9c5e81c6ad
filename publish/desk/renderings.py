"""A post's renderings: the preview's page and letter, and how other programs cut its texts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from publish.desk.model import Post
from publish.http import fetch
from publish.post.issue import NAMES, Issue, from_record

WAIT = 2.0
"""Seconds for an answer of the preview, which runs in this process."""


@dataclass(frozen=True)
class Page:
    """The post's page in the preview: its address, and the metadata in its head. ``mark`` changes
    with it, so that a frame is reloaded only then."""

    path: str
    mark: str
    title: str = ""
    description: str = ""
    card: str = ""


@dataclass(frozen=True)
class Renderings:
    """The renderings of a post; None for one that the preview has not made."""

    letter: Issue | None = None
    page: Page | None = None
    feed: bool = False


def fetch_renderings(preview: str, post: Post) -> Renderings:
    """The renderings of a post from the ``preview``; missing ones are left out."""
    if not preview or not post.slug:
        return Renderings()
    base = f"{preview}/_issues/{quote(post.slug)}"
    letter = None
    files = [_get(f"{base}/{name}") for name in NAMES]
    if all(file is not None for file in files):
        html, text, record = (file.decode() for file in files if file is not None)
        letter = from_record(json.loads(record), html, text)
    # The letter names the page, a draft's too; a post without a letter has its address.
    named = urlsplit(letter.url).path if letter else ""
    found = None
    for place in (named, f"/drafts/{quote(post.slug)}/", quote(post.address, safe="/%")):
        if place and (body := _get(preview + place)) is not None:
            found = _page(preview, place, body)
            break
    return Renderings(letter, found, letter is not None and _get(f"{base}/feed.html") is not None)


def _page(preview: str, place: str, body: bytes) -> Page:
    import hashlib

    from lxml import html

    head = html.document_fromstring(body).find("head")
    metas: dict[str, str] = {}
    for meta in head.iter("meta") if head is not None else ():
        name = meta.get("name") or meta.get("property") or ""
        metas.setdefault(name, meta.get("content") or "")
    title = head.findtext("title") if head is not None else ""
    card = urlsplit(urljoin(preview + place, metas.get("og:image", "")))
    mark = metas.get("page-digest") or hashlib.sha256(body).hexdigest()
    return Page(
        place,
        mark[:12],
        " ".join((title or "").split()),
        metas.get("description", ""),
        f"{preview}{card.path}" if metas.get("og:image") else "",
    )


def _get(url: str) -> bytes | None:
    try:
        status, body = fetch(url, WAIT)
    except OSError:
        return None
    return body if status == 200 else None
