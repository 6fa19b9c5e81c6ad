"""What Pelican will write for the public, as sitemap entries, and how the site looks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from publish.post.text import plain

from .entries import Entry, place
from .webmanifest import Look

LISTS = ("index", "archives", "categories", "tags", "authors")
"""Pelican's direct templates that list articles. Others (404, search) are no landing places."""


def entries(generators: Iterable[Any]) -> list[Entry]:
    """Articles, pages, and the first page of every list; no draft, nothing hidden."""
    from pelican.generators import ArticlesGenerator, PagesGenerator

    found: list[Entry] = []
    for generator in generators:
        if isinstance(generator, ArticlesGenerator):
            found += _contents(generator, [*generator.articles, *generator.translations])
            found += _lists(generator)
        elif isinstance(generator, PagesGenerator):
            found += _contents(generator, [*generator.pages, *generator.translations])
    return found


def own_files(generators: Iterable[Any], settings: Mapping[str, Any]) -> set[str]:
    """Places of the site's own static files and templates, which nothing here may replace."""
    static = {
        file.save_as for generator in generators for file in getattr(generator, "staticfiles", ())
    }
    direct = {_saved(settings, name) for name in settings["DIRECT_TEMPLATES"]}
    return static | direct | set(settings["TEMPLATE_PAGES"].values())


def look(settings: Mapping[str, Any]) -> Look:
    """Name and colours of the site."""
    name, about = (plain(settings.get(key) or "") for key in ("SITENAME", "SITESUBTITLE"))
    background = settings.get("MANIFEST_BACKGROUND", "#fbf8f2")
    colour = settings.get("MANIFEST_COLOUR", "#0d4f46")
    return Look(name, about, settings["DEFAULT_LANG"], background, colour)


def icons(settings: Mapping[str, Any]) -> list[str]:
    """The theme's icons, as places below the site."""
    folder = Path(settings["THEME"], "static", "img")
    below = settings["THEME_STATIC_DIR"]
    return sorted(f"{below}/img/{file.name}" for file in folder.glob("icon*"))


def _lists(generator: Any) -> Iterator[Entry]:
    settings, newest = generator.settings, _latest(generator.articles)
    for name in LISTS:
        save_as = _saved(settings, name)
        if name in settings["DIRECT_TEMPLATES"] and save_as:
            yield Entry(_address(generator, place(save_as)), newest)
    for kind in ("categories", "tags", "authors"):
        for subject, articles in dict(getattr(generator, kind)).items():
            if subject.save_as and subject.name:
                yield Entry(_address(generator, subject.url), _latest(articles))


def _contents(generator: Any, contents: Iterable[Any]) -> Iterator[Entry]:
    for content in contents:
        # An empty place means: not written.
        if content.save_as:
            yield Entry(_address(generator, content.url), _latest([content]))


def _latest(contents: Iterable[Any]) -> datetime | None:
    """When the newest of them changed. Most pages have no date."""
    names = ("date", "modified")
    dates = (getattr(content, name, None) for content in contents for name in names)
    return max(filter(None, dates), default=None)


def _saved(settings: Mapping[str, Any], template: str) -> str:
    return settings.get(f"{template.upper()}_SAVE_AS", f"{template}.html") or ""


def _address(generator: Any, url: str) -> str:
    return f"{generator.settings['SITEURL'].rstrip('/')}/{url}"
