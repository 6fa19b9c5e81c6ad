"""Extracts links, pictures, headings and ids from a rendered body, in one parse. Pure."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from publish.post.record import Heading, Link
from publish.post.urls import CANDIDATE

ADDRESSES = {
    "a": "href", "area": "href", "img": "src", "iframe": "src", "frame": "src", "embed": "src",
    "object": "data", "audio": "src", "video": "src", "source": "src", "track": "src",
    "form": "action",
}  # fmt: skip
"""The attribute of each element that holds an address a reader follows, loads or posts to."""
MARK = re.compile(r"[{|]\w+[}|]")
OTHERS = ("href", "src", "data", "cite", "formaction", "action", "content")
"""Attributes in which Pelican resolves an address as well, whatever their element."""
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
ALIGNED = re.compile(r"text-align: ?\w+;?")
MADE = {"footnote-ref", "footnote-backref", "headerlink"}
"""Classes of links that Markdown generates."""


class Body(NamedTuple):
    """The contents of a body; ``inline`` are the elements with a style or a script of their own."""

    links: tuple[Link, ...] = ()
    headings: tuple[Heading, ...] = ()
    ids: tuple[str, ...] = ()
    inline: tuple[str, ...] = ()


def parse(markup: str, resolved: str | None = None, *, mail: bool = False) -> Body:
    """Parse a body with its links as written; ``resolved`` is the body with resolved links, where
    it differs."""
    root = _tree(markup)
    if root is None:
        return Body()
    elements = [e for e in root.iter() if isinstance(e.tag, str)]
    after = elements
    marked = MARK.search(markup)
    if resolved is not None and resolved != markup and marked:
        other = _tree(resolved)
        found = [e for e in other.iter() if isinstance(e.tag, str)] if other is not None else []
        # Only attributes differ, so the n-th elements of both correspond.
        after = found if len(found) == len(elements) else elements
    links: list[Link] = []
    headings: list[Heading] = []
    ids: list[str] = []
    inline: list[str] = []
    for element, settled in zip(elements, after, strict=True):
        tag = element.tag
        for name in ("id", "name"):
            if (given := element.get(name)) and (name == "id" or tag == "a"):
                ids.append(given)
        if tag in ADDRESSES and not _is_generated(element):
            links += _links(element, settled, tag, mail)
        elif marked and tag not in ADDRESSES:
            left = (settled.get(name) or "" for name in OTHERS)
            links += (Link(tag, each, each, "", mail) for each in left if MARK.match(each))
        if tag in HEADINGS:
            words = " ".join("".join(element.itertext()).split())
            headings.append(Heading(int(tag[1]), words, element.get("id") or ""))
        if _inline(element, tag):
            inline.append(tag)
    return Body(tuple(links), tuple(headings), tuple(ids), tuple(inline))


def _links(element: Any, settled: Any, tag: str, mail: bool) -> list[Link]:
    words: str | None = ""
    if tag == "img":
        words = element.get("alt")
    elif tag == "a":
        words = _words(element)
    found = []
    for name in (ADDRESSES[tag], "poster") if tag == "video" else (ADDRESSES[tag],):
        written = element.get(name)
        if written is not None:
            kind = "img" if name == "poster" else tag
            found.append(Link(kind, written, settled.get(name) or "", words, mail))
    for each in CANDIDATE.finditer(element.get("srcset") or ""):
        found.append(Link("source", each["url"], each["url"], words, mail))
    return found


def _inline(element: Any, tag: str) -> bool:
    """Whether an element has a style or a script of its own."""
    style = element.get("style")
    if style is not None:
        # Markdown writes a column's alignment as a style, for which the theme has a rule.
        return not (tag in ("td", "th") and ALIGNED.fullmatch(style.strip()))
    return tag in ("style", "script") or any(key.startswith("on") for key in element.keys())  # noqa: SIM118 - lxml's own


def _is_generated(element: Any) -> bool:
    """Whether Markdown generated the link: a footnote's, or one in a table of contents."""
    if MADE & set((element.get("class") or "").split()):
        return True
    if element.tag != "a" or not (element.get("href") or "").startswith("#"):
        return False
    return any(above.get("class") == "toc" for above in element.iterancestors("div"))


def _words(link: Any) -> str:
    """A link's words as a screen reader reads them, with a picture's alternative text."""
    parts = [link.text or ""]
    for element in link.iterdescendants():
        if element.tag == "img":
            parts.append(element.get("alt") or "")
        elif isinstance(element.tag, str):
            parts.append(element.get("aria-label") or element.text or "")
        parts.append(element.tail or "")
    return " ".join("".join(parts).split()) or str(link.get("aria-label") or "")


def fragment(markup: str) -> Any:
    """The tree of a body, wrapped in a ``div``. (lxml's ``fragment_fromstring`` takes a body that
    begins with ``<html>`` or a doctype for a whole document, and refuses an empty one.)"""
    import lxml.html

    whole = f"<html><body>{markup}</body></html>"
    return lxml.html.fragment_fromstring(whole, create_parent="div")


def serialise(root: Any) -> str:
    """The body of a tree from :func:`fragment`."""
    import lxml.html

    whole: str = lxml.html.tostring(root, encoding="unicode", method="html")
    return whole.removeprefix("<div>").removesuffix("</div>")


def _tree(markup: str) -> Any:
    if not markup.strip():
        return None
    import lxml.etree  # imported late: not needed where every body is cached

    parser = lxml.etree.HTMLParser(recover=True, huge_tree=True, no_network=True)
    try:
        return lxml.etree.fromstring(f"<div>{markup}</div>", parser)
    except (lxml.etree.LxmlError, ValueError):
        return None
