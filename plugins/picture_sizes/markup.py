"""A page's ``<img>`` as a ``<picture>`` with its sizes and formats. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from publish.post.images import IMG, address_of

from .tags import with_attributes
from .variants import Files, Picture, shown

# A ``<picture>`` of the author's own and comments are matched first, to be left as they are.
FOUND = re.compile(rf"(?s:<picture\b.*?</picture>|<!--.*?-->)|(?P<img>{IMG.pattern})", re.I)


@dataclass(frozen=True)
class Page:
    """Where a page is, and how it shows pictures.

    ``here`` begins the addresses that Pelican wrote into it (SITEURL, or ``..`` and so on where
    they are relative), ``site`` is SITEURL; ``sizes`` is the attribute of this name: how wide a
    picture is shown, ``""`` for as wide as the window.
    """

    here: str
    site: str
    sizes: str = ""

    @property
    def roots(self) -> list[str]:
        """The beginnings of addresses below the site's root; the longest first."""
        roots = {f"{root.rstrip('/')}/" for root in (self.here, urlsplit(self.site).path, "")}
        return sorted(roots, key=len, reverse=True)

    @property
    def base(self) -> str:
        """``here`` without scheme and host, so that a page loads its pictures from the host that
        serves it."""
        root = urlsplit(self.here).path if "://" in self.here else self.here
        return f"{root.rstrip('/')}/"


def pictured(markup: str, pictures: Mapping[str, Picture], page: Page, first: bool) -> str:
    """``markup`` with each known picture in all its sizes and formats.

    ``pictures`` are by their place in the site. With ``first`` the first picture is visible at
    once, and is not loaded lazily.
    """
    waits = not first

    def changed(found: re.Match[str]) -> str:
        nonlocal waits
        tag = found.group("img")
        place = _place(tag, pictures, page) if tag else None
        if not tag or place is None:
            return found.group()
        made = _picture(tag, place, pictures[place], page, waits)
        waits = True
        return made

    return FOUND.sub(changed, markup)


def _place(tag: str, pictures: Mapping[str, Picture], page: Page) -> str | None:
    """The place in the site of an ``<img>``'s picture; None if it is not a known one."""
    address = address_of(tag)
    for root in page.roots:
        if address.startswith(root):
            rest = address.removeprefix(root)
            for place in (rest, unquote(rest)):
                if place in pictures:
                    return place
    return None


def _picture(tag: str, place: str, picture: Picture, page: Page, waits: bool) -> str:
    made = shown(picture, place)
    sources = "".join(
        f'<source type="{source.type}"{_set(source.files, page)}>' for source in made.sources
    )
    more = _size(tag, picture) + _set(made.files, page)
    img = with_attributes(_timed(tag, waits), more)
    return f"<picture>{sources}{img}</picture>" if sources else img


def _set(files: Files, page: Page) -> str:
    """The attributes ``srcset`` and ``sizes``; nothing where there is no choice."""
    if not files:
        return ""
    listed = ", ".join(f"{page.base}{place} {width}w" for place, width in files)
    sizes = f' sizes="{html.escape(page.sizes)}"' if page.sizes else ""
    return f' srcset="{html.escape(listed)}"{sizes}'


def _timed(tag: str, waits: bool) -> str:
    """``tag`` with ``loading`` and ``decoding``, unless the author set them; without lazy loading
    if it does not wait."""
    if not waits:
        return re.sub(r'\s+loading="lazy"', "", tag)
    more = "".join(
        f' {name}="{value}"'
        for name, value in (("loading", "lazy"), ("decoding", "async"))
        if not re.search(rf"\b{name}\s*=", tag)
    )
    return with_attributes(tag, more)


def _size(tag: str, picture: Picture) -> str:
    """The missing ``width`` and ``height``; a given one determines the other."""
    said = dict(re.findall(r"""\b(width|height)\s*=\s*["']?(\d+)(?=["'\s/>])""", tag))
    if set(said) == {"width", "height"} or re.search(r"\b(?:width|height)\s*=\s*.?\d*%", tag):
        return ""
    if "width" in said:
        return f' height="{max(1, round(int(said["width"]) * picture.height / picture.width))}"'
    if "height" in said:
        return f' width="{max(1, round(int(said["height"]) * picture.width / picture.height))}"'
    return f' width="{picture.width}" height="{picture.height}"'
