"""Addresses that were taken off the site, and where they lead."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from publish.post.aliases import GONE, Occupied, parse_alias, retired_fault
from publish.post.diagnostic import Complaint
from publish.post.identity import RETIRED, Damaged, read_table
from publish.post.urls import encoded, site_address

from .plan import Move, fault, mount

PLACE = f"content/{RETIRED}"
TITLE = "This page has moved"


def read(settings: Mapping[str, Any]) -> tuple[dict[str, str], list[Complaint]]:
    """Where each retired address leads, and what is wrong about the file."""
    try:
        found = read_table(Path(settings["PATH"]), RETIRED)
    except Damaged as damage:
        return {}, [fault(PLACE, str(damage), "restore it from version control")]
    if wrong := retired_fault(found):
        return {}, [fault(PLACE, wrong, "correct it, or restore it from version control")]
    return found, []


def plan(
    retired: Mapping[str, str],
    moves: Sequence[Move],
    real: Collection[str],
    settings: Mapping[str, Any],
) -> Iterator[Move]:
    """The redirects of retired addresses, those that are gone among them. Pure.

    An address that another page or an alias has taken since is left to it. ``read`` has validated
    every address.
    """
    occupied = Occupied(dict.fromkeys((*real, *(move.alias.file for move in moves)), "another"))
    siteurl = site_address(settings)
    lang, base = str(settings.get("DEFAULT_LANG") or "en"), mount(siteurl)
    name = str(settings.get("SITENAME") or f"{siteurl}/")
    for address, lead in sorted(retired.items()):
        alias = parse_alias(address)
        try:
            occupied.take(alias, address)
        except ValueError:
            continue
        if not alias.file:
            continue
        if lead == GONE:
            yield Move(alias, base + alias.path, "", f"{siteurl}/", name, lang, PLACE)
            continue
        path = encoded(lead)
        away = lead.startswith(("https://", "http://"))
        target, canonical = (lead, lead) if away else (base + path, siteurl + path)
        yield Move(alias, base + alias.path, target, canonical, TITLE, lang, PLACE)
