"""Which addresses a sitemap names, and when each last changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from html import escape
from typing import Any

from publish.post.contents import updated_of
from publish.post.urls import encoded, site_address

LISTS = ("index", "archives", "categories", "tags", "authors")
"""Pelican's direct templates that list articles. Others (404, search) are no landing pages."""

Entry = tuple[str, datetime | None]
"""A page: its absolute address, and when it last changed, with an offset, if that is known."""


def entries(generators: Iterable[Any]) -> Iterator[Entry]:
    """Articles, pages, and the first page of every list; no draft, nothing hidden."""
    from pelican.generators import ArticlesGenerator, PagesGenerator

    for generator in generators:
        if isinstance(generator, ArticlesGenerator):
            yield from _contents(generator, generator.articles)
            yield from _lists(generator)
        elif isinstance(generator, PagesGenerator):
            yield from _contents(generator, generator.pages)


def sitemap(entries: Iterable[Entry]) -> str:
    """The XML; each address once and in order, so that the same site gives the same bytes."""
    by_address = {_quoted(address): changed for address, changed in entries}
    return "\n".join(
        [
            '<?xml version="1.0" encoding="utf-8"?>',
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
            *(_url(address, changed) for address, changed in sorted(by_address.items())),
            "</urlset>\n",
        ]
    )


def robots(sitemap_address: str) -> str:
    """The robots.txt: everything is allowed, with the sitemap's address; ``""`` without one."""
    everyone = "User-agent: *\nAllow: /\n"
    return everyone + (f"\nSitemap: {_quoted(sitemap_address)}\n" if sitemap_address else "")


def place(save_as: str) -> str:
    """The address below the site of a file: ``archives/`` for ``archives/index.html``."""
    name = save_as.rsplit("/", 1)[-1]
    return save_as.removesuffix(name) if name == "index.html" else save_as


def saved(settings: Mapping[str, Any], template: str) -> str:
    """Where a direct template is written below the site; ``""`` where it is not."""
    return settings.get(f"{template.upper()}_SAVE_AS", f"{template}.html") or ""


def _lists(generator: Any) -> Iterator[Entry]:
    settings, newest = generator.settings, _latest(generator.articles)
    for name in LISTS:
        save_as = saved(settings, name)
        if name in settings["DIRECT_TEMPLATES"] and save_as:
            yield _address(generator, place(save_as)), newest
    for kind in ("categories", "tags", "authors"):
        for subject, articles in dict(getattr(generator, kind)).items():
            if subject.save_as and subject.name:
                yield _address(generator, subject.url), _latest(articles)


def _contents(generator: Any, contents: Iterable[Any]) -> Iterator[Entry]:
    for content in (*contents, *generator.translations):
        # An empty place means: not written.
        if content.save_as:
            yield _address(generator, content.url), _latest([content])


def _latest(contents: Iterable[Any]) -> datetime | None:
    """The newest time of change; None if none has a date, as most pages."""
    return max(filter(None, map(updated_of, contents)), default=None)


def _address(generator: Any, url: str) -> str:
    return f"{site_address(generator.settings)}/{url}"


def _url(address: str, changed: datetime | None) -> str:
    when = f"<lastmod>{changed.isoformat(timespec='seconds')}</lastmod>" if changed else ""
    return f"<url><loc>{escape(address, quote=False)}</loc>{when}</url>"


def _quoted(address: str) -> str:
    """Percent-encoded where an address may not hold a character: blanks, letters beyond ASCII."""
    scheme, _, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host}{slash}{encoded(path)}"
