"""Turns the marks in Markdown into HTML comments around normally parsed blocks, and extracts the
body for one surface."""

from __future__ import annotations

import re
from typing import Any, Literal

from markdown import Extension, Markdown
from markdown.preprocessors import Preprocessor

from publish.post.body import fragment, serialise

OPEN = re.compile(r":::[ \t]*(email|web)-only[ \t]*$")
CLOSE = re.compile(r":::[ \t]*$")
BEGIN = "<!--only:{}-->"
END = "<!--/only-->"
MARK = re.compile(r"<!--only:(email|web)-->\n?|<!--/only-->\n?")
ID = re.compile(r"""\bid=(["'])(.*?)\1""")

Surface = Literal["email", "web"]


class Marks(Preprocessor):
    """A preprocessor. A mark is a line of its own without indentation, and not inside fenced
    code."""

    def run(self, lines: list[str]) -> list[str]:
        """Called by Markdown, once a text."""
        found: list[str] = []
        for line in lines:
            if opened := OPEN.match(line):
                found += ["", BEGIN.format(opened.group(1)), ""]
            elif CLOSE.match(line):
                found += ["", END, ""]
            else:
                found.append(line)
        return found


class OnlyBlocks(Extension):
    """The Markdown extension."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Called by Markdown."""
        # After fenced code (priority 25) is stashed, before raw HTML (20) is.
        md.preprocessors.register(Marks(md), "only_blocks", 22)

    def __eq__(self, other: Any) -> bool:
        # Pelican's cache compares settings, and so extensions.
        return isinstance(other, OnlyBlocks)

    def __hash__(self) -> int:
        return hash(OnlyBlocks)


def marked(markup: str) -> bool:
    """Whether the HTML holds a mark."""
    # Most bodies hold no comment, and this test is ten times as fast.
    return "<!--" in markup and MARK.search(markup) is not None


def unbalanced(markup: str) -> bool:
    """Whether a block is not closed, opened inside another one, or closed without being opened."""
    inside = False
    for mark in MARK.finditer(markup):
        opens = mark.group(1) is not None
        if opens == inside:
            return True
        inside = opens
    return inside


def surface(markup: str, name: Surface) -> str:
    """The body as ``name`` shows it: its own blocks opened, the other's gone with their notes.

    A block that is never closed extends to the end: hiding too much is better than publishing
    private words.
    """
    kept: list[str] = []
    inside: list[str] = []
    done = 0
    for mark in [*MARK.finditer(markup), None]:
        if all(block == name for block in inside):
            kept.append(markup[done : mark.start() if mark else None])
        if mark is None:
            break
        if mark.group(1):
            inside.append(mark.group(1))
        elif inside:
            inside.pop()
        done = mark.end()
    whole = "".join(kept)
    gone = _ids(markup) - _ids(whole)
    return _tidy(whole, gone) if gone else whole


def _ids(markup: str) -> set[str]:
    return {found.group(2) for found in ID.finditer(markup)}


def _tidy(markup: str, gone: set[str]) -> str:
    """Remove the links to the removed ids ``gone`` from footnotes and tables of contents: a back
    link of a footnote, a footnote without references, a line of a table of contents. The remaining
    footnotes are renumbered, in the list and in the text."""
    root = fragment(markup)
    for link in [a for a in root.iter("a") if (a.get("href") or "")[:1] == "#"]:
        note = next(link.iterancestors("li"), None)
        if note is None or link.get("href")[1:] not in gone:
            continue
        if link.get("class") == "footnote-backref":
            link.drop_tree()
            if not note.find_class("footnote-backref"):
                note.drop_tree()
        elif any(above.get("class") == "toc" for above in link.iterancestors("div")):
            note.drop_tree()
    for notes in root.find_class("footnote"):
        items = notes.findall("ol/li")
        if not items:
            notes.drop_tree()
        for number, item in enumerate(items, 1):
            _number(root, item, number)
    # Older libxml2 escapes the braces of Pelican's {filename} and {static}.
    return re.sub(r"%7B(\w+)%7D", r"{\1}", serialise(root))


def _number(root: Any, item: Any, number: int) -> None:
    """Set a footnote's number in its references and back links."""
    for link in root.find_class("footnote-ref"):
        if link.get("href") == f"#{item.get('id')}":
            link.text = str(number)
    for link in item.find_class("footnote-backref"):
        if link.get("title"):
            link.set("title", re.sub(r"\d+", str(number), link.get("title"), count=1))
