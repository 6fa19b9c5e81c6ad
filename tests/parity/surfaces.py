"""Normalizes what a reader gets from each surface of a post, so that surfaces can be compared.

A page, a mail and a feed item are HTML: :func:`seen` reads words, list numbers, link targets and
picture texts from it. Plain text says the same with other means: :func:`typed` tells how an HTML
mail must read as text, and :func:`reading` how the text does read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

import lxml.html

BLOCKS = {
    "p", "div", "section", "article", "aside", "figure", "figcaption", "ul", "ol", "li", "dl",
    "dt", "dd", "blockquote", "pre", "table", "thead", "tbody", "tr", "td", "th", "caption", "hr",
    "br", "h1", "h2", "h3", "h4", "h5", "h6", "details", "summary",
}  # fmt: skip
UNSEEN = dict.fromkeys(map(ord, "\u00ad\u2060\ufeff"))
TOKEN = re.compile(r"⟦\d+⟧|[^\W_]+|[\U0001f000-\U0001faff\u2600-\u27bf]")
REFERENCE = re.compile(r"(?<=\S)\s+\[(\d+)\](?!\S*://)")


@dataclass
class Seen:
    """One surface of one post; ``links`` and ``pictures`` are absolute, in their order."""

    words: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    alts: list[str] = field(default_factory=list)


def seen(body: Any, url: str) -> Seen:
    """What stands in an element, as one reads it at ``url``."""
    found, parts = Seen(), []

    def read(element: Any) -> None:
        if not isinstance(element.tag, str):
            return
        block = " " if element.tag in BLOCKS else ""
        parts.append(block)
        if (number := item_number(element)) is not None:
            found.numbers.append(number)
        if element.tag == "img":
            found.alts.append((element.get("alt") or "").translate(UNSEEN))
        if element.tag == "a" and element.get("href") and not shows_itself(element, url):
            # A mail writes the marks of a merge tag so; it is the same address.
            target = urljoin(url, element.get("href"))
            found.links.append(target.replace("*", "%2A").replace("|", "%7C"))
        parts.append(element.text or "")
        for child in element:
            read(child)
            parts.append(child.tail or "")
        parts.append(block)

    read(body)
    found.words = "".join(parts).translate(UNSEEN).split()
    return found


def shows_itself(link: Any, url: str) -> bool:
    """Whether a link only leads to the picture in it: a mail's way to one it cannot show."""
    pictures = link.findall("img")
    return (
        len(pictures) == 1
        and not link.text_content().strip()
        and urljoin(url, pictures[0].get("src")) == urljoin(url, link.get("href"))
    )


def item_number(element: Any) -> int | None:
    """The number before a list item, as HTML counts; None if there is none."""
    above = element.getparent()
    if element.tag != "li" or above is None or above.tag != "ol":
        return None
    items = above.findall("li")
    step = -1 if above.get("reversed") is not None else 1
    number = int(above.get("start") or (1 if step == 1 else len(items)))
    for item in items:
        number = int(item.get("value") or number)
        if item is element:
            return number
        number += step
    raise AssertionError("an item is in its own list")


def typed(body: Any) -> tuple[list[str], list[str]]:
    """The tokens that a mail's plain text must have, and the addresses of its references.

    Numbers stand before their items, pictures are ``Image`` and their text, links are followed
    by ``⟦n⟧``, the number of their address in the order in which addresses first appear.
    """
    addresses: list[str] = []

    def text(element: Any) -> str:
        if not isinstance(element.tag, str):
            return ""
        if element.tag == "img":
            alt = " ".join((element.get("alt") or "").split())
            return f"[Image: {alt}]" if alt else ""
        if element.get("role") == "doc-backlink":
            return ""
        inner = element.text or ""
        for child in element:
            inner += text(child) + (child.tail or "")
        if element.tag == "a" and element.get("role") != "doc-noteref" and element.get("href"):
            inner = link(element.get("href"), inner)
        number = item_number(element)
        before = f"{number}. " if number is not None else ""
        return f" {before}{inner} " if element.tag in BLOCKS else inner

    def link(href: str, inner: str) -> str:
        words = " ".join(inner.split())
        if not words or words in (href, href.removeprefix("mailto:"), href.rstrip("/")):
            return words or href
        if href not in addresses:
            addresses.append(href)
        return f"{inner} ⟦{addresses.index(href) + 1}⟧"

    return tokens(text(body)), addresses


def reading(part: str) -> tuple[list[str], list[str]]:
    """The same of an issue's text: its tokens without title and head, and its references."""
    body, _, listed = part.partition("\n\nLinks\n-----\n")
    addresses = re.findall(r"^\[\d+\] (\S+)$", listed, re.M)
    _, _, body = body.partition("Read on the web: ")
    body = body.partition("\n")[2]
    body = re.sub(r"(?m)^(\s*>)+", " ", body)
    return tokens(REFERENCE.sub(lambda m: f" ⟦{m[1]}⟧", body)), addresses


def tokens(text: str) -> list[str]:
    """Words, figures, emoji and references; raised and lowered figures are figures."""
    return TOKEN.findall(unicodedata.normalize("NFKC", text.translate(UNSEEN)))


def body_of(markup: str, path: str) -> Any:
    """The one element of a page or a mail that ``path`` finds."""
    found = lxml.html.document_fromstring(markup.encode(), parser=PARSER).xpath(path)
    assert len(found) == 1, (path, len(found))
    return found[0]


def fragment(markup: str) -> Any:
    """A feed item's HTML."""
    return lxml.html.fragment_fromstring(markup, create_parent="div", parser=PARSER)


PARSER = lxml.html.HTMLParser(encoding="utf-8")
