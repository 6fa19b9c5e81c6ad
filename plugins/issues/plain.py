"""An article's HTML as the plain text a person would type."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field
from typing import Any
from unicodedata import east_asian_width

WIDTH = 72
BLOCKS = {
    "p", "div", "section", "article", "aside", "header", "footer", "figure", "figcaption", "ul",
    "ol", "li", "dl", "dt", "dd", "blockquote", "pre", "table", "hr", "h1", "h2", "h3", "h4", "h5",
    "h6", "address", "details", "summary", "main", "nav", "center",
}  # fmt: skip


@dataclass
class Text:
    """A walk over one body; ``links`` are its numbered references."""

    links: list[str] = field(default_factory=list)

    def reference(self, href: str) -> int:
        """The number of an address; the same address keeps its number."""
        if href not in self.links:
            self.links.append(href)
        return self.links.index(href) + 1


def render(markup: str) -> tuple[str, list[str]]:
    """The text wrapped at 72 columns, and the addresses its ``[1]`` numbers stand for."""
    import lxml.html

    root = lxml.html.fragment_fromstring(markup or "<p></p>", create_parent="div")
    walk = Text()
    return "\n".join(_flow(root, walk, WIDTH)).strip("\n"), walk.links


def _flow(element: Any, walk: Text, width: int) -> list[str]:
    """The blocks inside ``element``, an empty line between each two."""
    found: list[list[str]] = []
    run: list[str] = [element.text or ""]

    def flush() -> None:
        words = _squeeze("".join(run))
        if words:
            found.append(_wrap(words, width))
        run.clear()

    for child in element:
        if not isinstance(child.tag, str):
            run.append(child.tail or "")
        elif child.tag in BLOCKS:
            flush()
            if lines := _block(child, walk, width):
                found.append(lines)
            run.append(child.tail or "")
        else:
            run.append(_inline(child, walk))
            run.append(child.tail or "")
    flush()
    lines: list[str] = []
    for block in found:
        lines += ["", *block] if lines else block
    return lines


def _block(element: Any, walk: Text, width: int) -> list[str]:
    tag = element.tag
    if re.fullmatch(r"h[1-6]", tag):
        words = _wrap(_squeeze(_text(element, walk)), width)
        mark = "=" if tag in ("h1", "h2") else "-"
        return [*words, mark * min(width, max(map(len, words), default=0))] if words else []
    if tag == "pre":
        return ["    " + line for line in element.text_content().rstrip("\n").split("\n")]
    if tag == "hr":
        return ["* * *"]
    if tag in ("ul", "ol"):
        return _list(element, walk, width)
    if tag == "blockquote":
        return [f"> {line}".rstrip() for line in _flow(element, walk, width - 2)]
    if tag == "table":
        return _table(element, walk)
    if tag == "dl":
        return _definitions(element, walk, width)
    return _flow(element, walk, width)


def _list(element: Any, walk: Text, width: int) -> list[str]:
    items = [child for child in element if child.tag == "li"]
    number = int(element.get("start") or 1) if element.tag == "ol" else 0
    blocks: list[list[str]] = []
    for item in items:
        if element.tag == "ol":
            number = int(item.get("value") or number)
            mark = f"{number}. "
            number += 1
        else:
            mark = "- "
        lines = _flow(item, walk, width - len(mark)) or [""]
        pad = " " * len(mark)
        blocks.append([mark + lines[0], *((pad + line).rstrip() for line in lines[1:])])
    loose = any("" in block for block in blocks)
    found: list[str] = []
    for block in blocks:
        found += ["", *block] if found and loose else block
    return found


def _definitions(element: Any, walk: Text, width: int) -> list[str]:
    found: list[str] = []
    for child in element:
        if child.tag == "dt":
            found += [*([""] if found else []), *_wrap(_squeeze(_text(child, walk)), width)]
        elif child.tag == "dd":
            found += [f"    {line}".rstrip() for line in _flow(child, walk, width - 4)]
    return found


def _table(element: Any, walk: Text) -> list[str]:
    rows = [
        [_squeeze(_text(cell, walk)) for cell in row if cell.tag in ("td", "th")]
        for row in element.iter("tr")
    ]
    columns = max((len(row) for row in rows), default=0)
    rows = [row + [""] * (columns - len(row)) for row in rows if any(row)]
    widths = [max((_columns(row[n]) for row in rows), default=0) for n in range(columns)]
    lines = [
        "  ".join(cell + " " * (w - _columns(cell)) for cell, w in zip(row, widths, strict=True))
        for row in rows
    ]
    if lines and element.find(".//th") is not None:
        lines.insert(1, "  ".join("-" * w for w in widths))
    return [line.rstrip() for line in lines]


def _inline(element: Any, walk: Text) -> str:
    tag = element.tag
    if tag == "br":
        return "\0"
    if tag == "img":
        alt = _squeeze(element.get("alt") or "")
        return f"[Image: {alt}]" if alt else ""
    inner = _text(element, walk)
    if tag == "a":
        return _link(element, inner, walk)
    if tag in ("em", "i", "cite"):
        return f"_{inner.strip()}_" if inner.strip() else inner
    if tag in ("strong", "b"):
        return f"*{inner.strip()}*" if inner.strip() else inner
    if tag in ("del", "s"):
        return f"~{inner}~"
    return inner


def _link(element: Any, inner: str, walk: Text) -> str:
    href = element.get("href") or ""
    kind = element.get("href", "").rpartition("#")[2]
    if kind.startswith("fnref"):
        return ""
    if kind.startswith(("fn:", "fn-")):
        return f"[note {_squeeze(inner)}]"
    if not href or href == "#" or _squeeze(inner) in (href, href.removeprefix("mailto:")):
        return inner
    return f"{inner} [{walk.reference(href)}]"


def _text(element: Any, walk: Text) -> str:
    parts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            parts.append(
                _inline(child, walk) if child.tag not in BLOCKS else f" {_text(child, walk)} "
            )
        parts.append(child.tail or "")
    return "".join(parts)


def _squeeze(text: str) -> str:
    # A no-break space keeps its two words together; the other white space of HTML is one.
    lines = (re.sub(r"[ \t\r\n\f]+", " ", line).strip(" ") for line in text.split("\0"))
    return "\0".join(lines).strip("\0")


def _wrap(words: str, width: int) -> list[str]:
    found: list[str] = []
    for line in words.split("\0"):
        found += textwrap.wrap(
            line, max(width, 20), break_long_words=False, break_on_hyphens=False
        ) or [""]
    return found


def _columns(text: str) -> int:
    return sum(2 if east_asian_width(c) in "WF" else 1 for c in text)
