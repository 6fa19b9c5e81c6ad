"""A body of WordPress' as the importer writes it, without an export around it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from publish.importer import body
from publish.importer.losses import Loss
from publish.importer.markdown import verify
from publish.importer.model import Item
from publish.settings import load
from tests.importer.export import alone

ROOT = Path(__file__).resolve().parents[2]
FOOTNOTES = '[{"id":"n1","content":"First <em>note</em>."},{"id":"n2","content":"Second."}]'


@cache
def this_blog() -> verify.Site:
    """The Markdown of this blog's settings."""
    return verify.Site(load(ROOT / "pelicanconf.py").values)


def convert(text: str, **given: str) -> tuple[str, list[Loss]]:
    """The Markdown of a body, and its losses; ``given`` are texts it refers to and post meta.

    The self-check of the importer may find no difference.
    """
    site = this_blog()
    found = {key: value for key, value in given.items() if key.startswith(("block", "module"))}
    context = alone(**found)
    context.fields = {"post_title": "The Title", "post_excerpt": "", "post_author": "Nora"}
    meta = {key: value for key, value in given.items() if key not in found}
    item = Item(1, body=text, meta=meta)
    root, notes = body.blocks_of(item, context), body.notes_of(item, context)
    dialect = site.dialect()
    dialect.notes.update({id: number for number, (id, _) in enumerate(notes, 1)})
    made, differences = verify.written(root, notes, dialect, site)
    assert differences == []
    return made, context.losses


def markdown(text: str, **given: str) -> str:
    """Only the Markdown."""
    return convert(text, **given)[0]


def losses(text: str, **given: str) -> list[tuple[str, str, str]]:
    """Only the losses: code, detail and first words."""
    return [(loss.code, loss.detail, loss.excerpt) for loss in convert(text, **given)[1]]
