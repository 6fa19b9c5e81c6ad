"""Converts an item's body to blocks, noting losses."""

from __future__ import annotations

import re

from publish.importer import tree
from publish.importer.markdown.normal import normal
from publish.importer.model import Item
from publish.importer.mojibake import repair
from publish.importer.tree import El
from publish.importer.wordpress import blocks, elementor, fragments
from publish.importer.wordpress.expand import Context, expand

MORE = re.compile(r"<!--\s*more\b.{0,400}?-->", re.S)
NEXT = re.compile(r"<!--\s*nextpage\s*-->")


def blocks_of(item: Item, context: Context) -> El:
    """The item's body as blocks."""
    data = item.meta.get("_elementor_data", "")
    built = data and item.meta.get("_elementor_edit_mode", "builder") == "builder"
    if built and (made := elementor.html_of(data, context.lose)):
        return _normal(expand(_repaired(made, context), context), True, context)
    text = _repaired(item.body, context)
    classic = not blocks.OPEN.search(text)
    if classic and NEXT.search(text):
        context.lose("pages-joined")
    text = NEXT.sub("\n\n", MORE.sub("\n\n", text)) if classic else text
    return _normal(blocks.to_html(text, context), classic, context)


def notes_of(item: Item, context: Context) -> list[tuple[str, El]]:
    """The footnotes that the block editor keeps beside the body, by their ids."""
    found = fragments.of_json(item.meta.get("footnotes", ""))
    return [
        (str(note["id"]), _normal(str(note.get("content") or ""), False, context))
        for note in (found if isinstance(found, list) else ())
        if isinstance(note, dict) and note.get("id")
    ]


def _repaired(text: str, context: Context) -> str:
    better, broken = repair(text.replace("\r\n", "\n").replace("\r", "\n"))
    if broken:
        context.lose("encoding-mended", f"{len(broken)} ×", broken[0])
    return better


def _normal(text: str, autop: bool, context: Context) -> El:
    root, deep = tree.parse(text)
    if deep:
        context.lose("too-deep")
    return normal(root, context.lose, autop)
