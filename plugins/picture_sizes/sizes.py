"""The size of a picture written into its tag."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

IMG = re.compile(r"""<img\b(?:[^>"']|"[^"]*"|'[^']*')*>""")
SRC = re.compile(r"""\bsrc\s*=\s*(["'])(?:\{(?:static|attach|filename)\})?(.*?)\1""")


def with_sizes(markup: str, content: str, folder: str) -> str:
    """``markup`` with ``width``, ``height`` and lazy loading on each picture of the content folder.

    ``folder`` is where the source lies, relative to ``content``. A picture that says one of the
    attributes itself, lies elsewhere or cannot be read is left as it is.
    """
    return IMG.sub(lambda tag: _sized(tag.group(), Path(content), folder), markup)


def file_of(tag: str, content: Path, folder: str) -> Path | None:
    """The file in the content folder that an ``<img>`` means; None for the web's pictures."""
    found = SRC.search(tag)
    if not found or "://" in found.group(2):
        return None
    name = unquote(found.group(2))
    return content / name.lstrip("/") if name.startswith("/") else content / folder / name


def size_of(file: Path) -> tuple[int, int] | None:
    """Width and height in pixels, as a browser turns the picture; None if it cannot be read."""
    try:
        stamp = file.stat()
    except OSError:
        return None
    return _read(str(file), stamp.st_mtime_ns, stamp.st_size)


def _sized(tag: str, content: Path, folder: str) -> str:
    file = file_of(tag, content, folder)
    if file is None or re.search(r"\b(width|height)\s*=", tag):
        return tag
    size = size_of(file)
    if size is None:
        return tag
    lazy = "" if "loading=" in tag else ' loading="lazy"'
    end = "/>" if tag.endswith("/>") else ">"
    return f'{tag.removesuffix(end).rstrip()} width="{size[0]}" height="{size[1]}"{lazy}{end}'


@lru_cache(maxsize=4096)
def _read(file: str, _mtime: int, _bytes: int) -> tuple[int, int] | None:
    import imagesize

    try:
        width, height = imagesize.get(file)
    except (ValueError, OSError):
        return None
    return (int(width), int(height)) if width > 0 and height > 0 else None
