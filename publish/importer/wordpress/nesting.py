"""Nests what the marks of a text enclose: shortcodes, and blocks. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

DEPTH = 64
"""Levels that nest; what would enclose more stands before its contents."""


@dataclass
class Code:
    """A shortcode or block: its attributes, and text and others inside in their order."""

    name: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    inside: list[Code | str] = field(default_factory=list)

    def get(self, *names: str) -> str:
        """The first of these attributes that is not empty."""
        return next((str(self.attributes[n]) for n in names if self.attributes.get(n)), "")


class Mark(NamedTuple):
    """An opening or closing mark and its place; ``alone``: nothing closes it."""

    start: int
    end: int
    name: str
    closing: bool
    attributes: Mapping[str, Any]
    alone: bool


def nested(text: str, marks: Iterable[Mark]) -> list[Code | str]:
    """Text and codes in order. An unclosed one stands alone, a closing mark of none is dropped."""
    out: list[Code | str] = []
    # Of each open one the place in ``out``, the code, and the levels below it.
    opened: list[tuple[int, Code, int]] = []
    names: Counter[str] = Counter()
    at = 0
    for mark in marks:
        if mark.start > at:
            out.append(text[at : mark.start])
        at = mark.end
        if not mark.closing:
            code = Code(mark.name, mark.attributes)
            if not mark.alone:
                opened.append((len(out), code, 0))
                names[mark.name] += 1
            out.append(code)
            continue
        levels, name = 0, ""
        while names[mark.name] and name != mark.name:
            place, code, below = opened.pop()
            name, levels = code.name, max(levels, below)
            names[name] -= 1
        if name and levels < DEPTH:
            code.inside = out[place + 1 :]
            del out[place + 1 :]
            levels += 1
        if name and opened:
            opened[-1] = (*opened[-1][:2], max(opened[-1][2], levels))
    return [*out, text[at:]] if at < len(text) else out
