"""A light HTML tree, converted from lxml's, with limited depth. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import lxml.html

from publish.post.text import clean

DEPTH = 100
"""Levels of markup that stay; what is nested deeper keeps its words."""
CONTAINERS = {
    "body", "html", "div", "section", "article", "main", "header", "footer", "aside", "nav",
    "center", "address", "fieldset", "hgroup", "dialog", "search", "form", "picture", "slot",
    "label", "legend", "noframes", "template", "tbody", "amp-carousel",
}  # fmt: skip
BLOCKS = {
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "pre", "blockquote", "table", "hr",
    "figure", "details", "menu", "dir", "li", "dt", "dd", "tr", "td", "th", "figcaption", "thead",
    "tfoot", "caption", "summary", "xmp", "listing", "textarea",
} | CONTAINERS - {"label", "picture", "slot"}  # fmt: skip
INLINE = {
    "a": "a", "img": "img", "br": "br", "em": "em", "i": "em", "strong": "strong", "b": "strong",
    "code": "code", "tt": "code", "del": "del", "s": "del", "strike": "del", "ins": "ins", "u": "u",
    "sup": "sup", "sub": "sub", "mark": "mark", "small": "small", "kbd": "kbd", "abbr": "abbr",
    "acronym": "abbr", "cite": "cite", "q": "q", "var": "var", "samp": "samp", "dfn": "dfn",
    "bdo": "bdo", "bdi": "bdi",
}  # fmt: skip
WITHIN = {*INLINE.values(), "span", "fnref"} - {"br", "img"}
"""Elements that part no words."""
MADE = BLOCKS | {"run", "mark-form"}
"""Blocks of the result, and of what stands for one."""
GONE = {
    "script", "style", "link", "meta", "base", "title", "head", "noscript", "svg", "canvas",
    "area", "param", "track", "template", "colgroup", "col", "input", "select",
    "option", "optgroup", "datalist", "object", "frameset", "annotation",
}  # fmt: skip
"""What a page does not show, or what a reader cannot use once WordPress is gone."""
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param",
        "source", "track", "wbr"}  # fmt: skip
UNCOUNTED = VOID | {"p", "li", "td", "th", "tr", "dt", "dd", "option", "tbody", "thead", "tfoot"}
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)((?:[^<>\"']|\"[^\"<>]*\"|'[^'<>]*')*)>")
# libxml2 closes a heading at a paragraph inside it; browsers do not.
HEADED = re.compile(
    r"(<h[1-6]\b[^<>]{0,400}>)\s{0,40}<p\b[^<>]{0,400}>([^<>]{0,2000})(?=</p>\s{0,40}</h[1-6]>)"
)
# Nor does any browser look for the end of these, or lose what follows the end of a page.
VOID_THERE = re.compile(
    r"<(embed|source|track|wbr)\b(?:[^<>\"']|\"[^\"]{0,2000}\"|'[^']{0,2000}')*>", re.I
)
PAGE_END = re.compile(r"</(?:body|html)\s*>", re.I)


@dataclass(slots=True, eq=False, repr=False)
class El:
    """An element: tag, attributes, and elements and text inside."""

    tag: str
    attrs: dict[str, str] = field(default_factory=dict)
    kids: list[El | str] = field(default_factory=list)

    def get(self, name: str) -> str:
        """An attribute, ``""`` where it is not there."""
        return self.attrs.get(name, "")

    @property
    def elements(self) -> list[El]:
        """The child elements, without text."""
        return [kid for kid in self.kids if isinstance(kid, El)]

    def walk(self) -> Iterator[El]:
        """This element and all below it, in document order."""
        stack = [self]
        while stack:
            here = stack.pop()
            yield here
            if here.kids:
                stack += [kid for kid in reversed(here.kids) if kid.__class__ is El]

    def text(self, apart: bool = False) -> str:
        """All its text; with breaks where elements part words, if ``apart``."""
        out: list[str] = []
        stack: list[El | str] = [self]
        while stack:
            here = stack.pop()
            if isinstance(here, str):
                out.append(here)
                continue
            if here.tag == "br" or (apart and here.tag not in WITHIN):
                out.append("\n")
                stack.append("\n" if apart else "")
            stack.extend(reversed(here.kids))
        return "".join(out)

    def clone(self, kids: list[El | str]) -> El:
        """The same element with other kids."""
        return El(self.tag, dict(self.attrs), kids)

    def __reduce__(self) -> tuple[Any, ...]:
        return El, (self.tag, self.attrs, self.kids)


ENTITY = r"(?:#\d+|#[xX][0-9a-fA-F]+|[A-Za-z]\w*);"
"""What an entity is behind its first sign."""
LOOSE = re.compile(rf"&(?!{ENTITY})")
"""A sign that begins no entity, for WordPress as here: ``?a=1&section=2`` holds none."""


def unescaped(value: str) -> str:
    """A text without entities."""
    return unescape(LOOSE.sub("&amp;", value))


def parse(html: str) -> tuple[El, bool]:
    """Parse HTML; returns the tree, and whether markup was dropped because it was nested too
    deeply."""
    html = LOOSE.sub("&amp;", html)
    html = HEADED.sub(r"\1\2", PAGE_END.sub("", clean(html)))
    html = VOID_THERE.sub(r"\g<0></\1>", html)
    html, deep = _shallow(html)
    parser = lxml.html.HTMLParser(
        encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True
    )
    root = El("body")
    if not html.strip():
        return root, False
    document = lxml.html.document_fromstring(
        f"<html><body>{html}</body></html>".encode(), parser=parser
    )
    for body in document.iter("body"):
        _take(body, root, 0)
        break
    return root, deep


def _take(element: Any, into: El, depth: int) -> None:
    if element.text:
        into.kids.append(element.text)
    for child in element:
        if depth < 2 * DEPTH:
            here = El(child.tag.lower(), dict(child.items()))
            into.kids.append(here)
            _take(child, here, depth + 1)
        else:
            into.kids.append("".join(child.itertext()))
        if child.tail:
            into.kids.append(child.tail)


def _shallow(html: str) -> tuple[str, bool]:
    depth = deepest = 0

    def one(tag: re.Match[str]) -> str:
        nonlocal depth, deepest
        if tag[2].lower() in UNCOUNTED or tag[3].endswith("/"):
            return tag[0]
        depth = max(depth - 1, 0) if tag[1] else depth + 1
        deepest = max(deepest, depth)
        return " " if depth + bool(tag[1]) > DEPTH else tag[0]

    return TAG.sub(one, html), deepest > DEPTH
