"""Which pages of a run of Pelican have old addresses, where each leads, and which cannot."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from publish.post.aliases import Alias, Occupied, parse_alias
from publish.post.contents import contents
from publish.post.diagnostic import Complaint
from publish.post.frontmatter import line_of, names
from publish.post.text import plain_title
from publish.post.urls import encoded


def fault(file: str, message: str, remedy: str) -> Complaint:
    """A complaint about the ``Aliases`` of a file."""
    return Complaint(message, file, line_of("aliases", file), remedy)


@dataclass(frozen=True)
class Source:
    """An article or page with old addresses. ``url`` is its address from the site's root on,
    without a leading slash."""

    aliases: tuple[str, ...]
    url: str
    title: str
    lang: str
    file: str


@dataclass(frozen=True)
class Move:
    """One redirect. ``old`` and ``target`` are paths on the host, ``old`` decoded and ``target``
    percent-encoded; ``canonical`` is absolute if SITEURL is set. An address that is
    gone has no ``target``, and leads to the site: ``canonical`` and ``title`` are the site's."""

    alias: Alias
    old: str
    target: str
    canonical: str
    title: str
    lang: str
    file: str


def plan(
    sources: Iterable[Source], real: set[str], siteurl: str
) -> tuple[list[Move], list[Complaint]]:
    """The moves by old address, and what is wrong with each alias that cannot be one.

    ``real`` are the files of the site, relative to the output folder: none of them is ever
    replaced, nor would be on a disk that ignores case.
    """
    base = mount(siteurl)
    occupied = Occupied(dict.fromkeys(real, "a page of the site"))
    moves: list[Move] = []
    faults: list[Complaint] = []
    for source in sources:
        for text in source.aliases:
            try:
                alias = parse_alias(text)
                occupied.take(alias, source.file)
            except ValueError as error:
                faults.append(fault(source.file, f"the alias {text} {error}", REMEDY))
                continue
            moves.append(
                Move(
                    alias,
                    base + alias.path,
                    f"{base}/{source.url}",
                    f"{siteurl}/{source.url}",
                    source.title,
                    source.lang,
                    source.file,
                )
            )
    return sorted(moves, key=lambda move: (move.alias.path, move.alias.query)), faults


REMEDY = "take it out of the Aliases line, or write it from the root on: /old/"


def moved(generators: Iterable[Any]) -> list[Source]:
    """All public sources that have aliases, sorted by address. Drafts are left out: no redirect may
    lead to one."""
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
    return encoded(urlsplit(siteurl).path.rstrip("/"))


def _source(content: Any) -> Source:
    lang = str(getattr(content, "lang", "") or content.settings.get("DEFAULT_LANG") or "en")
    url = encoded(str(content.url).removeprefix("/"))
    return Source(
        tuple(dict.fromkeys(names(content.aliases))),
        url,
        plain_title(content.title),
        lang,
        os.path.relpath(content.source_path) if content.source_path else url,
    )
