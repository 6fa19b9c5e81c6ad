"""Addresses that were taken off the site, and where they lead."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from publish.post.aliases import parse_alias
from publish.post.diagnostic import Complaint
from publish.post.identity import RETIRED, Damaged, read_table
from publish.post.urls import folded

from .plan import Move, Place, mount

GONE = "gone"
"""What stands there for an address that leads nowhere any more."""
PLACE = Place(f"content/{RETIRED}")
TITLE = "This page has moved"


def read(settings: Mapping[str, Any]) -> tuple[dict[str, str], list[Complaint]]:
    """Where each retired address leads, and what is wrong about the file."""
    try:
        found = read_table(Path(settings["PATH"]), RETIRED)
    except Damaged as damage:
        return {}, [PLACE.complaint(str(damage), "restore it from version control")]
    faults = [
        PLACE.complaint(why, "write it from the root on: /old/")
        for address in found if (why := _fault(address))
    ]  # fmt: skip
    good = {address: lead for address, lead in found.items() if not _fault(address)}
    return good, faults


def _fault(address: str) -> str:
    try:
        parse_alias(address)
    except ValueError as error:
        return f"the address {address} {error}"
    return ""


def plan(
    retired: Mapping[str, str], moves: Sequence[Move], real: Collection[str],
    settings: Mapping[str, Any],
) -> Iterator[Move]:  # fmt: skip
    """The redirects of retired addresses, those that are gone among them. Pure.

    An address that another page or an alias has taken since is theirs. ``read`` has seen to it that
    each is an address.
    """
    taken = {folded(file) for file in real} | {folded(move.alias.file) for move in moves}
    siteurl = str(settings.get("SITEURL") or "").rstrip("/")
    lang, base = str(settings.get("DEFAULT_LANG") or "en"), mount(siteurl)
    name = str(settings.get("SITENAME") or f"{siteurl}/")
    for address, lead in sorted(retired.items()):
        alias = parse_alias(address)
        if not alias.file or folded(alias.file) in taken:
            continue
        if lead == GONE:
            yield Move(alias, base + alias.path, "", f"{siteurl}/", name, lang, PLACE)
            continue
        path = quote(lead, safe="/%~!$&'()*+,;=:@-._?#")
        away = lead.startswith(("https://", "http://"))
        target, canonical = (lead, lead) if away else (base + path, siteurl + path)
        yield Move(alias, base + alias.path, target, canonical, TITLE, lang, PLACE)
