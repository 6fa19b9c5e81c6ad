"""Old addresses of feeds and lists (categories, tags, authors, dates), and where they lead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from html import unescape
from typing import Any

from publish.importer.address import Entry, key_of, path_of
from publish.importer.model import Channel
from publish.post import urls
from publish.post.slug import slugify


def lists(
    channel: Channel, values: Mapping[str, Any], terms: Mapping[str, str], entries: Iterable[Entry]
) -> dict[str, str]:
    """The redirects of old feeds and lists, without addresses of posts.

    ``terms`` are those of ``archives``.
    """
    base = path_of(channel.url).rstrip("/")
    found = {f"{old}/": new for old, new in feeds(base, values).items() if "feed" in old}
    pattern = str(values.get("CATEGORY_FEED_RSS") or values.get("CATEGORY_FEED_ATOM") or "")
    for old, new in terms.items():
        found[f"{old}/"] = new
        if pattern and old.startswith(f"{base}/category/"):
            slug = new.rstrip("/").rsplit("/", 1)[-1].removesuffix(".html")
            found[f"{old}/feed/"] = "/" + pattern.replace("{slug}", slug)
    archive = str(values.get("ARCHIVES_URL") or values.get("ARCHIVES_SAVE_AS") or "")
    if archive:
        for entry in entries:
            dated = re.match(rf"{re.escape(base)}((?:/\d{{2,4}}){{1,3}})/[^/]+/?$", entry.path)
            if dated and entry.open and re.match(r"/(?:19|20)\d\d(?:/|$)", dated[1]):
                parts = dated[1].strip("/").split("/")
                for count in range(1, len(parts) + 1):
                    old = f"{base}/{'/'.join(parts[:count])}/"
                    found[old] = "/" + archive.removesuffix("index.html")
    return {old: new for old, new in found.items() if urls.normal(old) != urls.normal(new)}


def feeds(base: str, values: Mapping[str, Any]) -> dict[str, str]:
    """The old addresses of feeds and archives, with their new ones."""
    root = base.rstrip("/")
    rss, atom = values.get("FEED_ALL_RSS"), values.get("FEED_ALL_ATOM")
    names = ("feed", "rss", "feed/rss", "feed/rss2", "rss2", "comments/feed")
    found = {key_of(f"{root}/{name}"): f"/{rss or atom}" for name in names if rss or atom}
    if rss or atom:
        found |= {key_of(f"{root}/{name}"): f"/{atom or rss}" for name in ("feed/atom", "atom")}
    if archive := values.get("ARCHIVES_URL") or values.get("ARCHIVES_SAVE_AS"):
        found[key_of(f"{root}/archives")] = "/" + str(archive).removesuffix("index.html")
    return found


def address_of(kind: str, name: str, values: Mapping[str, Any]) -> str:
    """Where the site lists the posts of a category, tag or author."""
    pattern = str(values.get(f"{kind.upper()}_URL") or f"{kind}/{{slug}}.html")
    return "/" + pattern.replace("{slug}", slugify(name, values)).lstrip("/")


def archives(
    channel: Channel, values: Mapping[str, Any], used: Mapping[str, str]
) -> dict[str, str]:
    """Paths of the old site's archives to those of the new one.

    ``used`` maps ``category:name``, ``tag:name`` and ``author:name``, of what public posts have,
    to the name that is written.
    """
    found: dict[str, str] = {}
    base = path_of(channel.url).rstrip("/")

    def add(kind: str, name: str, *paths: str) -> None:
        written = used.get(f"{kind}:{name.casefold()}")
        if written:
            target = address_of(kind, written, values)
            found.update({key_of(f"{base}{path}"): target for path in paths})

    for (taxonomy, slug), name in channel.terms.items():
        if taxonomy == "post_tag":
            add("tag", unescape(name), f"/tag/{slug}")
        elif taxonomy == "category":
            paths, chain, above = [f"/category/{slug}"], slug, channel.parents.get(slug, "")
            for _ in range(16):
                if not above:
                    break
                chain = f"{above}/{chain}"
                paths.append(f"/category/{chain}")
                above = channel.parents.get(above, "")
            add("category", unescape(name), *paths)
    for login, name in channel.authors.items():
        add("author", name, f"/author/{slugify(login, values)}", f"/author/{login}")
    return found
