"""Masks code and comments of a body with spaces. Pure.

The text keeps its length and lines, so that positions are those in the source. Every function takes
linear time for any text.
"""

from __future__ import annotations

import re
from bisect import bisect_right

FENCE = re.compile(r"[ ]*(`{3,}|~{3,})(.*)")
TICKS = re.compile(r"(?<![\\`])`+")
REGION = re.compile(r"<!--|<(pre|script|style|code|kbd|samp)\b", re.I)
ITEM = re.compile(r"[ ]*(?:[*+-]|\d{1,9}[.)]|:|\[\^[^\]]{1,100}\]:)[ ]")


def mask(body: str) -> str:
    """The body with every character of code and of comments replaced by a space."""
    lines = body.split("\n")
    _blank_fenced(lines)
    _blank_indented(lines)
    return _without_regions(_without_inline("\n".join(lines)))


def _blank_fenced(lines: list[str]) -> None:
    closers: dict[str, list[int]] = {}
    for number, line in enumerate(lines):
        bare = line.strip()
        if bare[:3] in ("```", "~~~") and not bare.strip(bare[0]):
            closers.setdefault(bare, []).append(number)
    number = 0
    while number < len(lines):
        found = FENCE.match(lines[number])
        ends = closers.get(found.group(1), []) if found else []
        place = bisect_right(ends, number)
        if found and place < len(ends) and "`" not in found.group(2):
            for inside in range(number, ends[place] + 1):
                lines[inside] = " " * len(lines[inside])
            number = ends[place]
        number += 1


def _blank_indented(lines: list[str]) -> None:
    blank, in_list = True, False
    for number, line in enumerate(lines):
        bare = line.strip()
        if not bare:
            blank = True
            continue
        wide = line[:24].expandtabs(4)
        indent = len(wide) - len(wide.lstrip())
        if ITEM.match(wide) and (in_list or indent < 4):
            in_list = True
        elif blank and indent >= (12 if in_list else 4):
            lines[number] = " " * len(line)
            continue  # code continues over lines that are not blank
        elif blank and indent == 0:
            in_list = False
        blank = False


def _without_inline(text: str) -> str:
    if "`" not in text:
        return text
    parts = re.split(r"(\n[ \t]*\n)", text)
    return "".join(_spans(part) if "`" in part else part for part in parts)


def _spans(paragraph: str) -> str:
    runs = [(m.start(), m.end()) for m in TICKS.finditer(paragraph)]
    starts: dict[int, list[int]] = {}
    for start, end in runs:
        starts.setdefault(end - start, []).append(start)
    kept: list[str] = []
    at = 0
    for start, end in runs:
        if start < at:
            continue
        same = starts[end - start]
        place = bisect_right(same, start)
        if place < len(same):
            close = same[place] + end - start
            kept += [paragraph[at:start], _spaces(paragraph[start:close])]
            at = close
    return "".join([*kept, paragraph[at:]])


def _without_regions(text: str) -> str:
    kept: list[str] = []
    lowered = ""
    endless: set[str] = set()
    at = 0
    while found := REGION.search(text, at):
        lowered = lowered or text.lower()
        end = f"</{found.group(1).lower()}" if found.group(1) else "-->"
        close = -1 if end in endless else lowered.find(end, found.end())
        if close < 0 or len(lowered) != len(text):
            endless.add(end)
            kept.append(text[at : found.end()])
            at = found.end()
            continue
        kept += [text[at : found.start()], _spaces(text[found.start() : close + len(end)])]
        at = close + len(end)
    return "".join([*kept, text[at:]])


def _spaces(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)
