"""Collects from a run of Pelican which pages have aliases and which files it writes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from publish.post.contents import contents
from publish.post.text import plain_title
from publish.post.urls import split_aliases


@dataclass(frozen=True)
class Source:
    """An article or page with old addresses. ``url`` is its address from the site's root on,
    without a leading slash, ``place`` its ``file:line`` for a message."""

    aliases: tuple[str, ...]
    url: str
    title: str
    lang: str
    place: str


def moved(generators: Iterable[Any]) -> list[Source]:
    """All public sources that have aliases, by their address: nothing may lead to a draft."""
    found = {
        id(content): content
        for content in contents(generators, public=True)
        if split_aliases(getattr(content, "aliases", ""))
    }
    return sorted(map(_source, found.values()), key=lambda source: (source.url, source.place))


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
        tuple(dict.fromkeys(split_aliases(content.aliases))), url, plain_title(content.title), lang,
        _place(content),
    )  # fmt: skip


def _place(content: Any) -> str:
    file = str(getattr(content, "source_path", "") or "")
    for number, line in enumerate(_lines(file), 1):
        if line.lower().lstrip(" :").startswith("aliases:"):
            return f"{os.path.relpath(file)}:{number}"
    return f"{os.path.relpath(file)}:1" if file else str(content.url)


def _lines(file: str) -> Iterator[str]:
    try:
        with Path(file).open(encoding="utf-8", errors="replace") as stream:
            yield from stream
    except OSError:
        return
