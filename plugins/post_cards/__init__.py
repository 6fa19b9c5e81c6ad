"""Social cards: a picture of 1200 × 630 pixels for each article, and one for the rest of the site.

``article.card`` is a string, the card's address below the site, with ``width``, ``height`` and
``alt``; every template's context has ``site_card`` for pages without a card of their own.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from pelican import signals

INCREMENTAL = True

log = logging.getLogger(__name__)

FOLDER = "cards"
_drawn: dict[str, Any] = {}
"""File name to what the card shows, of the run at work."""


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
    site = _site_card(generators[0].settings) if generators else None
    if site is None:
        return
    # One context is shared by all generators.
    generators[0].context["site_card"] = site
    for article in contents(g for g in generators if isinstance(g, ArticlesGenerator)):
        # A draft in no place has no page that could show its card.
        if article.save_as:
            article.card = _card(article, article.settings) or site


def _site_card(settings: Any) -> Shown | None:
    from publish.post.text import plain

    name, about = plain(settings["SITENAME"]), plain(settings.get("SITESUBTITLE") or "")
    # The promise is what invites; without one, the name alone.
    return _named("site", about or name, "", name if about else "", name)


def _card(article: Any, settings: Any) -> Shown | None:
    from publish.post.contents import categories_of
    from publish.post.text import plain, plain_title

    above = " · ".join(plain(category.name) for category in categories_of(article))
    # The identity gives a landscape that outlives a new title.
    seed = str(getattr(article, "uid", None) or article.slug)
    return _named(
        article.slug, plain_title(article.title), above, plain(settings["SITENAME"]), seed
    )


def _named(slug: str, title: str, above: str, below: str, seed: str) -> Shown | None:
    """The card of these words; None if the font lacks a letter of the title, or nothing is left.

    The lines above and below are ornament: one that cannot be written is left out.
    """
    from .card import Card, name, printable
    from .face import BOLD, REGULAR, face

    bold, regular = face(BOLD).characters, face(REGULAR).characters
    words = printable(title, bold)
    if not words:
        return None
    card = Card(words, printable(above, regular) or "", printable(below, bold) or "", seed)
    # Equal addresses must mean equal cards in every respect, so the words as written count too.
    file = name(slug, title, card.above, card.below, card.seed)
    _drawn[file] = card
    return Shown(file, title)


def write(pelican: Any) -> None:
    """Put the cards into the site: from the cache, or drawn and put there too."""
    if not _drawn:
        return
    from publish.post.diagnostic import Complaint
    from publish.post.files import write_whole
    from publish.post.installed import release

    # Another release may compress otherwise; what lies there must be what would be drawn.
    pillow = release("pillow")
    cache = Path(pelican.settings["CACHE_PATH"], FOLDER, pillow)
    output, engine = Path(pelican.output_path, FOLDER), pelican.settings.get("ENGINE")
    missing = {file: card for file, card in _drawn.items()
               if not (engine and engine.holds(f"{FOLDER}/{file}", pillow))}  # fmt: skip

    def put(file: str) -> None:
        try:
            data = (cache / file).read_bytes()
        except FileNotFoundError:
            data = _png(missing[file])
            write_whole(cache / file, data)
        write_whole(output / file, data)

    try:
        new = [file for file in missing if engine and not (cache / file).exists()]
        if engine:
            engine.shared(put, new)
        for file in missing.keys() - set(new):
            put(file)
    except OSError as error:
        Complaint(
            f"{error.filename}: the card cannot be written ({error.strerror})",
            remedy="mend that (rights, disk space) and build again",
        ).log(log)


def _png(card: Any) -> bytes:
    from .draw import png

    return png(card)


def register() -> None:
    """Called by Pelican."""
    # After every plugin that sets categories, in whatever order they are named.
    signals.all_generators_finalized.connect(choose)
    signals.finalized.connect(write)
