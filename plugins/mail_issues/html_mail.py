"""Rewrites an article's HTML for mail: no style sheet, no script, no relative address."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import zip_longest
from typing import Any
from urllib.parse import urljoin, urlsplit

from publish.post.body import fragment, serialise
from publish.post.text import INLINE, clean

from . import merge_tags
from .pictures import FileOf, fitted
from .wrapping import columns

GONE = {"script", "style", "template", "link", "meta", "base", "title", "param", "select",
        "textarea"}  # fmt: skip
PLAYED = {
    "iframe": "Watch or read this on the web",
    "video": "Watch the video on the web",
    "audio": "Listen on the web",
    "object": "See this on the web",
    "embed": "See this on the web",
    "canvas": "See this on the web",
    "svg": "See the drawing on the web",
    "math": "See the formula on the web",
    "form": "Fill in the form on the web",
}
# Mail programs render these differently; a <div> is the same everywhere.
DIVS = {"section", "article", "aside", "header", "footer", "main", "nav", "figure", "figcaption",
        "details", "hgroup", "address", "dialog", "fieldset"}  # fmt: skip
# lxml parses <source> and <track> as containers: dropping one would drop what follows it.
UNWRAPPED = {"picture", "source", "track", "noscript", "button", "label", "font", "center"}
HOLDS_BLOCKS = {"div", "blockquote", "li", "td", "th", "dd"}
SCHEMES = {"http", "https", "mailto", "tel", "sms"}
# Gmail shows no SVG, Outlook for Windows none of these: such a picture is replaced by a link to it.
PALE = re.compile(r"\.(svgz?|avif|webp)$", re.I)
KEPT = {"href", "src", "cite", "alt", "title", "width", "height", "start", "value", "reversed",
        "colspan", "rowspan", "scope", "align", "lang", "dir", "type"}  # fmt: skip
OF_TABLES = {"border", "cellpadding", "cellspacing", "class", "style"}
"""Attributes of a table that are set here."""
MANY = 4
"""Columns beyond which a table is set smaller on a phone."""
PHONE, DESK = 34, 56
"""Letters that fit beside each other at 320 and at 600 pixels; a gap between columns is one."""
ALIGN = re.compile(r"text-align:\s*(left|right|center)")


def rewrite(markup: str, url: str, file_of: FileOf = lambda _: None, start: str = "left") -> str:
    """``markup`` with absolute addresses, without anything that mail programs drop or forbid.

    ``url`` is the article's permalink: anchors become links to it, since many mail programs ignore
    anchors. ``start`` is the side where lines of its language begin. An author's merge tags in
    attributes are made inert; those in the text are left to :func:`merge_tags.in_html`.
    """
    root = parse(markup)
    for element in list(root.iter()):
        if element is not root and element.getparent() is not None:
            _simplify(element, url)
    for element in list(root.iter("*")):
        _table(element, start)
        _attributes(element, url)
        _number(element, start)
        if element.tag == "img":
            _picture(element, file_of)
        elif element.tag in ("span", "a") and not element.attrib:
            element.drop_tag()
    return serialise(root).strip()


def parse(markup: str) -> Any:
    """The tree of a body, wrapped in a ``div``."""
    return fragment(clean(markup))


def stacked(markup: str) -> str:
    """What :func:`rewrite` made, with each table whose words fit no window as a list of its rows,
    as in plain text; its words would be broken anywhere."""
    if "<table" not in markup:
        return markup
    root = parse(markup)
    for table in list(root.iter("table")):
        rows = [list(row.iterchildren("td", "th")) for row in table.iter("tr")]
        if _fits_no_window(table) and _has_names(rows):
            place = table.makeelement("div")
            for caption in table.findall("caption"):
                caption.tag = "p"
                place.append(caption)
            place.extend(_in_lines(rows[0], row) for row in rows[1:])
            place.tail = table.tail
            table.getparent().replace(table, place)
    return serialise(root).strip()


def _fits_no_window(table: Any) -> bool:
    words, text = _longest_words(table), "".join(table.itertext())
    # Chinese and Japanese words are broken anywhere.
    return sum(words) + len(words) > DESK and columns(text) == len(text)


def _has_names(rows: list[list[Any]]) -> bool:
    """Whether the first row names the cells of all others, which hold words and no blocks."""
    cells = [cell for row in rows for cell in row]
    return (
        len(rows) > 1
        and all(cell.tag == "th" for cell in rows[0])
        and all(len(row) == len(rows[0]) for row in rows)
        and all(
            one.tag in INLINE | {"br", "img"} for cell in cells for one in cell.iterdescendants()
        )
    )


def _in_lines(names: list[Any], row: list[Any]) -> Any:
    """One row as a paragraph, each cell on a line after its column's name."""
    paragraph = row[0].makeelement("p")
    for name, cell in zip(names, row, strict=True):
        said = f"{name.text_content().strip()}: ".removeprefix(": ")
        if not (cell.text_content().strip() or len(cell)):
            continue
        if len(paragraph):
            line = cell.makeelement("br")
            line.tail = said + (cell.text or "")
            paragraph.extend([line, *cell])
        else:
            paragraph.text = said
            cell.tag, cell.tail = "b", None
            cell.attrib.clear()
            paragraph.append(cell)
    return paragraph


