"""Every loss has a code, every code is documented, and nothing else is."""

from __future__ import annotations

import re
from pathlib import Path

from publish.importer.losses import CODES
from publish.importer.wordpress.expand import Context


def test_the_page_on_moving_in_has_every_code(root: Path):
    names = {"needs": "needs a look", "left": "stays behind", "changed": "changed"}
    rows = [f"| `{c}` | {names[v.weight]} | {v.what} | {v.remedy} |" for c, v in CODES.items()]
    page = (root / "docs/moving-in.md").read_text(encoding="utf-8")
    assert "\n".join(["| --- | --- | --- | --- |", *rows]) in page


def test_every_code_that_is_used_is_known_and_every_known_one_is_used(root: Path):
    folder = root / "publish/importer"
    code = "".join(f.read_text("utf-8") for f in folder.rglob("*.py") if f.name != "losses.py")
    used = set(re.findall(r'"([a-z]+(?:-[a-z]+)+)"', code)) & set(CODES)
    assert used == set(CODES)
    lost = set(re.findall(r'(?:lose\(|Loss\()\s*"([a-z-]+)"', code))
    assert lost <= set(CODES)


def test_an_excerpt_is_one_short_line():
    context = Context(1)
    context.lose("shortcode-left", words="a\n b\t c")
    context.lose("shortcode-left", words="word " * 1000)
    short, cut = (loss.excerpt for loss in context.losses)
    assert short == "a b c"
    assert 70 < len(cut) <= 80
