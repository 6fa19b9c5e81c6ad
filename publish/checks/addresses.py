"""Which addresses the built site will have, as far as its sources can tell. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from publish.checks.site import Site
from publish.checks.slugs import slugify
from publish.checks.source import Source
from publish.post.urls import normal

PATTERNS = {
    "ARTICLE_URL": "{slug}.html",
    "ARTICLE_LANG_URL": "{slug}-{lang}.html",
    "PAGE_URL": "pages/{slug}.html",
    "PAGE_LANG_URL": "pages/{slug}-{lang}.html",
    "CATEGORY_URL": "category/{slug}.html",
    "TAG_URL": "tag/{slug}.html",
    "AUTHOR_URL": "author/{slug}.html",
    "CATEGORY_FEED_ATOM": "feeds/{slug}.atom.xml",
    "AUTHOR_FEED_ATOM": "feeds/{slug}.atom.xml",
    "AUTHOR_FEED_RSS": "feeds/{slug}.rss.xml",
    "FEED_ALL_ATOM": "feeds/all.atom.xml",
    "INDEX_SAVE_AS": "index.html",
}
"""Pelican's own, for settings that do not say."""
KINDS = ("category", "tag", "author")
TEMPLATES = ("index", "tags", "categories", "authors", "archives")
PAGE_NUMBER = re.compile(r"(?:/?page/\d+|(?<=[a-z])\d+(?=\.html$))")
OF_TOOLS = (
    "/theme/",
    "/sitemap.xml",
    "/robots.txt",
    "/favicon.ico",
    "/manifest.webmanifest",
    "/feeds/",
    "/search",
)
"""Written by the theme, by plugins or by the host; no source tells of them."""


def of_source(source: Source, site: Site) -> str:
    """A source's own address, normal."""
    return _own(site)[source]


@lru_cache(maxsize=1)
def _own(site: Site) -> Mapping[Source, str]:
    return {source: _address(source, site.values) for source in site.sources}


def _address(source: Source, values: Mapping[str, Any]) -> str:
    if given := source.get("url") or source.get("save_as"):
        return normal(given)
    lang = source.get("lang")
    foreign = lang and lang != str(values.get("DEFAULT_LANG") or "en")
    name = ("PAGE" if source.is_page else "ARTICLE") + ("_LANG_URL" if foreign else "_URL")
    parts = {
        "slug": source.slug,
        "lang": lang or values.get("DEFAULT_LANG") or "en",
        "date": source.date or source.reading.now,
        "category": slugify(
            (source.categories or (str(values.get("DEFAULT_CATEGORY", "misc")),))[0]
        ),
        "author": slugify((source.names("author") or (str(values.get("AUTHOR") or ""),))[0]),
        "path": source.path,
    }
    try:
        return normal(str(values.get(name) or PATTERNS[name]).format(**parts))
    except (KeyError, ValueError, AttributeError, TypeError, IndexError):
        return normal(source.slug)


def relative_base(source: Source, site: Site) -> str:
    """What a relative link in its page starts from, with a slash at its end or a file name."""
    own = of_source(source, site)
    return own if own.endswith(".html") or own == "/" else f"{own}/"


@lru_cache(maxsize=1)
def known(site: Site) -> frozenset[str]:
    """Every address that a link may lead to, normal: where a post was taken off the site, a page or
    a redirect says so."""
    return (
        made(site)
        | site.recorded.retired
        | {
            normal(alias)
            for source in site.sources
            if source.public
            for alias in source.aliases
            if "?" not in alias
        }
    )


@lru_cache(maxsize=1)
def made(site: Site) -> frozenset[str]:
    """Every address at which the site has something of its own, normal: no alias is among them."""
    found = listings(site.values) | {normal(path) for path in site.files}
    found |= {of_source(source, site) for source in site.sources if source.public}
    for kind in KINDS:
        found |= set(_taxonomy(site, kind))
    return frozenset(found)


def listings(values: Mapping[str, Any]) -> set[str]:
    """The addresses of the home page, the archives and the like, normal."""
    return {"/", *_listings(values)}


def leads_somewhere(address: str, site: Site, addresses: frozenset[str]) -> bool:
    """Whether something is at an address, or may be for all that can be known here."""
    if normal(address) in addresses or address.startswith(OF_TOOLS):
        return True
    if PAGE_NUMBER.search(address) and normal(PAGE_NUMBER.sub("", address)) in addresses:
        return True
    # Formats that are not read here have addresses too, and one cannot tell which.
    return bool(site.others)


@lru_cache(maxsize=len(KINDS))
def taxonomy_slugs(site: Site, kind: str) -> frozenset[str]:
    """Slugs of all public categories, tags or authors; ``kind`` is one of those in singular."""
    names = {
        name
        for source in site.sources
        if source.public and not source.is_page
        for name in _members(site, source, kind)
    }
    return frozenset(slugify(name) for name in names)


def _members(site: Site, source: Source, kind: str) -> tuple[str, ...]:
    if kind == "tag":
        return source.names("tags")
    if kind == "author":
        author = str(site.values.get("AUTHOR") or "")
        given = source.names("authors") or source.names("author")
        return given or ((author,) if author else ())
    fallback = str(site.values.get("DEFAULT_CATEGORY") or "misc")
    folder = source.path.rsplit("/", 2)[-2] if "/" in source.path else ""
    by_folder = site.values.get("USE_FOLDER_AS_CATEGORY", True) and folder
    return source.categories or ((folder,) if by_folder else (fallback,))


def _taxonomy(site: Site, kind: str) -> Iterator[str]:
    """The addresses of all lists of one kind."""
    name = kind.upper()
    for key in {*site.values, *PATTERNS}:
        if key.startswith((f"{name}_FEED_", f"{name}_URL", f"{name}_SAVE_AS")):
            pattern = site.values.get(key, PATTERNS.get(key))
            if isinstance(pattern, str) and "{slug}" in pattern:
                slugs = taxonomy_slugs(site, kind)
                yield from (normal(pattern.replace("{slug}", slug)) for slug in slugs)


def _listings(values: Mapping[str, Any]) -> Iterator[str]:
    templates = values.get("DIRECT_TEMPLATES", TEMPLATES)
    for name in templates if isinstance(templates, list | tuple) else TEMPLATES:
        yield normal(str(values.get(f"{str(name).upper()}_SAVE_AS") or f"{name}.html"))
    pages = values.get("TEMPLATE_PAGES")
    if isinstance(pages, Mapping):
        yield from (normal(str(place)) for place in pages.values())
    extra = values.get("EXTRA_PATH_METADATA")
    if isinstance(extra, Mapping):
        yield from (
            normal(str(m["path"])) for m in extra.values() if isinstance(m, Mapping) and "path" in m
        )
    for key in {*values, *PATTERNS}:
        value = values.get(key, PATTERNS.get(key))
        named = key.endswith(("_SAVE_AS", "_URL")) or key.startswith("FEED_")
        if named and isinstance(value, str) and value and "{" not in value and "://" not in value:
            yield normal(value)
