"""Which old address leads where, and which cannot. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from publish.post.diagnostic import Complaint
from publish.post.urls import Alias, folded, parse_alias

from .maps import FILES
from .site import Place, Source, mount


@dataclass(frozen=True)
class Move:
    """One redirect. ``old`` and ``target`` are paths on the host, ``old`` decoded and ``target``
    percent-encoded; ``canonical`` is absolute if the site knows its own address. An address that is
    gone has no ``target``, and leads to the site: ``canonical`` and ``title`` are the site's."""

    alias: Alias
    old: str
    target: str
    canonical: str
    title: str
    lang: str
    place: Place


def plan(
    sources: Iterable[Source], real: set[str], siteurl: str
) -> tuple[list[Move], list[Complaint]]:
    """The moves by old address, and what is wrong with each alias that cannot be one.

    ``real`` are the files of the site, relative to the output folder: none of them is ever
    replaced, nor would be on a disk that ignores case.
    """
    base, siteurl = mount(siteurl), siteurl.rstrip("/")
    taken: dict[str, Place | str] = {folded(file): "a page of the site" for file in (*real, *FILES)}
    folders = {folded(str(parent)) for file in real for parent in PurePosixPath(file).parents}
    seen: dict[tuple[str, str], Place | str] = {}
    moves: list[Move] = []
    faults: list[Complaint] = []
    for source in sources:
        for text in source.aliases:
            try:
                alias = parse_alias(text)
                _free(alias, taken, folders, seen)
            except ValueError as error:
                faults.append(source.place.complaint(f"the alias {text} {error}", REMEDY))
                continue
            seen[alias.key] = source.place
            if alias.file:
                taken[folded(alias.file)] = source.place
                folders |= {folded(str(parent)) for parent in PurePosixPath(alias.file).parents}
            moves.append(
                Move(
                    alias, base + alias.path, f"{base}/{source.url}", f"{siteurl}/{source.url}",
                    source.title, source.lang, source.place,
                )
            )  # fmt: skip
    return sorted(moves, key=lambda move: (move.alias.path, move.alias.query)), faults


REMEDY = "take it out of the Aliases line, or write it from the root on: /old/"


def _free(
    alias: Alias, taken: dict[str, Place | str], folders: set[str],
    seen: dict[tuple[str, str], Place | str],
) -> None:  # fmt: skip
    """Refuse an address at which something is.

    Raises:
        ValueError: what is there, as the end of a sentence.
    """
    if alias.key in seen:
        raise ValueError(f"is that of {seen[alias.key]} too")
    if not alias.file:
        return
    file = folded(alias.file)
    if file in taken:
        raise ValueError(f"is the address of {taken[file]}")
    above = [folded(str(parent)) for parent in PurePosixPath(alias.file).parents]
    if file in folders or any(parent in taken for parent in above):
        raise ValueError("needs a folder where there is a file, or the other way round")
