"""The web app manifest: name, colours and icons for a home screen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

_ICON = re.compile(r"icon-(maskable-)?(\d+)\.png")


@dataclass(frozen=True)
class Look:
    """What a home screen shows. Colours are CSS colours."""

    name: str
    about: str
    lang: str
    background: str
    colour: str


def manifest(look: Look, icons: Iterable[str]) -> str:
    """The JSON; addresses in it are relative to it, so that any host and folder will do.

    ``icons`` are places below the site; those named ``icon-SIZE.png`` and
    ``icon-maskable-SIZE.png`` (SIZE in pixels) and any SVG are taken.
    """
    about = {"description": look.about} if look.about else {}
    document = {
        "name": look.name,
        **about,
        "lang": look.lang,
        "start_url": "./",
        "scope": "./",
        # A blog is read in a browser, with its address to be seen and shared.
        "display": "browser",
        "background_color": look.background,
        "theme_color": look.colour,
        "icons": [found for icon in icons if (found := _icon(icon))],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _icon(place: str) -> dict[str, str] | None:
    name = place.rsplit("/", 1)[-1]
    if name.endswith(".svg"):
        return {"src": place, "sizes": "any", "type": "image/svg+xml"}
    if match := _ICON.fullmatch(name):
        maskable, size = match.groups()
        purpose = {"purpose": "maskable"} if maskable else {}
        return {"src": place, "sizes": f"{size}x{size}", "type": "image/png", **purpose}
    return None
