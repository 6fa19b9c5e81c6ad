"""Lines of plain text: white space, width, wrapping. Pure."""

from __future__ import annotations

import re
from unicodedata import category, east_asian_width

BREAK = "\0"
"""Stands for ``<br>`` until lines are wrapped; no HTML can hold it."""
NARROWEST = 8
SPACE = re.compile(r"[ \t\r\n\f]{2,}|[\t\r\n\f]")
"""White space other than a single space."""
SINGLE = re.compile(r"[\x00-\xac\xae-\u02ff\u2010-\u2027]*")
"""Latin letters, dashes and quotes: each of these characters takes one column."""
UNSEEN = {"Mn", "Me", "Cf"}
"""Unicode categories of characters without a width: accents, joiners, direction marks."""


def squeeze(text: str) -> str:
    """White space collapsed as HTML shows it; a no-break space joins its two words."""
    text = text.replace("\u00ad", "")
    lines = (SPACE.sub(" ", line).strip(" ") for line in text.split(BREAK))
    return BREAK.join(lines).strip(BREAK)


def wrap(words: str, width: int) -> list[str]:
    """Lines of at most ``width`` columns; a longer word, such as an address, is not broken."""
    found: list[str] = []
    for line in words.split(BREAK):
        found += _filled_lines(line, max(width, NARROWEST))
    return [line.replace("\u00a0", " ") for line in found] if words else []


def _filled_lines(text: str, width: int) -> list[str]:
    """Greedy wrapping by columns; ``textwrap`` counts characters."""
    lines: list[str] = []
    if "  " not in text and SINGLE.fullmatch(text):
        text = text.strip(" ")
        while len(text) > width:
            end = text.rfind(" ", 0, width + 1)
            if end < 0 and (end := text.find(" ", width)) < 0:
                break
            lines.append(text[:end])
            text = text[end + 1 :]
        return [*lines, text]
    line, taken = "", 0
    for word in text.strip(" ").split(" "):
        more = columns(word)
        if line and taken + 1 + more > width:
            lines.append(line)
            line, taken = word, more
        else:
            line, taken = (f"{line} {word}", taken + 1 + more) if line else (word, more)
    return [*lines, line]


def columns(text: str) -> int:
    """Columns that ``text`` takes in a monospaced font."""
    if text.isascii() or SINGLE.fullmatch(text):
        return len(text)
    return sum(
        0 if category(c) in UNSEEN else 2 if east_asian_width(c) in "WF" else 1 for c in text
    )


def filled(text: str, width: int, right: bool) -> str:
    """``text`` with spaces up to ``width`` columns."""
    space = " " * (width - columns(text))
    return space + text if right else text + space
