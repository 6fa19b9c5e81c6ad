"""Collects from a run of Pelican which pages have aliases and which files it writes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from publish.post.contents import contents
from publish.post.diagnostic import Complaint
from publish.post.frontmatter import line_of, names
from publish.post.text import plain_title


class Place:
    """A file and the line of its ``Aliases``, looked up where a message needs it."""

    def __init__(self, file: str) -> None:
        self._file = file

    @property
    def line(self) -> int:
        """From 1; that of a file without such a key is 1."""
        return line_of("aliases", self._file)

    def __str__(self) -> str:
        return f"{self._file}:{self.line}"

    def complaint(self, message: str, remedy: str) -> Complaint:
        """What is wrong there, and the next step."""
        return Complaint(message, self._file, self.line, remedy)


@dataclass(frozen=True)
class Source:
    """An article or page with old addresses. ``url`` is its address from the site's root on,
    without a leading slash, ``place`` its ``file:line`` for a message."""

    aliases: tuple[str, ...]
    url: str
    title: str
    lang: str
    place: Place


def moved(generators: Iterable[Any]) -> list[Source]:
    """All public sources that have aliases, by their address: nothing may lead to a draft."""
    found = {
        id(content): content
        for content in contents(generators, public=True)
        if names(getattr(content, "aliases", ""))
    }
    by_file = sorted(found.values(), key=lambda content: str(content.source_path))
    return sorted(map(_source, by_file), key=lambda source: source.url)


def real_files(generators: Iterable[Any], written: Iterable[str], output: str) -> set[str]:
    """Files of this run in the output folder, relative, with slashes."""
    found = {os.path.relpath(path, output).replace(os.sep, "/") for path in written}
    for generator in generators:
        for content in getattr(generator, "staticfiles", ()):
            found.add(str(content.save_as).replace(os.sep, "/"))
    return found


def mount(siteurl: str) -> str:
    """The path at which the site stands on its host, without a slash at its end."""
    return quote(urlsplit(siteurl).path.rstrip("/"), safe="/%~!$&'()*+,;=:@-._")


def _source(content: Any) -> Source:
    lang = str(getattr(content, "lang", "") or content.settings.get("DEFAULT_LANG") or "en")
    url = quote(str(content.url).removeprefix("/"), safe="/%~!$&'()*+,;=:@-._?")
    return Source(
        tuple(dict.fromkeys(names(content.aliases))), url, plain_title(content.title), lang,
        Place(os.path.relpath(content.source_path) if content.source_path else url),
    )  # fmt: skip
