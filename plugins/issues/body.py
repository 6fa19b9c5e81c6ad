"""An article's HTML as a mail can hold it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

from . import merge_tags

WIDTH = 560
"""CSS pixels of the mail's column; Outlook takes a picture's width attribute by the letter."""
GONE = ("script", "style", "noscript", "template", "link", "meta", "input", "button", "select")
PLAYED = {
    "iframe": "Watch or read this on the web",
    "video": "Watch the video on the web",
    "audio": "Listen on the web",
    "object": "See this on the web",
    "embed": "See this on the web",
    "canvas": "See this on the web",
    "svg": "See the drawing on the web",
    "form": "Fill in the form on the web",
}
URLS = ("href", "src", "cite", "poster")
KEPT = {
    "href", "src", "cite", "alt", "title", "width", "height", "start", "value", "colspan",
    "rowspan", "lang", "dir", "id", "type", "reversed", "scope",
}  # fmt: skip


def for_mail(markup: str, url: str) -> str:
    """``markup`` with absolute addresses and nothing that mail programs drop or forbid.

    ``url`` is the article's permalink: anchors lead there, for most mail programs ignore them.
    An author's merge tags are made inert.
    """
    import lxml.html

    root = lxml.html.fragment_fromstring(markup or "<p></p>", create_parent="div")
    for element in list(root.iter()):
        if element is root or element.getparent() is None:
            continue
        if not isinstance(element.tag, str) or element.tag in GONE:
            element.drop_tree()
        elif element.tag in PLAYED:
            _as_line(element, url)
    for element in root.iter("*"):
        _number(element)
        _attributes(element, url)
    whole: str = lxml.html.tostring(root, encoding="unicode", method="html")
    return merge_tags.in_html(whole.removeprefix("<div>").removesuffix("</div>"))


def addresses(markup: str) -> tuple[str, ...]:
    """The pictures of a body, each once, in order."""
    import lxml.html

    root = lxml.html.fragment_fromstring(markup or "<p></p>", create_parent="div")
    return tuple(dict.fromkeys(img.get("src") for img in root.iter("img") if img.get("src")))


def _as_line(element: Any, url: str) -> None:
    """What mail cannot show becomes a linked line."""
    import lxml.html

    source = element.get("src") or element.get("data") or ""
    inner = next((s.get("src") for s in element.iter("source") if s.get("src")), "")
    target = urljoin(url, source or inner) if (source or inner) else url
    line = lxml.html.Element("p")
    link = lxml.html.Element("a", href=target)
    link.text = element.get("title") or PLAYED[element.tag]
    line.append(link)
    line.tail = element.tail
    element.getparent().replace(element, line)


def _number(element: Any) -> None:
    """Write each list item's number down, so that it survives without a style sheet."""
    if element.tag != "ol":
        return
    number = (
        int(element.get("start") or 1) if re.fullmatch(r"-?\d*", element.get("start") or "") else 1
    )
    for item in element.iterchildren("li"):
        if re.fullmatch(r"-?\d+", item.get("value") or ""):
            number = int(item.get("value"))
        item.set("value", str(number))
        number += 1


def _attributes(element: Any, url: str) -> None:
    width, height = element.get("width") or "", element.get("height") or ""
    for name, value in list(element.attrib.items()):
        if name not in KEPT or (name == "id" and ":" not in value):
            del element.attrib[name]
        elif name in URLS:
            target = urljoin(url, value.strip())
            bad = target.split(":", 1)[0].lower() not in ("http", "https", "mailto", "tel")
            element.set(name, "#" if bad else merge_tags.in_url(target))
        else:
            element.set(name, merge_tags.in_text(value))
    if element.tag == "img" and width.isdigit() and height.isdigit() and int(width) > WIDTH:
        element.set("width", str(WIDTH))
        element.set("height", str(round(int(height) * WIDTH / int(width))))
    if element.tag == "img" and element.get("alt") is None:
        element.set("alt", "")