def pictures(bodies: Iterable[str]) -> tuple[str, ...]:
    """The addresses of all pictures in finished bodies, each once, in order."""
    shown = (body for body in bodies if "<img" in body)
    found = (img.get("src") for body in shown for img in parse(body).iter("img"))
    return tuple(dict.fromkeys(src for src in found if src and src.startswith("http")))


def _simplify(element: Any, url: str) -> None:
    """Replace an element that some mail programs do not support by one that all do."""
    tag = element.tag
    if not isinstance(tag, str) or tag in GONE or element.get("hidden") is not None:
        element.drop_tree()
    elif tag in PLAYED:
        target = _source(element)
        _as_line(element, element.get("title") or PLAYED[tag], target, url)
    elif tag == "img" and (element.get("src") or "").startswith("data:"):
        _as_line(element, element.get("alt") or "See the picture on the web", "", url)
    elif tag == "input":
        # A check box of a task list; other fields are of no use outside a form.
        if element.get("type") == "checkbox":
            mark = "☑" if element.get("checked") is not None else "☐"
            element.tail = f"{mark} {(element.tail or '').lstrip()}"
        element.drop_tree()
    elif tag in UNWRAPPED:
        element.drop_tag()
    elif tag in ("summary", "legend"):
        element.tag = "p"
    elif tag in DIVS:
        element.tag = "div"


def _source(element: Any) -> str:
    inner = (source.get("src") for source in element.iter("source", "embed"))
    found = element.get("src") or element.get("data") or next(filter(None, inner), "")
    return "" if found.startswith(("data:", "blob:")) else found


def _as_line(element: Any, words: str, target: str, url: str) -> None:
    """Replace an element that mail cannot show by a paragraph with a link, or by an inline link."""
    import lxml.html

    if any(above.tag == "a" for above in element.iterancestors()):
        link = lxml.html.Element("span")
    else:
        link = lxml.html.Element("a", href=target or url)
    link.text = words
    parent = element.getparent()
    if parent.tag in HOLDS_BLOCKS and link.tag == "a":
        line = lxml.html.Element("p")
        line.append(link)
    else:
        line = link
    line.tail = element.tail
    parent.replace(element, line)


