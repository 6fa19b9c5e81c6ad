"""Goldens: ``cases/NAME.html`` is what WordPress has, ``cases/NAME.md`` what is written.

``python -m tests.importer.test_cases`` rewrites the expected files; review the diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importer.converting import FOOTNOTES, convert

CASES = sorted(Path(__file__).parent.glob("cases/*.html"))


def golden(case: Path) -> str:
    """What the importer makes of a body, with its losses below."""
    text = case.read_text(encoding="utf-8")
    made, lost = convert(
        text,
        block7="<!-- wp:paragraph --><p>A reusable block.</p><!-- /wp:paragraph -->",
        module8="[et_pb_text]A global module.[/et_pb_text]",
        footnotes=FOOTNOTES if "data-fn" in text else "",
    )
    lines = [f"LOSS {loss.code}: {loss.detail}: {loss.excerpt}" for loss in lost]
    return "\n".join([made, "", *lines, ""]) if lines else f"{made}\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_body_becomes_the_markdown_beside_it(case: Path):
    expected = case.with_suffix(".md").read_text(encoding="utf-8")
    assert golden(case) == expected
    for builder in ("[et_pb", "[/et_pb", "wp:", "[vc_", "@ET-DC@", "line_break_holder"):
        assert builder not in expected.split("\nLOSS")[0]


if __name__ == "__main__":
    for file in CASES:
        file.with_suffix(".md").write_text(golden(file), encoding="utf-8")
