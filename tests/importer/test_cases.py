"""Goldens: ``cases/NAME.html`` is what WordPress has, ``cases/NAME.md`` what is written.

``python -m tests.importer.test_cases`` rewrites the expected files; review the diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from publish.importer import body, verify
from publish.importer.model import Item
from publish.settings import load
from tests.importer.export import alone

CASES = sorted(Path(__file__).parent.glob("cases/*.html"))
ROOT = Path(__file__).resolve().parents[2]
FOOTNOTES = '[{"id":"n1","content":"First <em>note</em>."},{"id":"n2","content":"Second."}]'


@pytest.fixture(scope="module")
def markdown() -> verify.Site:
    return verify.Site(load(ROOT / "pelicanconf.py").values)


def converted(text: str, site: verify.Site) -> str:
    """What the importer makes of a body, with its losses below."""
    context = alone(
        block7="<!-- wp:paragraph --><p>A reusable block.</p><!-- /wp:paragraph -->",
        module8="[et_pb_text]A global module.[/et_pb_text]",
    )
    context.fields = {"post_title": "The Title"}
    item = Item(1, body=text, meta={"footnotes": FOOTNOTES} if "data-fn" in text else {})
    root, notes = body.blocks_of(item, context), body.notes_of(item, context)
    dialect = site.dialect()
    dialect.notes.update({id: n for n, (id, _) in enumerate(notes, 1)})
    made, differences = verify.written(root, notes, dialect, site)
    losses = [f"LOSS {loss.code}: {loss.detail}: {loss.excerpt}" for loss in context.losses]
    losses += [f"DIFFERS {code}: {words}" for code, words in differences]
    return "\n".join([made, "", *losses, ""]) if losses else f"{made}\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_body_becomes_the_markdown_beside_it(case: Path, markdown: verify.Site):
    expected = case.with_suffix(".md").read_text(encoding="utf-8")
    assert converted(case.read_text(encoding="utf-8"), markdown) == expected
    assert "DIFFERS" not in expected
    for builder in ("[et_pb", "[/et_pb", "wp:", "[vc_", "@ET-DC@", "line_break_holder"):
        assert builder not in expected.split("\nLOSS")[0]


if __name__ == "__main__":
    for file in CASES:
        made = converted(file.read_text("utf-8"), verify.Site(load(ROOT / "pelicanconf.py").values))
        file.with_suffix(".md").write_text(made, encoding="utf-8")
