import re
from pathlib import Path
from typing import Any

from publish.checks.catalogue import render
from publish.checks.run import RULES
from tests.checks.test_bounds import FLOODS
from tests.checks.test_bounds import test_any_bytes as any_bytes
from tests.checks.test_bounds import test_any_pieces_of_markup as any_pieces
from tests.checks.test_bounds import test_any_text_in_a_header as any_header

SITES = Path(__file__).parent / "sites"


def test_the_page_of_rules_is_the_catalogue(root: Path):
    page = (root / "docs/rules.md").read_text(encoding="utf-8")
    assert page == render(page), "run: python -m publish.checks.catalogue --write"


def test_the_counts_on_the_page_are_those_of_the_tests(root: Path):
    page = " ".join((root / "docs/rules.md").read_text(encoding="utf-8").split())
    for test, what in (
        (any_bytes, "of arbitrary bytes"),
        (any_pieces, "of pieces of markup"),
        (any_header, "of header lines"),
    ):
        assert f"{settings_of(test):,} {what}" in page
    assert f"{len(set(FLOODS))} pieces" in page


def settings_of(test: Any) -> int:
    return test._hypothesis_internal_use_settings.max_examples


def test_every_rule_explains_itself():
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.id)
        assert rule.description.endswith(".")
        assert len(rule.description) > 30
        assert rule.example
        assert (rule.over_source is None) != (rule.over_site is None)


def test_every_rule_is_broken_by_a_test():
    reported = "".join(file.read_text(encoding="utf-8") for file in SITES.glob("*/expected.txt"))
    for name in ("test_files.py", "test_pictures.py"):
        reported += (Path(__file__).parent / name).read_text(encoding="utf-8")
    assert not [rule.id for rule in RULES if not re.search(rf"\b{rule.id}\b", reported)]
