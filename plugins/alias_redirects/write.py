"""Writes pages and maps into the output folder."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from publish.post.diagnostic import Complaint
from publish.post.files import write_whole

from .maps import RENDER
from .page import gone_page, page
from .plan import Move
from .retired import PLACE
from .site import Place


def write_all(
    moves: Sequence[Move], maps: Collection[str], real: Collection[str], output: str
) -> list[Complaint]:
    """Write a page for each move that can have one, and the maps; return what went wrong.

    ``maps`` are names of map files. One that is among the ``real`` files of the site is kept.
    """
    if not moves:
        return []
    pages = [(move.alias.file, page(move), move.place) for move in moves if move.alias.file]
    place = moves[0].place
    files = [
        (name, render(moves), place)
        for name, render in RENDER.items()
        if name in maps and name not in real
    ]
    faults = [
        place.complaint(
            f"{name} is a file of the site already", f"leave {name} out of REDIRECT_FILES"
        )
        for name in RENDER
        if name in maps and name in real
    ]
    return faults + [fault for file in (*pages, *files) if (fault := _write(output, *file))]


def write_gone(files: Collection[str], settings: Mapping[str, Any], output: str) -> list[Complaint]:
    """Write a page for each retired address that leads nowhere; return what went wrong."""
    if not files:
        return []
    lang = str(settings.get("DEFAULT_LANG") or "en")
    home = f"{str(settings.get('SITEURL') or '').rstrip('/')}/"
    text = gone_page(lang, home, str(settings.get("SITENAME") or home))
    faults = (_write(output, file, text, PLACE) for file in sorted(files))
    return [fault for fault in faults if fault]


def _write(output: str, name: str, text: str, place: Place) -> Complaint | None:
    try:
        write_whole(Path(output, name), text.encode())
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        message = f"{name} cannot be written: {why}"
        return place.complaint(message, "remove what is there, or the alias")
    return None
