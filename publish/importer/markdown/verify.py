"""Verifies the written Markdown: renders it as the site does, and compares the result with the
source."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from html import unescape
from typing import Any

from publish.importer import tree
from publish.importer.markdown import markup
from publish.importer.markdown.inline import Dialect
from publish.importer.markdown.normal import normal
from publish.importer.model import number_of
from publish.importer.tree import El
from publish.post.text import NOTE

DEFAULT: Mapping[str, Any] = {
    "extension_configs": {
        "markdown.extensions.codehilite": {"css_class": "highlight"},
        "markdown.extensions.extra": {},
        "markdown.extensions.meta": {},
    },
    "output_format": "html5",
}
"""Pelican's own, for a site that has none."""
EXTRA = {"tables", "footnotes", "attr_list", "def_list", "fenced_code", "md_in_html", "abbr"}


class Site:
    """The site's Markdown, as Pelican's reader uses it."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        given = dict(values.get("MARKDOWN") or DEFAULT)
        configs = dict(given.get("extension_configs") or {})
        own = [e for e in given.get("extensions") or [] if isinstance(e, str)]
        self._given = {
            **given,
            "extensions": list(dict.fromkeys([*own, *configs])),
            "extension_configs": configs,
        }
        short = {name.rsplit(".", 1)[-1] for name in self._given["extensions"]}
        if "extra" in short:
            short |= EXTRA
        self.extensions = frozenset(short)

    def dialect(self) -> Dialect:
        """The features of the site's Markdown."""
        on = self.extensions
        return Dialect("smarty" in on, "md_in_html" in on, "def_list" in on)

    @cached_property
    def _markdown(self) -> Any:
        from markdown import Markdown

        markdown = Markdown(**self._given)
        for processor in markdown.treeprocessors:
            if hasattr(processor, "inlinePatterns"):
                _quicken(processor)
        return markdown

    def render(self, text: str) -> El:
        """The blocks of a rendered body."""
        self._markdown.reset()
        if "meta" in self.extensions:
            # Without a header above, a body that begins with "Note: …" would be read as one.
            text = f"Title: x\n\n{text}"
        root, _ = tree.parse(NOTE.sub("", self._markdown.convert(text)))
        _without_notes(root)
        return normal(root, lambda *_: None, False)


SIGNS = {
    "backtick", "escape", "reference", "link", "image_link", "image_reference", "short_reference",
    "short_image_ref", "autolink", "automail", "linebreak", "html", "entity", "not_strong",
    "em_strong", "em_strong2", "footnote",
}  # fmt: skip
SIGN = re.compile(r"[\\`\[<&*_\x02]|  \n")
"""What text must hold for one of Markdown's own inline patterns to find anything in it."""
QUOTE = re.compile(r"[\"'<>\x02]|--|\.\.\.")
"""The same for those of ``smarty``."""


def _quicken(processor: Any) -> None:
    """Skip patterns that cannot match a text, which halves the time of the verification."""
    names = {item.name for item in processor.inlinePatterns._priority}
    smart = all(name.startswith("smarty-") for name in names)
    # A list, as it is indexed millions of times: a Registry sorts each time.
    processor.inlinePatterns = list(processor.inlinePatterns)
    handle = processor._InlineProcessor__handleInline
    if smart or names <= SIGNS:
        sign = QUOTE if smart else SIGN
        processor._InlineProcessor__handleInline = lambda data, start=0: (
            handle(data, start) if start or sign.search(data) else data
        )


def _without_notes(root: El) -> None:
    """Remove what Markdown adds to footnotes: the rule above them, and their numbers."""
    for el in root.walk():
        if el.get("class") == "footnote":
            el.kids = [kid for kid in el.elements if kid.tag != "hr"]
        if el.tag == "ol" and any(kid.get("id").startswith("fn:") for kid in el.elements):
            for part in (el, *el.elements):
                part.tag = "div"


Inventory = dict[str, Any]
"""What of a text must be preserved, by its kind: words, links and pictures in any order, headings,
numbers of lists and sizes of tables in theirs."""
WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """The words of a text, without regard to typography."""
    return WORD.findall(unicodedata.normalize("NFKC", text).replace("\u00ad", ""))


