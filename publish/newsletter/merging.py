"""Two machines' ledgers made one. Pure: the texts of the files are handed in, and come out.

Every rule gives the same whichever of the two is asked first, and giving what came out in again
changes nothing: so machines that meet in any order end with one ledger.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from publish.newsletter.facts import parse


def facts(ours: bytes, theirs: bytes) -> bytes:
    """``issues.jsonl``: every line of both, once, in the order of time.

    A torn last line is left out, as reading leaves it out.

    Raises:
        ValueError: a line is no fact.
    """
    lines: dict[bytes, float] = {}
    for text in (ours, theirs):
        for line in text.split(b"\n")[:-1]:
            try:
                lines.setdefault(line, parse(json.loads(line)).at)
            except (ValueError, KeyError, TypeError, AttributeError):
                raise ValueError("a line of the ledger is damaged") from None
    ordered = sorted(lines, key=lambda line: (lines[line], line))
    return b"".join(line + b"\n" for line in ordered)


def days(ours: Mapping[str, str], theirs: Mapping[str, str]) -> dict[str, str]:
    """``since.json``: for each Uid the earlier day."""
    return {
        uid: min((known[uid] for known in (ours, theirs) if uid in known), key=_day)
        for uid in sorted({*ours, *theirs})
    }


def addresses(
    ours: Mapping[str, str], theirs: Mapping[str, str]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """``urls.json``: every address of both, and those that have two Uids, which must not be."""
    torn = tuple(sorted(a for a in ours.keys() & theirs.keys() if ours[a] != theirs[a]))
    return dict(sorted({**ours, **theirs}.items())), torn


def retired(
    base: Mapping[str, str], ours: Mapping[str, str], theirs: Mapping[str, str]
) -> dict[str, str]:
    """``retired.json``: by address, what one of the two changed since ``base``; where both did,
    what ``theirs`` says, for that is public already."""
    found = dict(base)
    for known in (ours, theirs):
        for address in {*base, *known}:
            if known.get(address) != base.get(address):
                if address in known:
                    found[address] = known[address]
                else:
                    found.pop(address, None)
    return dict(sorted(found.items()))


def kept(lines: bytes, key: str, digests: Iterable[str]) -> str:
    """Of two copies of ``issues/KEY/``, by their ``digests``, the one that was posted last, by the
    merged ``lines`` of the ledger; the first where the ledger knows neither."""
    choices = list(digests)
    posted = ""
    for line in lines.split(b"\n")[:-1]:
        fact = parse(json.loads(line))
        digest = str(fact.data.get("digest") or "")
        if fact.kind == "send_try" and fact.key == key and digest in choices:
            posted = digest
    return posted or choices[0]


def _day(text: str) -> datetime:
    return datetime.fromisoformat(text)
