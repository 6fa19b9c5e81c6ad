"""Which old address leads where, and which cannot. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from publish.post.aliases import Alias, Occupied, parse_alias
from publish.post.diagnostic import Complaint

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
    occupied = Occupied(dict.fromkeys(real, "a page of the site"))
    moves: list[Move] = []
    faults: list[Complaint] = []
    for source in sources:
        for text in source.aliases:
            try:
                alias = parse_alias(text)
                occupied.take(alias, source.place)
            except ValueError as error:
                faults.append(source.place.complaint(f"the alias {text} {error}", REMEDY))
                continue
            moves.append(
                Move(
                    alias, base + alias.path, f"{base}/{source.url}", f"{siteurl}/{source.url}",
                    source.title, source.lang, source.place,
                )
            )  # fmt: skip
    return sorted(moves, key=lambda move: (move.alias.path, move.alias.query)), faults


REMEDY = "take it out of the Aliases line, or write it from the root on: /old/"
