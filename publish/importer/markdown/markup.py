"""Writes blocks as this blog's Markdown; a block without a Markdown form becomes safe HTML.

Pure. Each block has a text of its own, so that it can be verified alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html import escape
from itertools import groupby

from publish.importer.markdown import inline
from publish.importer.markdown.inline import Dialect
from publish.importer.model import number_of
from publish.importer.tree import El

LISTS = ("ul", "ol")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
FIRST = ("run", "p", "blockquote", *HEADINGS[1:])
"""What an item of a list may begin with."""
PART = "<!-- -->"
"""Between two lists or quotations, which would be one else."""
ATTRIBUTES = {
    "a": ("href", "title"), "img": ("src", "alt", "title"), "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan"), "ol": ("start", "reversed", "type"), "li": ("value",),
    "abbr": ("title",), "span": ("lang", "dir"), "bdo": ("dir",), "bdi": ("dir",),
    "details": ("open",),
}  # fmt: skip


def joined(kinds: list[El], texts: list[str]) -> str:
    """The blocks' texts joined, with separators between neighbours that would merge."""
    out: list[str] = []
    before = ""
    for kind, made in zip(kinds, texts, strict=True):
        if not made.strip():
            continue
        tag = kind.tag
        same = tag == before and tag in ("blockquote", "dl", "table")
        if same or (tag in LISTS and before in LISTS) or (tag == "pre" and before in LISTS):
            out.append(PART)
        out.append(made)
        before = tag
    return "\n\n".join(out)


def block(el: El, dialect: Dialect) -> str:
    """One block at the top of a post."""
    try:
        made = _of(el, dialect, True)
    except _Hard:
        made = html(el, dialect)
    name = el.get("id")
    # Headings and what stays HTML have it already.
    there = rf'#|<{el.tag}\b[^>]* id="{re.escape(escape(name))}"'
    if name and name in dialect.anchors and not re.match(there, made):
        return f'<a id="{escape(name)}"></a>\n\n{made}'
    return made


class _Hard(Exception):
    """The block has no Markdown form, and must be HTML."""


def _of(el: El, dialect: Dialect, top: bool) -> str:
    if make := NESTED.get(el.tag):
        return make(el, dialect, top)
    if not top or el.tag not in AT_TOP:
        raise _Hard
    return AT_TOP[el.tag](el, dialect)


def _heading(el: El, dialect: Dialect, top: bool) -> str:
    words = inline.run(el.kids, dialect, "<br>").strip()
    words = re.sub(r"#$", r"\\#", words)
    name = el.get("id")
    mark = ""
    if name and name in dialect.anchors:
        if re.fullmatch(r"[A-Za-z][\w:.-]*", name):
            mark = f" {{#{name}}}"
        else:
            words = f'<a id="{escape(name)}"></a>{words}'
    return f"{'#' * int(el.tag[1])} {words}{mark}" if words else ""


def _list(el: El, dialect: Dialect, top: bool) -> str:
    items = el.elements
    numbered = el.tag == "ol"
    loose = any(kid.tag not in ("run", *LISTS) for item in items for kid in item.elements)
    out: list[str] = []
    number = number_of(el.get("start"), 1)
    for position, item in enumerate(items):
        kids = item.elements
        if not kids or kids[0].tag not in FIRST:
            raise _Hard
        if numbered and item.get("value"):
            given = number_of(item.get("value"), number)
            if given != number and position and not top:
                raise _Hard
            if given != number and position:
                out.append(PART if loose else f"\n{PART}\n")
            number = given
        texts = [_of(kid, dialect, False) for kid in kids]
        body = joined(kids, texts) if loose else "\n".join(filter(None, texts))
        mark = f"{number}. " if numbered else "- "
        # For Python-Markdown four blanks below an item continue it.
        out.append(mark + body.replace("\n", "\n    ").replace("\n    \n", "\n\n"))
        number += 1
    return ("\n\n" if loose else "\n").join(out)


def _quote(el: El, dialect: Dialect, top: bool) -> str:
    kids = el.elements
    made = joined(kids, [_of(kid, dialect, False) for kid in kids])
    return "\n".join(
        f"> {line}".rstrip(" ") if not line.endswith("  ") else f"> {line}"
        for line in made.split("\n")
    )


def _pre(el: El, dialect: Dialect, top: bool) -> str:
    if "verse" in el.get("class") or any(kid.tag in ("a", "img") for kid in el.elements):
        raise _Hard
    words = el.text().replace("\r\n", "\n").replace("\r", "\n").expandtabs(4)
    words = re.sub(r"\A\s*\n|\s+\Z", "", words)
    if not top:
        if re.search(r"\n\s*\n\s*\n", words):
            raise _Hard
        return "\n".join(f"    {line}" if line.strip() else "" for line in words.split("\n"))
    fence = "```"
    while fence in words:
        fence += "`"
    found = re.search(r"(?:language-|lang-|brush:\s*)([A-Za-z0-9+#-]{1,30})", el.get("class"))
    return f"{fence}{found[1] if found else 'text'}\n{words}\n{fence}"


def _figure(el: El, dialect: Dialect) -> str:
    if not dialect.html:
        raise _Hard
    pictures = [kid for kid in el.kids if not (isinstance(kid, El) and kid.tag == "figcaption")]
    notes = [kid for kid in el.elements if kid.tag == "figcaption"]
    made = inline.run(pictures, dialect).strip()
    note = "".join(f"<figcaption>{_inline(n.kids)}</figcaption>\n" for n in notes)
    return f'<figure markdown="1">\n{made}\n{note}</figure>'


