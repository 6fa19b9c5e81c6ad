"""The addresses of the built site, as Pelican and the plugins made them. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

from publish.checks.site import Site
from publish.checks.source import Source
from publish.post.urls import folded, normal, permalink

PAGE_NUMBER = re.compile(r"(?:/?page/\d+|(?<=[a-z])\d+(?=\.html$))")
OF_TOOLS = (
    "/sitemap.xml",
    "/robots.txt",
    "/favicon.ico",
    "/manifest.webmanifest",
    "/search/",
)
"""Addresses written by the theme, plugins or the host, which no record holds."""


def of_source(source: Source, site: Site) -> str:
    """A source's public address, normalized; for an unreadable source the likely one."""
    if source.post:
        return normal(source.post.permalink)
    likely = permalink(site.values, "page" if source.is_page else "article", source.slug)
    return normal(source.get("url") or likely or source.slug)


def relative_base(source: Source, site: Site) -> str:
    """The base of relative links in a source's page, ending with a slash or a file name."""
    own = of_source(source, site)
    return own if own.endswith(".html") or own == "/" else f"{own}/"


@lru_cache(maxsize=1)
def known(site: Site) -> frozenset[str]:
    """Every address that a link may lead to, normalized; retired ones too, as they have a page or a
    redirect."""
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
    """Every address of the site's own contents, normalized, without aliases."""
    # Pelican's address of a file is its name without percent-encoding.
    names = (quote(name, errors="surrogateescape") for name in site.library.addresses.values())
    found = site.library.places | set(map(normal, names))
    pages = (s for s in site.sources if s.public and (s.post is None or s.post.save_as))
    return found.union(of_source(source, site) for source in pages)


@lru_cache(maxsize=1)
def files(site: Site) -> frozenset[str]:
    """The files of the site that are no post's page, relative to the output."""
    tools = {place.lstrip("/") for place in OF_TOOLS if "." in place}
    tools = tools if "site_files" in site.library.plugins else set()
    lists = {place.lstrip("/") for place in site.library.places if "." in place.rpartition("/")[2]}
    lists.update(site.values.get("REDIRECT_FILES") or ())
    return frozenset({"index.html"} | tools | lists | {*site.library.addresses.values()})


@lru_cache(maxsize=1)
def by_folded(site: Site) -> dict[str, str]:
    """The same files, by folded name."""
    return {folded(place): place for place in files(site)}


def of_tools(address: str, site: Site) -> bool:
    """Whether an address is a further page of a list, or in a folder of theme, feeds or search."""
    if _is_paged(address, site.library.places):
        return True
    folders = [f"/{str(site.values.get('THEME_STATIC_DIR') or 'theme').strip('/')}/"]
    folders += ["/search/"] if "static_search" in site.library.plugins else []
    return f"{address.casefold()}/".startswith(tuple(folders))


def leads_somewhere(address: str, addresses: frozenset[str]) -> bool:
    """Whether an address exists, or may exist as far as can be known here."""
    if normal(address) in addresses or address.startswith(OF_TOOLS):
        return True
    return _is_paged(address, addresses)


def _is_paged(address: str, lists: frozenset[str]) -> bool:
    """Whether an address is that of a further page of one of the ``lists``."""
    first, pages = PAGE_NUMBER.subn("", address)
    return pages > 0 and normal(first) in lists
