"""Renders a mail's HTML as plain text."""

from __future__ import annotations

import re
from typing import Any

from publish.post.text import INLINE, lowered, raised

from .plain_table import lines_of_table
from .wrapping import BREAK, columns, squeeze, wrap

WIDTH = 72
FLOWING = INLINE | {"br", "img"}
"""Elements in the line; all others are blocks."""
RULES = {"h1": "=", "h2": "-"}
AROUND = {"em": "_", "i": "_", "cite": "_", "strong": "*", "b": "*", "del": "~", "s": "~"}


Links = dict[str, int]
"""The addresses of one text with their numbers, in the order of first occurrence."""


def render(markup: str) -> tuple[str, tuple[str, ...]]:
    """The text, wrapped at 72 columns, and the addresses that its references (``[1]``) stand for.

    ``markup`` is what :func:`html_mail.rewrite` makes: lists are numbered, addresses absolute.
    """
    from .html_mail import parse

    links: Links = {}
    lines = _flow(parse(markup.replace(BREAK, "")), links, WIDTH)
    return "\n".join(lines).strip("\n"), tuple(links)


def _flow(element: Any, links: Links, width: int) -> list[str]:
    """The blocks inside ``element``, an empty line between each two."""
    found: list[list[str]] = []
    run: list[str] = [element.text or ""]

    def flush() -> None:
        words = squeeze("".join(run))
        if words:
            found.append(wrap(words, width))
        run.clear()

    for child in element:
        if isinstance(child.tag, str) and child.tag not in FLOWING:
            flush()
            found.append(_block(child, links, width))
        elif isinstance(child.tag, str):
            run.append(_inline(child, links, "".join(run)))
        run.append(child.tail or "")
    flush()
    return _apart(found)


def _apart(blocks: list[list[str]]) -> list[str]:
    lines: list[str] = []
    for block in filter(None, blocks):
        lines += ["", *block] if lines else block
    return lines


def _block(element: Any, links: Links, width: int) -> list[str]:
    tag = element.tag
    if re.fullmatch(r"h[1-6]", tag):
        words = wrap(squeeze(_text(element, links)), width)
        long = min(width, max(map(columns, words), default=0))
        return [*words, RULES.get(tag, "~") * long] if long else []
    if tag == "pre":
        code = element.text_content().strip("\n").expandtabs(4)
        return [f"    {line}".rstrip() for line in code.split("\n")] if code.strip() else []
    if tag == "hr":
        return ["* * *"]
    if tag in ("ul", "ol"):
        return _list(element, links, width)
    if tag == "blockquote":
        return [f"> {line}".rstrip() for line in _flow(element, links, width - 2)]
    if tag == "table":
        return _table(element, links, width)
    if tag == "dl":
        return _definitions(element, links, width)
    return _flow(element, links, width)


def _list(element: Any, links: Links, width: int) -> list[str]:
    ordered = element.tag == "ol"
    items = element.findall("li")
    marks = [f"{item.get('value', n)}." if ordered else "-" for n, item in enumerate(items, 1)]
    room = max(map(len, marks), default=0) + 1
    blocks: list[list[str]] = []
    for mark, item in zip(marks, items, strict=True):
        lines = _flow(item, links, max(width - room, 20)) or [""]
        first = f"{mark:>{room - 1}} {lines[0]}".rstrip()
        blocks.append([first, *((" " * room + line).rstrip() for line in lines[1:])])
    if any("" in block for block in blocks):
        return _apart(blocks)
    return [line for block in blocks for line in block]


def _definitions(element: Any, links: Links, width: int) -> list[str]:
    entries: list[list[str]] = []
    for child in element.iter("dt", "dd"):
        if child.tag == "dt":
            entries.append(wrap(squeeze(_text(child, links)), width))
        else:
            lines = [f"    {line}".rstrip() for line in _flow(child, links, width - 4)]
            entries[-1:] = [[*entries[-1], *lines]] if entries else [lines]
    return _apart(entries)


def _table(element: Any, links: Links, width: int) -> list[str]:
    """Each cell becomes one line of words; rows of ``<th>`` alone are underlined."""
    rows, heads = [], 0
    right: set[int] = set()
    below: dict[int, int] = {}
    for row in element.iter("tr"):
        cells: list[str] = []

        def covered(cells: list[str] = cells) -> None:
            # A cell of a row above spans this one.
            while below.get(len(cells), 0) > 0:
                below[len(cells)] -= 1
                cells.append("")

        for cell in row.iterchildren("td", "th"):
            covered()
            if cell.tag == "td" and cell.get("align") == "right":
                right.add(len(cells))
            wide, high = _span(cell, "colspan"), _span(cell, "rowspan")
            below.update({len(cells) + n: high - 1 for n in range(wide)})
            cells += [squeeze(_text(cell, links)).replace(BREAK, " "), *[""] * (wide - 1)]
        covered()
        if not any(cells):
            continue
        rows.append(cells)
        if heads == len(rows) - 1 and row.find("td") is None:
            heads += 1
    caption = element.find("caption")
    title = [] if caption is None else wrap(squeeze(_text(caption, links)), width)
    return _apart([title, lines_of_table(rows, heads, right, width)])


def _span(cell: Any, name: str) -> int:
    given = (cell.get(name) or "").strip()
    return int(given) if re.fullmatch(r"[1-9][0-9]?", given) else 1


def _inline(element: Any, links: Links, before: str = "") -> str:
    """The words of an inline element; ``before`` is the text in front of it."""
    tag = element.tag
    if tag == "br":
        return BREAK
    if tag == "img":
        alt = squeeze(element.get("alt") or "")
        return f"[Image: {alt}]" if alt else ""
    inner = _text(element, links)
    bare = squeeze(inner)
    if tag == "a":
        return _link(element, inner, links)
    if tag == "q":
        return f"“{inner}”"
    if tag == "sub":
        return lowered(inner)
    if tag == "sup":
        return raised(before, bare)
    if tag in AROUND and bare:
        mark = AROUND[tag]
        before, after = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
        return f"{before}{mark}{inner.strip()}{mark}{after}"
    return inner


def _link(element: Any, inner: str, links: Links) -> str:
    """The link's words and a numbered reference; a link whose words are its address has no
    number."""
    href, words = element.get("href") or "", squeeze(inner)
    role = element.get("role")
    if role == "doc-backlink":
        return ""
    if role == "doc-noteref" or not href:
        return inner
    if words in ("", href, href.removeprefix("mailto:"), href.rstrip("/")):
        return words or href
    return f"{inner} [{links.setdefault(href, len(links) + 1)}]"


def _text(element: Any, links: Links) -> str:
    """The words of an element on one line; blocks in it are separated by a space."""
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str) and child.tag not in FLOWING:
            parts.append(f" {_text(child, links)} ")
        elif isinstance(child.tag, str):
            parts.append(_inline(child, links, "".join(parts)))
        parts.append(child.tail or "")
    return "".join(parts)