def _number(element: Any, start: str) -> None:
    """Set each list item's number explicitly, so that it survives without a style sheet; numbers of
    three figures and more have room."""
    if element.tag != "ol":
        return
    items = element.findall("li")
    step = 1 if element.get("reversed") is None else -1
    number = _integer(element.get("start"), 1 if step == 1 else len(items))
    if number != 1 or element.get("start") is not None:
        element.set("start", str(number))
    for item in items:
        number = _integer(item.get("value"), number)
        item.set("value", str(number))
        if abs(number) > 99:
            element.set("style", f"padding-{start}:60px")
        number += step


def _integer(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch(r"\s*[-+]?[0-9]{1,9}\s*", text) else otherwise


def _table(element: Any, start: str) -> None:
    """Set borders, padding and alignment as attributes, for programs that drop style sheets."""
    if element.tag == "table":
        for name, value in {"border": "1", "cellpadding": "6", "cellspacing": "0"}.items():
            element.set(name, value)
        element.set("width", "100%")
        element.attrib.pop("class", None)
        element.attrib.pop("style", None)
        words = _longest_words(element)
        room = sum(words) + len(words)
        # A mail may break any word, and then browsers make a column of short words too narrow.
        if room <= PHONE:
            element.set("style", "word-break:normal")
        kinds = {"many": len(words) > MANY, "wide": PHONE < room <= DESK}
        if any(kinds.values()):
            element.set("class", " ".join(kind for kind, holds in kinds.items() if holds))
    elif element.tag in ("td", "th"):
        styled = ALIGN.search(element.get("style") or "")
        side = styled.group(1) if styled else element.get("align")
        element.set("align", side if side in ("left", "right", "center") else start)


def _longest_words(table: Any) -> list[int]:
    """The letters of the longest word in each column."""
    rows = (["".join(cell.itertext()) for cell in row] for row in table.iter("tr"))
    texts = zip_longest(*rows, fillvalue="")
    return [max(len(word) for text in column for word in ("", *text.split())) for column in texts]


def _attributes(element: Any, url: str) -> None:
    """Drop attributes of no use in a mail, and make addresses absolute."""
    kind = element.get("class") or ""
    if kind and element.tag != "table":
        del element.attrib["class"]
    role = {"footnote-ref": "doc-noteref", "footnote-backref": "doc-backlink"}.get(kind)
    own = OF_TABLES if element.tag == "table" else set()
    for name, value in list(element.attrib.items()):
        if name in ("href", "src", "cite"):
            target = _absolute(url, value)
            if target:
                element.set(name, merge_tags.in_url(target))
            else:
                del element.attrib[name]
        elif name not in KEPT and name not in own:
            del element.attrib[name]
        else:
            element.set(name, merge_tags.in_text(value))
    if role and element.tag == "a":
        element.set("role", role)


def _absolute(url: str, value: str) -> str:
    """``value`` absolute to ``url``; ``""`` for an address that no mail should hold."""
    try:
        target = urljoin(url, value.strip())
        return target if urlsplit(target).scheme.lower() in SCHEMES else ""
    except ValueError:
        return ""


def _picture(element: Any, file_of: FileOf) -> None:
    """Give a picture a file fit for a letter, its width and height in the column and an alternative
    text; a format that mail programs do not show becomes a link."""
    import lxml.html

    source = element.get("src")
    if not source:
        element.drop_tree()
        return
    if element.get("alt") is None:
        element.set("alt", "")
    width, height = _integer(element.get("width"), 0), _integer(element.get("height"), 0)
    if file := file_of(source):
        source = file.url
        element.set("src", merge_tags.in_url(source))
        if not (width and height):
            width, height = file.width, file.height
    if width and height:
        width, height = fitted(width, height)
    for name, value in (("width", width), ("height", height)):
        if value > 0:
            element.set(name, str(value))
        elif name in element.attrib:
            del element.attrib[name]
    if PALE.search(urlsplit(source).path) and not any(
        a.tag == "a" for a in element.iterancestors()
    ):
        link = lxml.html.Element("a", href=source)
        link.tail, element.tail = element.tail, None
        element.getparent().replace(element, link)
        link.append(element)
