"""Markup on which Python-Markdown takes too long or fails, found before a build."""

from __future__ import annotations

import re
from collections.abc import Iterator

from publish.checks.rule import source_rule
from publish.checks.source import Source
from publish.post.diagnostic import Problem

DEEP_QUOTE = re.compile(r"(?:[ ]{0,3}>){21}")
DEEP_LIST = re.compile(r"[ ]{84,}(?:[*+-]|\d{1,9}[.)])[ ]")
SPACES = " " * 84
LISTS_IN_A_LINE = re.compile(r"[ ]*(?:(?:\d{1,9}[.)]|[*+-])[ ]+){21}")
DEFINITION = re.compile(r"[ ]{0,3}:[ ]")
BLOCK = re.compile(r"[ ]{0,3}(?:#|`{3}|~{3}|(?:=+|-+)[ ]*$|\*\[|\|?[ ]*:?-+:?[ ]*\|)")
OPEN = {"[": ("]", 1000), "](": (")", 1000), "<": (">", 3000)}
"""Unclosed signs of one paragraph. Beyond this and the following limits Python-Markdown takes
seconds to minutes, or overflows the stack."""
SIGNS = {"`": 5000, "*": 5000, "_": 5000, '"': 5000, "'": 5000}
"""Signs of one paragraph, in all."""
COUNTED = re.compile(r"""[\[\]()<>`*_"':|]""")
"""Signs of which there may be too many; without one, a line of fewer than ``SHORT`` characters is
not too much."""
SHORT = 42
DEFINITIONS = 200
"""Of one paragraph."""
CELLS = 1000
"""Of one table row."""
MOST_BLOCKS = 3000
"""Headings, fences, rulers and abbreviations of one file."""
MOST_PARAGRAPHS = 10_000


@source_rule("tangled-markup", "error", "`[[[[[[[…` a thousand times", "same")
def tangled_markup(source: Source) -> Iterator[Problem]:
    """Markup nested so deeply, or so much of it, that Markdown would take minutes, or fail."""
    if found := tangled(source):
        yield found


def tangled(source: Source) -> Problem | None:
    """The first place that takes Markdown too long; None if there is none."""
    if _harmless(source):
        return None
    if line := _deep(source):
        return Problem(line, "the markup is nested too deeply", "make it simpler, or cut it")
    if line := _many(source):
        message = "the file has more headings, paragraphs or blocks than can be built in time"
        return Problem(line, message, "make several posts of it")
    return None


def _harmless(source: Source) -> bool:
    """Whether the whole file is below the limits for one paragraph."""
    # Tested first on the whole text, since masking code takes longer.
    return _few(source.body, source.body) or _few(source.prose, source.body)


def _few(prose: str, body: str) -> bool:
    return (
        body.count("\n") < MOST_BLOCKS
        and prose.count(">") <= 20
        and prose.count(":") <= DEFINITIONS
        and prose.count("|") <= CELLS
        and all(prose.count(sign) <= most for sign, (_, most) in OPEN.items())
        and all(body.count(sign) <= most for sign, most in SIGNS.items())
        and SPACES not in prose
        and not any(LISTS_IN_A_LINE.match(line) for line in prose.split("\n"))
    )


def _deep(source: Source) -> int:
    """The first line of a paragraph above the limits, or 0."""
    opened = dict.fromkeys(OPEN, 0)
    used = dict.fromkeys(SIGNS, 0)
    definitions = 0
    begun = False
    # Signs are counted in the body: the prose has code spans blanked.
    for (number, line), raw in zip(source.prose_lines, source.body.split("\n"), strict=True):
        if not raw.strip():
            if begun:
                opened, used, definitions = dict.fromkeys(OPEN, 0), dict.fromkeys(SIGNS, 0), 0
                begun = False
            continue
        if len(raw) < SHORT and not COUNTED.search(raw):
            continue
        begun = True
        if DEEP_QUOTE.match(line) or DEEP_LIST.match(line) or LISTS_IN_A_LINE.match(line):
            return number
        for sign, (end, most) in OPEN.items():
            opened[sign] = max(0, opened[sign] + line.count(sign) - line.count(end))
            if opened[sign] > most:
                return number
        for sign, most in SIGNS.items():
            used[sign] += raw.count(sign)
            if used[sign] > most:
                return number
        definitions += 1 if DEFINITION.match(line) else 0
        if definitions > DEFINITIONS or line.count("|") > CELLS:
            return number
    return 0


def _many(source: Source) -> int:
    """The line at which blocks or paragraphs exceed the limit, or 0."""
    blocks = paragraphs = 0
    before = ""
    for number, line in enumerate(source.body.split("\n"), source.header.body_line):
        blocks += 1 if BLOCK.match(line) else 0
        paragraphs += 1 if line.strip() and not before.strip() else 0
        before = line
        if blocks > MOST_BLOCKS or paragraphs > MOST_PARAGRAPHS:
            return number
    return 0