def _table(el: El, dialect: Dialect) -> str:
    rows = [row.elements for row in el.elements if row.tag == "tr"]
    every = [cell for row in rows for cell in row]
    simple = (
        len({len(row) for row in rows}) == 1
        and all(c.tag == "th" for c in rows[0])
        and all(c.tag == "td" for row in rows[1:] for c in row)
        and not any("colspan" in c.attrs or "rowspan" in c.attrs for c in every)
        and all(len(c.kids) < 2 and not {k.tag for k in c.elements} - {"run", "p"} for c in every)
    )
    if not simple:
        raise _Hard
    lines = []
    for row in rows:
        cells = [
            inline.run(c.elements[0].kids, dialect, "<br>", True) if c.kids else "" for c in row
        ]
        lines.append(f"| {' | '.join(cells)} |")
    signs = {"left": ":---", "right": "---:", "center": ":---:"}
    columns = [
        next((c.get("align") for c in column if c.get("align")), "")
        for column in zip(*rows, strict=True)
    ]
    lines.insert(1, f"| {' | '.join(signs.get(align, '---') for align in columns)} |")
    return "\n".join(lines)


def _definitions(el: El, dialect: Dialect) -> str:
    kids = el.elements
    if not dialect.definitions or kids[0].tag != "dt" or kids[-1].tag != "dd":
        raise _Hard
    out: list[str] = []
    before = ""
    for kid in kids:
        inside = kid.elements
        if len(inside) != 1 or inside[0].tag not in ("run", "p"):
            raise _Hard
        words = inline.lines(inline.run(inside[0].kids, dialect, "<br>"))
        if kid.tag == "dt":
            out.append(f"\n{words}" if before == "dd" else words)
        else:
            out.append(f":   {words}")
        before = kid.tag
    return "\n".join(out)


def _details(el: El, dialect: Dialect) -> str:
    if not dialect.html:
        raise _Hard
    summary, *rest = el.elements
    texts = [_of(kid, dialect, True) for kid in rest]
    opened = " open" if "open" in el.attrs else ""
    return (
        f'<details{opened} markdown="1">\n<summary>{_inline(summary.kids)}</summary>\n\n'
        f"{joined(rest, texts)}\n\n</details>"
    )


NESTED: Mapping[str, Callable[[El, Dialect, bool], str]] = {
    **dict.fromkeys(("p", "run"), lambda el, dialect, _: inline.lines(
        inline.run(el.kids, dialect))),
    **dict.fromkeys(HEADINGS, _heading), **dict.fromkeys(LISTS, _list),
    "blockquote": _quote, "pre": _pre, "hr": lambda *_: "---", "mark-form": lambda *_: "",
}  # fmt: skip
"""What writes each block, at the top of a post or inside of another."""
AT_TOP: Mapping[str, Callable[[El, Dialect], str]] = {
    "figure": _figure, "table": _table, "dl": _definitions, "details": _details,
}  # fmt: skip
"""What writes the blocks that have a Markdown form at the top alone."""


def _inline(kids: list[El | str]) -> str:
    return "".join(html(kid, Dialect()) for kid in kids)


def html(el: El | str, dialect: Dialect) -> str:
    """A block as HTML of known tags and attributes, on lines that Markdown leaves unchanged."""
    if isinstance(el, str):
        return escape(el, quote=False)
    tag = el.tag
    if tag in ("run", "mark-form"):
        return "".join(html(kid, dialect) for kid in el.kids)
    if tag == "fnref":
        number = dialect.notes.get(el.get("id"))
        return (
            f'<sup id="fnref:{number}"><a href="#fn:{number}">{number}</a></sup>' if number else ""
        )
    if tag == "a" and "href" not in el.attrs:
        return f'<a id="{escape(el.get("id"))}"></a>' if el.get("id") in dialect.anchors else ""
    attrs = "".join(
        f' {name}="{escape(el.attrs[name])}"' if el.attrs[name] else f" {name}"
        for name in ATTRIBUTES.get(tag, ())
        if name in el.attrs
    )
    if tag == "img" and "alt" not in el.attrs:
        attrs += ' alt=""'
    if tag in ("td", "th") and el.get("align"):
        attrs += f' style="text-align: {el.get("align")};"'
    if el.get("id") in dialect.anchors and el.get("id"):
        attrs += f' id="{escape(el.get("id"))}"'
    if tag in ("br", "hr", "img"):
        return f"<{tag}{attrs}>"
    if tag == "table":
        return _table_html(el, attrs, dialect)
    inside = "".join(html(kid, dialect) for kid in el.kids)
    if tag == "pre":
        # A line break as a numeric entity: an empty line would end the block.
        inside = inside.replace("\r\n", "\n").replace("\n", "&#10;")
    return f"<{tag}{attrs}>{inside}</{tag}>"


def _table_html(el: El, attrs: str, dialect: Dialect) -> str:
    out = [f"<table{attrs}>"]
    for part, kids in groupby(el.elements, lambda kid: kid.get("part")):
        rows = [
            f"<{kid.tag}>{''.join(html(cell, dialect) for cell in kid.kids)}</{kid.tag}>"
            for kid in kids
        ]
        out += [f"<{part}>", *rows, f"</{part}>"] if part else rows
    return "\n".join([*out, "</table>"])
