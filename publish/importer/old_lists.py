"""Old addresses of feeds and lists (categories, tags, authors, dates), and where they lead."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from html import unescape
from typing import Any

from publish.importer.address import Entry, key_of, path_of
from publish.importer.model import Channel
from publish.post.slug import slugify

FEEDS = ("feed", "feed/rss", "feed/rss2", "comments/feed", "rss", "rss2", "feed/atom", "atom")

DATED = re.compile(r"/((?:19|20)\d\d(?:/\d\d){0,2})/[^/]+/?")


def lists(
    channel: Channel,
    values: Mapping[str, Any],
    used: Mapping[str, Sequence[str]],
    entries: Collection[Entry],
) -> dict[str, str]:
    """Paths of the old site's feeds and lists to those of the new one, without addresses of posts.

    ``used`` maps ``category:name``, ``tag:name`` and ``author:name``, of what public posts have,
    to the name that is written, once for each post.
    """
    base = path_of(channel.url).rstrip("/")
    found: dict[str, str] = {}
    rss, atom = values.get("FEED_ALL_RSS"), values.get("FEED_ALL_ATOM")
    for name in FEEDS if rss or atom else ():
        found[name] = f"/{(atom or rss) if 'atom' in name else (rss or atom)}"
    feed = str(values.get("CATEGORY_FEED_RSS") or values.get("CATEGORY_FEED_ATOM") or "")
    for kind, name, path in _terms(channel, values):
        if written := used.get(f"{kind}:{name.casefold()}"):
            found[path] = address_of(kind, written[-1], values)
            found |= _further(path, len(written), found[path])
            if feed and kind == "category":
                slug = found[path].rstrip("/").rsplit("/", 1)[-1].removesuffix(".html")
                found[f"{path}/feed"] = "/" + feed.replace("{slug}", slug)
    if archive := str(values.get("ARCHIVES_URL") or values.get("ARCHIVES_SAVE_AS") or ""):
        archive = "/" + archive.removesuffix("index.html")
        found["archives"] = archive
        found |= _further("", sum(e.open and e.kind == "post" for e in entries), archive)
        for entry in entries:
            dated = DATED.fullmatch(entry.path.removeprefix(base)) if entry.open else None
            parts = dated[1].split("/") if dated else []
            found |= {"/".join(parts[: n + 1]): archive for n in range(len(parts))}
    return {key_of(f"{base}/{path}"): new for path, new in found.items()}


def _further(path: str, posts: int, new: str) -> dict[str, str]:
    """The pages of a list after its first, where WordPress shows ten posts on each."""
    return {f"{path}/page/{n}".lstrip("/"): new for n in range(2, (posts - 1) // 10 + 2)}


def _terms(channel: Channel, values: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Kind, name and path of every list of posts."""
    for (taxonomy, slug), name in channel.terms.items():
        if taxonomy == "post_tag":
            yield "tag", unescape(name), f"tag/{slug}"
        elif taxonomy == "category":
            yield "category", unescape(name), f"category/{slug}"
            chain, above = slug, channel.parents.get(slug, "")
            for _ in range(16):
                if not above:
                    break
                chain, above = f"{above}/{chain}", channel.parents.get(above, "")
                yield "category", unescape(name), f"category/{chain}"
    for login, name in channel.authors.items():
        for slug in (slugify(login, values), login):
            yield "author", name, f"author/{slug}"


def address_of(kind: str, name: str, values: Mapping[str, Any]) -> str:
    """Where the site lists the posts of a category, tag or author."""
    pattern = str(values.get(f"{kind.upper()}_URL") or f"{kind}/{{slug}}.html")
    return "/" + pattern.replace("{slug}", slugify(name, values)).lstrip("/")
