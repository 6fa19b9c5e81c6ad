"""Writes pages and maps into the output folder."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from .maps import RENDER
from .page import page
from .plan import Move


def write_all(
    moves: Sequence[Move], maps: Collection[str], real: Collection[str], output: str
) -> list[str]:
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
        f"{place}: {name} is a file of the site already — leave {name} out of REDIRECT_FILES"
        for name in RENDER
        if name in maps and name in real
    ]
    return faults + [fault for file in (*pages, *files) if (fault := _write(output, *file))]


def _write(output: str, name: str, text: str, place: str) -> str:
    file = Path(output, name)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        return f"{place}: {name} cannot be written: {why} — remove what is there, or the alias"
    return ""
