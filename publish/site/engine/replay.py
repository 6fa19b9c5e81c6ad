"""The steps an earlier page took at what is its own, taken again in the model of this build."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from publish.site.engine.look import Look
from publish.site.engine.values import MISSING, digest, mark

Step = tuple[int, int, str, Any]
"""Index of the step it starts from and of that step's part (-1, 0: the page), what, and which."""


def again(steps: Sequence[Step], local: Mapping[str, Any], look: Look) -> str:
    """What ``Reads.digest`` would be; ``""`` where a step leads nowhere."""
    found: list[list[Any]] = []
    tokens = [names(local)]
    places: dict[int, tuple[int, int]] = {}
    try:
        for start, part, what, key in steps:
            owner = local.get(key, MISSING) if start < 0 else found[start][part]
            token, parts = look.at(owner, what, key)
            for number, each in enumerate(parts):
                token += again_met(places, each, len(found), number)
            tokens.append(token)
            found.append(parts)
    except Exception:  # the model is another: a step may lead anywhere, and do anything
        return ""
    return digest("\0".join(tokens))


def names(local: Mapping[str, Any]) -> str:
    """What a page has of its own, by name."""
    return ",".join(sorted(local))


def again_met(places: dict[int, tuple[int, int]], part: Any, here: int, number: int) -> str:
    """Which earlier part is the same object; two may look the same and be told apart."""
    place = places.setdefault(mark(part), (here, number))
    return "" if place == (here, number) else f" as {place[0]}.{place[1]}"