def inventory(root: El) -> Inventory:
    """The inventory of these blocks."""
    found: Inventory = {
        "words": Counter(words(root.text(apart=True))),
        "headings": [],
        "numbers": [],
        "links": Counter(),
        "pictures": Counter(),
        "tables": [],
        "quotations": 0,
        "code": 0,
    }
    for el in root.walk():
        tag = el.tag
        if tag == "a" and "href" in el.attrs:
            found["links"][_address(el.get("href"))] += 1
        elif tag == "img":
            found["pictures"][_address(el.get("src"))] += 1
        elif tag in ("ol", "ul"):
            found["numbers"] += _numbers(el)
        elif tag == "table":
            found["tables"].append([len(row.kids) for row in el.elements if row.tag == "tr"])
        elif tag in ("blockquote", "pre"):
            found["code" if tag == "pre" else "quotations"] += 1
        elif re.fullmatch(r"h[1-6]", tag):
            found["headings"].append((tag, " ".join(words(el.text()))))
    return found


def _numbers(el: El) -> list[tuple[str, int, int]]:
    """The numbers of a list's items, as runs, so that a list continued elsewhere is equal to two
    lists."""
    items = el.elements
    if el.tag == "ul":
        return [("ul", 0, len(items))]
    step = -1 if "reversed" in el.attrs else 1
    number = number_of(el.get("start"), len(items) if step < 0 else 1)
    runs: list[tuple[str, int, int]] = []
    for item in items:
        given = number_of(item.get("value"), number)
        if runs and given == number:
            runs[-1] = (*runs[-1][:2], runs[-1][2] + 1)
        else:
            runs.append((f"ol{el.get('type').replace('1', '')}{step}", given, 1))
        number = given + step
    return runs


def _address(href: str) -> str:
    return re.sub(
        r"%([0-9A-Fa-f]{2})",
        lambda m: chr(int(m[1], 16)) if int(m[1], 16) < 128 else m[0].upper(),
        unescape(href).strip(),
    ).replace(" ", "")


def differences(source: Inventory, page: Inventory) -> list[tuple[str, str]]:
    """The differences: a code of the report and words for each."""
    found: list[tuple[str, str]] = []
    for kind, there in source.items():
        here = page[kind]
        if there == here:
            continue
        if kind == "words":
            parts = (("lost", there - here), ("more", here - there))
            said = [f"{name}: {' '.join([*many][:8])}" for name, many in parts if many]
            found.append(("words-differ", "; ".join(said)))
            continue
        a, b = there, here
        if isinstance(there, Counter):
            a, b = (" ".join([*many][:3]) for many in (there - here, here - there))
        elif isinstance(there, list):
            pairs = zip([*there, None], [*here, None], strict=False)
            a, b = next(pair for pair in pairs if pair[0] != pair[1])
        found.append(("structure-differs", f"{kind}: {a} → {b}"))
    return found


def written(
    root: El, notes: list[tuple[str, El]], dialect: Dialect, site: Site
) -> tuple[str, list[tuple[str, str]]]:
    """The Markdown of a post, and its remaining differences from the source. A block whose Markdown
    renders differently is written as HTML."""
    kinds = root.elements
    texts = [markup.block(kid, dialect) for kid in kinds]
    end = footnotes(notes, dialect)
    parts: list[El | str] = [note for _, note in notes]
    source = inventory(El("body", {}, [*root.kids, *parts]))
    text = _whole(markup.joined(kinds, texts), end)
    found = differences(source, inventory(site.render(text)))
    if not found:
        return text, []
    for number, kid in enumerate(kinds):
        alone = inventory(site.render(_whole(texts[number], end)))
        if differences(inventory(El("body", {}, [kid, *parts])), alone):
            texts[number] = markup.html(kid, dialect)
    text = _whole(markup.joined(kinds, texts), end)
    return text, differences(source, inventory(site.render(text)))


def _whole(text: str, end: str) -> str:
    return f"{text}\n\n{end}" if end and text else end or text


def footnotes(notes: list[tuple[str, El]], dialect: Dialect) -> str:
    """The footnotes' own texts."""
    out = []
    for id, note in notes:
        kids = note.elements
        made = markup.joined(kids, [markup.block(kid, dialect) for kid in kids])
        out.append(
            f"[^{dialect.notes[id]}]: " + made.replace("\n", "\n    ").replace("\n    \n", "\n\n")
        )
    return "\n\n".join(out)
