"""What the sandbox's page says of its addresses and faults is so."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from publish.sandbox import SANDBOX_KEY
from publish.sandbox.faults import KINDS, Rule
from tests.sandbox.conftest import Bench, fetch

KEY = {"Authorization": f"Bearer {SANDBOX_KEY}"}


def rows(root: Path, heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    page = (root / "publish/sandbox/README.md").read_text(encoding="utf-8")
    part = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")]
    return [re.split(r" \| ", line.strip("| ")) for line in lines[2:]]


def test_the_table_has_every_kind_of_fault(root: Path):
    told = [kind for first, *_ in rows(root, "Faults") for kind in re.findall(r"`(\w+)`", first)]
    assert sorted(told) == sorted(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_taken_as_it_is_written_there(bench: Bench, kind: str):
    answer = fetch("POST", f"{bench.base}/control/faults", document=[{"kind": kind, "path": "/x"}])
    assert answer.status == 200, answer.text
    [rule] = answer.json["rules"]
    for each in fields(Rule):
        wanted = {"kind": kind, "path": "/x"}.get(each.name, each.default)
        assert rule[each.name] == wanted, each.name
    assert rule["seen"] == 0


def test_the_page_has_every_field_of_a_rule_with_its_default(root: Path):
    page = (root / "publish/sandbox/README.md").read_text(encoding="utf-8")
    part = page.partition("\n## Faults\n")[2].partition("\n## ")[0]
    for each in fields(Rule):
        assert re.search(rf"[`\"]{each.name}\b", part), each.name
    for told in (
        "`method` (`*`)",
        "`nth` (1)",
        "`times` (1; 0 is for ever)",
        "`status` (500)",
        "`status` (302)",
        "`seconds` is 1 by default",
    ):
        assert told in part


@pytest.mark.parametrize(("kind", "status"), [("status", 500), ("redirect", 302)])
def test_the_default_answers_are_those_of_the_table(bench: Bench, kind: str, status: int):
    bench.fault({"kind": kind, "path": "/3.0/ping"})
    assert fetch("GET", f"{bench.base}/3.0/ping", headers=KEY).status == status
    assert fetch("GET", f"{bench.base}/3.0/ping", headers=KEY).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/3.0/",
        "/3.0/ping",
        "/3.0/lists",
        "/3.0/campaigns",
        "/",
        "/control/faults",
        "/control/alive",
    ],
)
def test_an_address_of_the_table_answers(root: Path, bench: Bench, path: str):
    told = " ".join(cell for row in rows(root, "Routes") for cell in row)
    assert path.rstrip("s") in told
    assert fetch("GET", bench.base + path, headers=KEY).status == 200


def test_a_request_under_another_name_is_told_so(bench: Bench):
    answer = fetch("GET", f"{bench.base}/3.0/ping", headers={**KEY, "Host": "evil.example"})
    assert answer.status == 421
