"""Normalizes lists, definitions, tables and figures. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from publish.importer.tree import GONE, MADE, El

if TYPE_CHECKING:
    from publish.importer.markdown.normal import Flow


def listed(n: Flow, el: El, autop: bool) -> list[El]:
    """A list; stray text and lists between items are added to them."""
    made = El(
        "ol" if el.tag == "ol" else "ul", attributes_of(el, "start", "reversed", "type", "id")
    )
    for kid in el.kids:
        if isinstance(kid, str):
            if not kid.strip():
                continue
            kid = El("li", {}, [kid])
        if kid.tag in ("ul", "ol") and made.kids:
            last = made.kids[-1]
            if isinstance(last, El):
                last.kids += n.block(kid, autop, True)
            continue
        if kid.tag in GONE:
            n.gone(kid, autop)
            continue
        inner = kid if kid.tag == "li" else El("li", {}, [kid])
        item = El("li", attributes_of(inner, "value"), [*n.flow(inner, autop, False)])
        if item.kids or made.tag == "ol":
            made.kids.append(item)
    if made.tag == "ul" and made.kids and all(map(_pictured, made.elements)):
        # WordPress writes a gallery as a list of pictures.
        for part in (part for item in made.elements for part in item.elements):
            part.tag = "p" if part.tag == "run" else part.tag
        return [part for item in made.elements for part in item.elements]
    return [made] if any(item.kids for item in made.elements) else []


def _pictured(item: El) -> bool:
    """Whether an item is a picture without words besides its caption."""
    return bool(item.kids) and all(
        kid.tag == "figure" or (kid.tag in ("run", "p") and kid.kids and _only_pictures(kid))
        for kid in item.elements
    )


def definitions(n: Flow, el: El, autop: bool) -> list[El]:
    """A list of terms and what they mean."""
    made = El("dl")
    for kid in _through(el, "div"):
        if isinstance(kid, str) and not kid.strip():
            continue
        part = kid if isinstance(kid, El) and kid.tag in ("dt", "dd") else El("dd", {}, [kid])
        if inside := n.flow(part, autop, False):
            made.kids.append(El(part.tag, {}, [*inside]))
    return [made] if made.kids else []


def table(n: Flow, el: El, autop: bool) -> list[El]:
    """A table; stray contents outside its cells come before it."""
    made = El("table", attributes_of(el, "id"))
    stray: list[El | str] = []
    for kid in el.kids:
        if isinstance(kid, El) and kid.tag in ("thead", "tbody", "tfoot"):
            for row in kid.kids:
                _row(n, row, made, kid.tag, autop, stray)
        elif isinstance(kid, El) and kid.tag == "caption":
            inside = n.flow(kid, False, False)
            if inside:
                made.attrs["caption"] = "1"
                made.kids.insert(0, El("caption", {}, [*inside]))
        else:
            _row(n, kid, made, "tbody", autop, stray)
    before = n.flow(El("div", {}, stray), autop, True)
    filled = any(cell.kids for row in made.elements for cell in row.elements)
    return [*before, made] if filled else before


def _row(n: Flow, row: El | str, made: El, part: str, autop: bool, stray: list[El | str]) -> None:
    if isinstance(row, str) or row.tag != "tr":
        stray.append(row)
        return
    here = El("tr", {"part": part})
    for cell in row.kids:
        if isinstance(cell, El) and cell.tag in ("td", "th"):
            here.kids.append(_cell(n, cell, autop))
        else:
            stray.append(cell)
    if here.kids:
        made.kids.append(here)


def _cell(n: Flow, cell: El, autop: bool) -> El:
    attrs = attributes_of(cell, "colspan", "rowspan", "align")
    found = re.search(r"text-align:\s*(left|right|center)", cell.get("style"))
    found = found or re.search(r"has-text-align-(left|right|center)", cell.get("class"))
    if found:
        attrs["align"] = found[1]
    for span in ("colspan", "rowspan"):
        if not re.fullmatch(r"[1-9]\d{0,2}", attrs.get(span, "")) or attrs[span] == "1":
            attrs.pop(span, None)
    return El(cell.tag, attrs, [*n.flow(cell, autop, False)])


def figure(n: Flow, el: El, autop: bool) -> list[El]:
    """A picture with its caption; other contents of a figure become blocks of their own."""
    notes: list[El] = []
    # Each picture of a gallery has a caption of its own.
    gallery = sum(kid.tag == "img" for kid in el.walk()) > 1
    through = ("div", "span") if gallery else ("div", "figure", "span")
    rest = El("div", {}, list(_without(el, "figcaption", notes, through)))
    inside = n.flow(rest, False if "wp-block" in el.get("class") else autop, True)
    note = _lines(n, notes)
    if not note:
        return inside
    pictures = [b for b in inside if b.tag == "p" and _only_pictures(b)]
    if len(inside) == 1 and pictures:
        return [El("figure", {}, [*pictures[0].kids, El("figcaption", {}, note)])]
    return [*inside, El("p", {"note": "1"}, note)]


def details(n: Flow, el: El, autop: bool) -> list[El]:
    """A summary that opens to more."""
    summary: list[El] = []
    rest = El("div", {}, list(_without(el, "summary", summary, ("div", "figure", "span"))))
    inside = n.flow(rest, autop, True)
    words = _lines(n, summary)
    if not words:
        return inside
    return [El("details", attributes_of(el, "open"), [El("summary", {}, words), *inside])]


def lines(blocks: Iterable[El | str]) -> list[El | str]:
    """Some blocks as inline content, one line each."""
    out: list[El | str] = []
    for line in _runs(blocks):
        out += [El("br"), *line] if out else line
    return out


def _lines(n: Flow, parts: list[El]) -> list[El | str]:
    return lines(block for part in parts for block in n.flow(part, False, False))


def _runs(blocks: Iterable[El | str]) -> Iterator[list[El | str]]:
    """The inline content of some blocks and of those inside of them."""
    run: list[El | str] = []
    for kid in blocks:
        if isinstance(kid, El) and kid.tag in MADE:
            if run:
                yield run
            yield from _runs(kid.kids)
            run = []
        else:
            run.append(kid)
    if run:
        yield run


def _through(el: El, tag: str) -> Iterator[El | str]:
    for kid in el.kids:
        if isinstance(kid, El) and kid.tag == tag:
            yield from _through(kid, tag)
        else:
            yield kid


def _without(el: El, tag: str, found: list[El], through: Container[str]) -> Iterator[El | str]:
    for kid in el.kids:
        if isinstance(kid, El) and kid.tag == tag:
            found.append(kid)
        elif isinstance(kid, El) and kid.tag in through and any(k.tag == tag for k in kid.walk()):
            yield kid.clone(list(_without(kid, tag, found, through)))
        else:
            yield kid


def _only_pictures(block: El) -> bool:
    def shows(kid: El | str) -> bool:
        if isinstance(kid, str):
            return not kid.strip()
        return kid.tag == "img" or (
            kid.tag == "a" and bool(kid.kids) and all(shows(k) for k in kid.kids)
        )

    return all(shows(kid) for kid in block.kids)


def attributes_of(el: El, *names: str) -> dict[str, str]:
    """The named attributes of an element that have a value or need none."""
    return {
        n: el.attrs[n]
        for n in names
        if n in el.attrs and (el.attrs[n] or n in ("reversed", "open"))
    }


STRUCTURES: Mapping[str, Callable[[Flow, El, bool], list[El]]] = {
    "ul": listed, "ol": listed, "menu": listed, "dir": listed, "dl": definitions, "table": table,
    "figure": figure, "details": details,
}  # fmt: skip
"""What makes the blocks of each."""
