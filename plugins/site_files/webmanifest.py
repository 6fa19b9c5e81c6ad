"""The web app manifest: name, colours and icons for a home screen."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from publish.post.text import plain

_ICON = re.compile(r"icon-(maskable-)?(\d+)\.png")


def icons(settings: Mapping[str, Any]) -> list[str]:
    """The theme's icons, as places below the site."""
    folder = Path(settings["THEME"], "static", "img")
    below = settings["THEME_STATIC_DIR"]
    return sorted(f"{below}/img/{file.name}" for file in folder.glob("icon*"))


def manifest(settings: Mapping[str, Any], icons: Iterable[str]) -> str:
    """The JSON; its addresses are relative, so that any host and folder will do.

    ``icons`` are places below the site; those named ``icon-SIZE.png`` and
    ``icon-maskable-SIZE.png`` (SIZE in pixels) and any SVG are taken.
    """
    name, about = (plain(settings.get(key) or "") for key in ("SITENAME", "SITESUBTITLE"))
    document = {
        "name": name,
        **({"description": about} if about else {}),
        "lang": settings["DEFAULT_LANG"],
        "start_url": "./",
        "scope": "./",
        # A blog is read in a browser, whose address bar is needed for sharing.
        "display": "browser",
        "background_color": settings.get("MANIFEST_BACKGROUND", "#fbf8f2"),
        "theme_color": settings.get("MANIFEST_COLOUR", "#0d4f46"),
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
