"""Old addresses that lead to a post, and which of them are free. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from publish.post.urls import LONGEST_NAME, folded, is_address

FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\<>\"]")
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
        """The file in the output folder that a host serves there; ``""`` for one with a query.

        Hosts choose a file without regard to the query.
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


def parse_alias(text: str) -> Alias:
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


GONE = "gone"
"""The value in the table of retired addresses for one without a new target."""


def is_lead(text: str) -> bool:
    """Whether a retired address may lead there: to an address of this site, or a whole one."""
    if text.startswith(("https://", "http://")):
        return is_address(text) and not FORBIDDEN.search(text)
    return text.startswith("/") and not text.startswith("//")


def retired_fault(table: Mapping[str, str]) -> str:
    """The fault of the first invalid entry in the table of retired addresses; ``""`` for none."""
    for address, lead in table.items():
        try:
            parse_alias(address)
        except ValueError as error:
            return f"the address {address} {error}"
        if lead not in ("", GONE) and not is_lead(lead):
            return f"the address {address} leads to {lead!r}, which is none"
    return ""


class Occupied:
    """The addresses in use, compared as on a disk that ignores case.

    ``files`` are those of the site, relative to the output folder, each with its owner; ``take``
    adds aliases.
    """

    def __init__(self, files: Mapping[str, object]) -> None:
        self._files = {folded(file): what for file, what in files.items()}
        self._folders = {above for file in self._files for above in folders_of(file)}
        self._seen: dict[tuple[str, str], object] = {}

    def take(self, alias: Alias, owner: object) -> None:
        """Reserve ``alias`` for ``owner``.

        Raises:
            ValueError: it is not free; the message ends a sentence about it.
        """
        if alias.key in self._seen:
            raise ValueError(f"is that of {self._seen[alias.key]} too")
        if alias.file:
            file = folded(alias.file)
            there = self._files.get(file) or self._files.get(folded(alias.path.strip("/")))
            if there:
                raise ValueError(f"is the address of {there}")
            if file in self._folders or not self._files.keys().isdisjoint(folders_of(file)):
                raise ValueError("needs a folder where there is a file, or the other way round")
            self._files[file] = owner
            self._folders.update(folders_of(file))
        self._seen[alias.key] = owner


def folders_of(file: str) -> list[str]:
    """The folders that a file lies in, the topmost first; all relative to the output."""
    parts = file.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]
