"""Which files of the site are shown by which article or page."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from publish.post.images import cover_of

from .sizes import IMG, file_of

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".avif")


def files(content: Any, statics: Mapping[str, Any]) -> dict[str, Any]:
    """The raster pictures that a page shows: path below the content folder to Pelican's file."""
    base, body = Path(content.settings["PATH"]), content._content or ""
    tags = IMG.findall(body) if "<img" in body else []
    named = [file_of(tag, base, content.relative_dir) for tag in tags]
    below = [Path(os.path.relpath(file, base)).as_posix() for file in named if file]
    return {path: statics[path] for path in (cover(content), *below)
            if path in statics and path.lower().endswith(SUFFIXES)}  # fmt: skip


def cover(content: Any) -> str:
    """The path below the content folder that an ``Image:`` line names; ``""`` for none there."""
    found = cover_of(content)
    return found.path if found else ""


def line(content: Any, path: str) -> int:
    """The line of the source that names the picture, from 1; 1 where none does."""
    name = path.rsplit("/", 1)[-1]
    try:
        text = Path(content.source_path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 1
    rows = text.splitlines()
    return next((n for n, row in enumerate(rows, 1) if name in unquote(row)), 1)
