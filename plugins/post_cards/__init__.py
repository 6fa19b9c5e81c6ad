"""Social cards: a picture of 1200 × 630 pixels for each article, and one for the rest of the site.

``article.card`` is a string, the card's address below the site, with ``width``, ``height`` and
``alt``; every template's context has ``site_card`` for pages without a card of their own.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from pelican import signals

INCREMENTAL = True

log = logging.getLogger(__name__)

FOLDER = "cards"
_drawn: dict[str, Any] = {}
"""File name to card, in the current run."""
_missing: list[str] = []
"""Those of them that the output lacks."""
_ahead: list[Callable[[], Any]] = []
"""Functions that wait for the cards drawn in other processes."""


class Shown(str):
    """The address of a card below the site, and what a page says of it. Sizes in pixels."""

    width: int = 1200
    height: int = 630
    alt: str

    def __new__(cls, file: str, alt: str) -> Shown:
        """A card's ``file`` name, and ``alt``: the words on it."""
        made = super().__new__(cls, f"{FOLDER}/{file}")
        made.alt = alt
        return made

    @property
    def url(self) -> str:
        """The same as the string."""
        return str(self)


def choose(generators: list[Any]) -> None:
    """Name each article's card, and the site's, before any page is written."""
    from pelican.generators import ArticlesGenerator

    from publish.post.contents import contents

    _drawn.clear()
    _ahead.clear()
    site = _site_card(generators[0].settings) if generators else None
    if site is None:
        return
    # One context is shared by all generators.
    generators[0].context["site_card"] = site
    for article in contents(g for g in generators if isinstance(g, ArticlesGenerator)):
        # A draft without an address has no page that could show its card.
        if article.save_as:
            article.card = _card(article, article.settings) or site
    _begin(generators[0].settings)


def _site_card(settings: Any) -> Shown | None:
    from publish.post.text import plain

    name, about = plain(settings["SITENAME"]), plain(settings.get("SITESUBTITLE") or "")
    # The site's subtitle is the title of the card, with the name above; without one, the name
    # alone.
    return _named("site", about or name, "", name if about else "", name)


def _card(article: Any, settings: Any) -> Shown | None:
    from publish.post.contents import categories_of, names_of
    from publish.post.text import plain, plain_title

    above = " · ".join(names_of(categories_of(article)))
    # The Uid chooses the landscape, so that it stays when the title changes.
    seed = str(getattr(article, "uid", None) or article.slug)
    return _named(
        article.slug, plain_title(article.title), above, plain(settings["SITENAME"]), seed
    )


def _named(slug: str, title: str, above: str, below: str, seed: str) -> Shown | None:
    """The card of these words; None if the font lacks a letter of the title, or the title is empty.
    A line above or below that the font cannot write is left out."""
    from .card import Card, name, printable
    from .face import BOLD, REGULAR, face

    words = printable(title, face(BOLD).characters)
    if not words:
        return None
    card = Card(words, _ornament(above, REGULAR), _ornament(below, BOLD), seed)
    # The name is a digest of the original words too, so that equal addresses mean equal cards and
    # ``alt``.
    file = name(slug, title, card.above, card.below, card.seed)
    _drawn[file] = card
    return Shown(file, title)


@lru_cache(maxsize=1024)
def _ornament(line: str, weight: Any) -> str:
    """An optional line in the font's characters; ``""`` if it lacks a letter."""
    from .card import printable
    from .face import face

    return printable(line, face(weight).characters) or ""


def _begin(settings: Any) -> None:
    """Draw new cards in other processes, from the last on, while sources are checked, and letters
    and pages made. A refused build leaves its cards in the cache for the next one."""
    from publish.post.installed import release

    engine, pillow = settings.get("ENGINE"), release("pillow")
    if engine and engine.planning:
        return
    _missing[:] = [f for f in _drawn if not (engine and engine.holds(f"{FOLDER}/{f}", pillow))]
    if engine:
        cache = _cache(settings)
        new = [file for file in reversed(_missing) if not (cache / file).exists()]
        _ahead.append(engine.ahead(lambda file: _kept(cache / file) and None, new))


def write(pelican: Any) -> None:
    """Put the cards into the site, from the cache; those it lacks are drawn first."""
    if not _drawn:
        return
    from publish.post.diagnostic import unwritable
    from publish.post.files import write_whole

    cache, output = _cache(pelican.settings), Path(pelican.output_path, FOLDER)
    engine = pelican.settings.get("ENGINE")

    def put(file: str) -> None:
        write_whole(output / file, _kept(cache / file))

    try:
        new = [file for file in _missing if engine and not (cache / file).exists()]
        if engine:
            engine.shared(put, new)
        for file in _missing:
            put(file)
        for wait in _ahead:
            wait()
    except OSError as error:
        unwritable(error, "the card").log(log)


def _cache(settings: Any) -> Path:
    from publish.post.installed import release

    # Part of the key: another release of Pillow may compress differently.
    return Path(settings["CACHE_PATH"], FOLDER, release("pillow"))


def _kept(file: Path) -> bytes:
    """A card from the cache, drawn and cached first if it is missing."""
    from publish.post.cache import verified, with_checksum
    from publish.post.files import write_whole

    try:
        return verified(file.read_bytes())
    except (FileNotFoundError, ValueError):
        from .draw import png

        data = png(_drawn[file.name])
        write_whole(file, with_checksum(data))
        return data


def register() -> None:
    """Called by Pelican."""
    # After every plugin that sets categories, whatever the order of PLUGINS.
    signals.all_generators_finalized.connect(choose)
    signals.finalized.connect(write)
