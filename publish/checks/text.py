"""Rules about the prose. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from publish.checks.finding import Finding
from publish.checks.library import Site
from publish.checks.source import Source

HEADING = re.compile(r"(#{1,6})\s+\S")
# https://www.w3.org/TR/xml/#charsets
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MARK = re.compile(r":::[ \t]*(\S.*)?$")
PLACEHOLDER = re.compile(r"\bTK\b|\blorem ipsum\b|\bTODO\b|\bXXX\b")
STRAIGHT = re.compile(r"""(?<=[A-Za-z])'(?=[a-z])|(?<![=\w])"(?=\w)""")
ITEM = re.compile(r"(\d{1,4})[.)]\s+\S")


def find(site: Site) -> Iterator[Finding]:
    """What a careful editor would mark."""
    for source in site.sources:
        yield from _blocks(source)
        yield from _headings(source)
        yield from _lines(source)
        yield from _quotes(source)
        yield from _lists(source)


def _blocks(source: Source) -> Iterator[Finding]:
    opened = 0
    for number, line in source.prose:
        found = MARK.match(line)
        if not found:
            continue
        name = (found.group(1) or "").strip()
        if name and name not in ("email-only", "web-only"):
            message = f"there is no block {name[:40]!r}"
            remedy = "write email-only or web-only"
            yield Finding(source.path, number, "unknown-block", "error", message, remedy)
        if name and opened:
            yield _unclosed(source, opened)
        opened = number if name else 0
    if opened:
        yield _unclosed(source, opened)


def _unclosed(source: Source, line: int) -> Finding:
    message = "a ::: block is not closed"
    return Finding(source.path, line, "unclosed-block", "error", message, "end it with a line :::")


def _headings(source: Source) -> Iterator[Finding]:
    last = 1
    for number, line in source.prose:
        found = HEADING.match(line)
        if not found:
            continue
        level = len(found.group(1))
        if level == 1:
            message = "a heading of the first level; the title is that already"
            yield Finding(source.path, number, "second-title", "warning", message, "begin with ##")
        elif level > last + 1:
            message = f"the heading jumps from level {last} to {level}"
            remedy = f"use {'#' * (last + 1)}"
            yield Finding(source.path, number, "heading-jump", "warning", message, remedy)
        last = level


def _lines(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.text.split("\n"), 1):
        if found := ILLEGAL.search(line):
            message = f"the character U+{ord(found.group()):04X} is not allowed in feeds"
            yield Finding(source.path, number, "bad-character", "error", message, "remove it")
    for number, line in source.prose:
        if found := PLACEHOLDER.search(line):
            message = f"“{found.group()}” looks unfinished"
            yield Finding(source.path, number, "placeholder", "warning", message, "write the words")
        if re.search(r"\*\|.{1,60}?\|\*", line):
            message = "a merge tag: it stays text, in the mail too"
            yield Finding(source.path, number, "merge-tag", "warning", message, "remove it")


def _quotes(source: Source) -> Iterator[Finding]:
    curly = any(mark in source.text for mark in "’“”")
    for number, line in source.prose:
        bare = re.sub(r"<[^>]*>|\]\([^)]*\)|\{[^}]*\}|https?://\S+", "", line)
        if curly and STRAIGHT.search(bare):
            message = "straight quotation marks beside curly ones"
            remedy = "use “ ” and ’ throughout"
            yield Finding(source.path, number, "mixed-quotes", "warning", message, remedy)
            return


def _lists(source: Source) -> Iterator[Finding]:
    """Markdown restarts a list after a paragraph unless the number says otherwise."""
    last, since, blank = 0, 99, True
    for number, line in source.prose:
        found = ITEM.match(line) if blank else None
        if found:
            value = int(found.group(1))
            if value == 1 and last >= 1 and 1 < since <= 3:
                message = "the list begins at 1 again after a paragraph"
                remedy = f"write {last + 1}. if it goes on, or put a heading between"
                yield Finding(source.path, number, "list-restart", "warning", message, remedy)
            last, since = value, 0
        elif HEADING.match(line):
            last, since = 0, 99
        elif line.strip() and blank and not line.startswith((" ", "\t")):
            since += 1
        elif ITEM.match(line):
            last = int(ITEM.match(line).group(1))  # type: ignore[union-attr]
        blank = not line.strip()
