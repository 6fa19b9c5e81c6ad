"""Splits runs of text and inline elements into paragraphs and lines, and collapses white space.
Pure."""

from __future__ import annotations

import re

from publish.importer.tree import BLOCKS, INLINE, El

BLANK = re.compile(r"\n[ \t\r\f]*\n\s*")


def split(run: list[El | str]) -> list[list[El | str]]:
    """Split a run at its empty lines, also at those inside an inline element."""
    parts: list[list[El | str]] = [[]]
    for kid in run:
        if isinstance(kid, str):
            first, *others = BLANK.split(kid)
            parts[-1].append(first)
            parts += [[other] for other in others]
        elif kid.tag not in ("code",) and BLANK.search(kid.text()) and kid.kids:
            inner = split(kid.kids)
            parts[-1].append(kid.clone(inner[0]))
            parts += [[kid.clone(part)] for part in inner[1:]]
        else:
            parts[-1].append(kid)
    return parts


def tidy(run: list[El | str], autop: bool) -> list[El | str]:
    """Collapse white space as a browser does, and strip breaks at the edges; ``[]`` if nothing is
    left."""
    flat = _breaks(run) if autop else run
    out = _collapse(flat, [True])
    while out and _blank(out[-1]):
        out.pop()
    while out and _blank(out[0]):
        out.pop(0)
    if out and isinstance(out[-1], str):
        out[-1] = out[-1].rstrip(" \n")
    if out and isinstance(out[0], str):
        out[0] = out[0].lstrip(" \n")
    whole = El("p", {}, out)
    said = whole.text().strip(" \n\t\xa0\u200b\ufeff")
    return out if said or any(el.tag == "img" or el.get("id") for el in whole.walk()) else []


def _blank(kid: El | str) -> bool:
    if isinstance(kid, str):
        return not kid.strip(" \n\t")
    return kid.tag != "img" and not kid.kids and not kid.get("id")


def _breaks(run: list[El | str]) -> list[El | str]:
    """Replace line breaks in the text by ``<br>``."""
    out: list[El | str] = []
    for kid in run:
        if isinstance(kid, El):
            out.append(kid if kid.tag in ("code", "br", "img") else kid.clone(_breaks(kid.kids)))
            continue
        lines = re.split(r"[ \t]*\r?\n[ \t]*", kid)
        for number, line in enumerate(lines):
            if number and not (out and isinstance(out[-1], El) and out[-1].tag == "br"):
                out.append(El("br"))
            if line:
                out.append(line)
    return out


def _collapse(run: list[El | str], space: list[bool]) -> list[El | str]:
    """Collapse white space as HTML does; ``space`` holds whether a blank came last."""
    out: list[El | str] = []
    for kid in run:
        if isinstance(kid, str):
            text = re.sub(r"[ \t\r\n\f]+", " ", kid.replace("\u2028", " ").replace("\u2029", " "))
            if space[0]:
                text = text.lstrip(" ")
            if not text:
                continue
            space[0] = text.endswith(" ")
            if out and isinstance(out[-1], str):
                out[-1] += text
            else:
                out.append(text)
        elif kid.tag == "br":
            if out and isinstance(out[-1], str):
                out[-1] = out[-1].rstrip(" ")
            out.append(kid)
            space[0] = True
        elif kid.tag == "img":
            out.append(kid)
            space[0] = False
        else:
            kid = kid.clone(_collapse(kid.kids, space))
            if kid.kids or kid.get("id"):
                out.append(kid)
    return out


def spread(round_: El, kids: list[El | str]) -> list[El | str]:
    """Wrap the kids in ``round_``; if some are blocks, the words in each. Of nested links the inner
    one stays."""

    def apart(kid: El | str) -> bool:
        if not isinstance(kid, El):
            return False
        return kid.tag in BLOCKS or (round_.tag == "a" and _links(kid))

    if not any(apart(kid) for kid in kids):
        return [round_.clone(kids)]
    out: list[El | str] = []
    run: list[El | str] = []
    for kid in [*kids, None]:
        if kid is not None and not apart(kid):
            run.append(kid)
            continue
        if any(not isinstance(k, str) or k.strip() for k in run):
            out.append(round_.clone(run))
        run = []
        if isinstance(kid, El):
            out.append(kid if round_.tag == "a" and _links(kid) else _wrapped(round_, kid))
    return out


def _links(el: El) -> bool:
    return any(inner.tag == "a" and "href" in inner.attrs for inner in el.walk())


def _wrapped(round_: El, block: El) -> El:
    if block.tag in ("p", "run", "h1", "h2", "h3", "h4", "h5", "h6", "figcaption"):
        return block.clone([round_.clone(block.kids)]) if block.kids else block
    if block.tag in ("ul", "ol", "li", "blockquote", "figure", "dl", "dt", "dd"):
        kids = [
            _wrapped(round_, k) if isinstance(k, El) and k.tag not in INLINE else k
            for k in block.kids
        ]
        if block.tag == "figure":
            kids = [round_.clone([k]) if isinstance(k, El) and k.tag == "img" else k for k in kids]
        return block.clone(kids)
    return block
