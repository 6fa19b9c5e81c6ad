"""The links, pictures, headings and ids of a body, by a scan that never goes back. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

TOKEN = re.compile(r"\\.|[\[\]]|\n[ \t]*(?=\n)")
DEFINITION = re.compile(r"^ {0,3}\[(?!\^)([^\[\]\n]{1,200})\]:[ \t]*<?([^\s>]{1,2000})", re.M)
TAG = re.compile(r"<(a|img|source|video|audio|iframe)\s([^<>]{0,4000})>", re.I)
ATTRIBUTE = re.compile(r"""(?<![\w-])([\w-]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)""")
AUTOLINK = re.compile(r"<((?:https?|file):[^\s<>]{1,2000})>", re.I)
LONGEST = 1000
"""Characters of a target; what is longer is no address."""


class Link(NamedTuple):
    """A link or a picture. ``offset`` is its place in the body, ``text`` its words or alt text
    (None where an ``<img>`` has no ``alt`` at all)."""

    target: str
    text: str | None
    image: bool
    offset: int


def links(body: str, prose: str) -> Iterator[Link]:
    """All of a body's; ``prose`` is the body as ``prose.mask`` leaves it."""
    definitions = {
        " ".join(found.group(1).lower().split()): found.group(2)
        for found in (DEFINITION.finditer(prose) if "]:" in prose else ())
    }
    yield from _brackets(body, prose, definitions)
    if "<" in prose:
        yield from _tags(body, prose)


def _brackets(body: str, prose: str, definitions: dict[str, str]) -> Iterator[Link]:
    opened: list[int] = []
    resume = 0
    for token in TOKEN.finditer(prose):
        at, sign = token.start(), token.group()
        if at < resume:
            continue
        if sign == "[":
            opened.append(at)
        elif sign == "]" and opened:
            start = opened.pop()
            image = start > 0 and prose[start - 1] == "!"
            after = prose[at + 1 : at + 2]
            text = body[start + 1 : min(at, start + 301)]
            if after == "(" and (found := _target(prose, at + 2)):
                target, resume = found
                yield Link(target, text, image, start)
            elif definitions and after != ":" and not text.startswith("^"):
                name = text
                if after == "[" and (close := prose.find("]", at + 2, at + 203)) >= 0:
                    name = prose[at + 2 : close] or text
                    resume = close + 1 if " ".join(name.lower().split()) in definitions else resume
                if target := definitions.get(" ".join(name.lower().split()), ""):
                    yield Link(target, text, image, start)
        elif sign[0] == "\n":
            opened.clear()


def _target(prose: str, at: int) -> tuple[str, int] | None:
    """The target that begins at ``at``, and where the scan goes on."""
    if prose.startswith("data:", at):
        return "data:", at
    if prose.startswith("<", at) and (close := prose.find(">", at, at + LONGEST)) >= 0:
        return prose[at + 1 : close].strip(), close + 1
    close = prose.find(")", at, at + LONGEST)
    if close < 0:
        return None
    for _ in range(3):
        # A balanced pair belongs to the address, as in /wiki/Aspirin_(drug).
        more = prose.find(")", close + 1, at + LONGEST)
        if prose.count("(", at, close) <= prose.count(")", at, close) or more < 0:
            break
        close = more
    inside = prose[at:close].strip()
    for quote in (' "', " '", '\n"', "\n'"):
        if inside[-1:] == quote[1] and (cut := inside.find(quote)) >= 0:
            inside = inside[:cut].strip()
    return inside, close + 1


def _tags(body: str, prose: str) -> Iterator[Link]:
    for found in TAG.finditer(prose):
        name = found.group(1).lower()
        given = {
            key.lower(): value.strip("\"'") if value[0] in "\"'" else value
            for key, value in ATTRIBUTE.findall(found.group(2))
        }
        if name == "a":
            if "href" in given:
                close = body.find("</", found.end(), found.end() + 300)
                text = re.sub(r"<[^<>]*>", "", body[found.end() : close]) if close >= 0 else "…"
                yield Link(given["href"], text, False, found.start())
        elif "src" in given:
            # An alt that is there and empty says that the picture is an ornament.
            alt = given.get("alt") if name == "img" else ""
            yield Link(given["src"], "ornament" if alt == "" else alt, True, found.start())
    for found in AUTOLINK.finditer(prose):
        yield Link(found.group(1), found.group(1), False, found.start())
