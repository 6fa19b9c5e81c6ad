"""Finds the files of a body's pictures, and writes their sizes into the tags."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from publish.post.images import IMG, address_of, cover_of, size_of

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".avif")


def with_sizes(markup: str, content: str, folder: str) -> str:
    """``markup`` with ``width``, ``height`` and lazy loading on each picture of the content folder.

    ``folder`` is where the source lies, relative to ``content``. A tag that has one of the
    attributes, or whose picture lies elsewhere or cannot be read, is not changed.
    """
    return IMG.sub(lambda tag: _sized(tag.group(), Path(content), folder), markup)


def file_of(tag: str, content: Path, folder: str) -> Path | None:
    """The file in the content folder that an ``<img>`` refers to; None for a picture of another
    host."""
    name = unquote(address_of(tag))
    if not name or "://" in name:
        return None
    return content / name.lstrip("/") if name.startswith("/") else content / folder / name


def _sized(tag: str, content: Path, folder: str) -> str:
    file = file_of(tag, content, folder)
    if file is None or re.search(r"\b(width|height)\s*=", tag):
        return tag
    size = size_of(file)
    if size is None:
        return tag
    lazy = "" if "loading=" in tag else ' loading="lazy"'
    return with_attributes(tag, f' width="{size[0]}" height="{size[1]}"{lazy}')


def with_attributes(tag: str, more: str) -> str:
    """``tag`` with ``more`` before its end."""
    end = "/>" if tag.endswith("/>") else ">"
    return f"{tag.removesuffix(end).rstrip()}{more}{end}"


def files(content: Any, statics: Mapping[str, Any]) -> dict[str, Any]:
    """The raster pictures that a page shows: path below the content folder to Pelican's file."""
    base, body = Path(content.settings["PATH"]), content._content or ""
    tags = IMG.findall(body) if "<img" in body else []
    named = [file_of(tag, base, content.relative_dir) for tag in tags]
    below = [Path(os.path.relpath(file, base)).as_posix() for file in named if file]
    return {
        path: statics[path]
        for path in (cover(content), *below)
        if path in statics and path.lower().endswith(SUFFIXES)
    }


def cover(content: Any) -> str:
    """The path below the content folder that an ``Image:`` line names; ``""`` for none there."""
    found = cover_of(content)
    return found.path if found else ""
