"""The size of a picture written into its tag."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from publish.post.images import size_of

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
