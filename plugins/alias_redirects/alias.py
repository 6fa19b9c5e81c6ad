"""An old address as it stands in the front matter, and what it means on disk. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\<>\"]")
LONGEST_NAME = 200
"""Bytes of one part; file systems take 255, and the writer needs a few for itself."""
LONGEST = 1000
"""Bytes of the whole path."""


@dataclass(frozen=True)
class Alias:
    """An old address: ``path`` decoded and with its leading slash, ``query`` as it was written."""

    text: str
    path: str
    query: str = ""

    @property
    def file(self) -> str:
        """The file in the output folder that answers there; ``""`` for one with a query.

        No host looks at a query before it chooses a file.
        """
        if self.query:
            return ""
        if self.path.endswith((".html", ".htm")):
            return self.path[1:]
        return f"{self.path.strip('/')}/index.html".lstrip("/")

    @property
    def key(self) -> tuple[str, str]:
        """Equal for two aliases that name one place, also on a disk that ignores case."""
        return (self.path.rstrip("/") or "/", self.query) if self.query else (folded(self.file), "")


def folded(file: str) -> str:
    """A file name as a disk that ignores case compares it."""
    return file.casefold()


def parse(text: str) -> Alias:
    """Read one alias.

    Raises:
        ValueError: it is no address of this site; the message ends a sentence about it.
    """
    address, mark, query = text.partition("?")
    if not address.startswith("/") or address.startswith("//"):
        raise ValueError("does not begin with one slash")
    if "#" in text:
        raise ValueError("holds a #, which no host ever sees")
    if mark and not query:
        raise ValueError("ends with a ?")
    try:
        path = unquote(address, errors="strict")
    except UnicodeDecodeError:
        raise ValueError("holds escapes that are not UTF-8") from None
    parts = path.strip("/").split("/")
    if FORBIDDEN.search(text) or re.search(r"[\x00-\x1f\x7f\\]", path):
        raise ValueError("holds a character that no address holds")
    if "//" in path or any(part in (".", "..") for part in parts):
        raise ValueError("holds empty parts or dots that lead elsewhere")
    if len(path.encode()) > LONGEST or any(len(part.encode()) > LONGEST_NAME for part in parts):
        raise ValueError("is too long")
    return Alias(text, path, query)


def split(value: object) -> list[str]:
    """The aliases of a front-matter value, which is a list when it goes on over several lines."""
    given = ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
    return [part.strip() for part in given.split(",") if part.strip()]
