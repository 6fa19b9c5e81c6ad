"""The ledger on a disk: torn, damaged, locked, lost."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.errors import NothingSent, Refused
from publish.newsletter import ledger_merge
from publish.newsletter.facts import KINDS, Fact, IssueState, fold, parse
from publish.newsletter.ledger import Ledger
from tests.fakes.world import an_issue

FACTS = [
    Fact("intent", "k", 1.0, data={"slug": "calm"}),
    Fact("create_try", "k", 2.0),
    Fact("created", "k", 3.0, "c1"),
    Fact("send_try", "k", 4.0, "c1", {"action": "send"}),
]


def test_facts_come_back_as_they_were_written(tmp_path: Path):
    ledger = Ledger(tmp_path)
    for fact in FACTS:
        ledger.append(fact)
    assert ledger.read() == fold(FACTS)
    assert Ledger(tmp_path / "none").read() == {}


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(-3600, 3600)), max_size=9))
def test_facts_keep_their_order_where_the_clock_is_set_back(
    tmp_path_factory, told: list[tuple[str, int]]
):
    folder = tmp_path_factory.mktemp("ledger")
    for kind, late in told:
        # Each by a run of its own.
        Ledger(folder).append(Fact(kind, "k", 1764424800.0 + late, "c1", run=f"{late}"))
    file = folder / "issues.jsonl"
    whole = file.read_bytes() if told else b""
    facts = [parse(json.loads(line)) for line in whole.splitlines()]
    assert [fact.kind for fact in facts] == [kind for kind, _ in told]
    assert all(one.at < two.at for one, two in pairwise(facts))
    assert ledger_merge.facts(b"", whole) == whole


@settings(deadline=None)
@given(st.integers(1, 400), st.integers(0, 4096))
def test_a_torn_last_line_is_dropped_and_the_next_fact_is_whole(
    tmp_path_factory, cut: int, pad: int
):
    ledger = Ledger(tmp_path_factory.mktemp("ledger"))
    ledger.append(FACTS[0])
    ledger.append(Fact("create_try", "k", 2.0, data={"pad": "x" * pad}))
    whole = ledger.file.read_bytes()
    first = whole.index(b"\n") + 1
    ledger.file.write_bytes(whole[: max(first, len(whole) - cut)])
    torn = ledger.read()["k"]
    assert torn.intent == {"slug": "calm"}
    ledger.append(FACTS[2])
    assert ledger.read()["k"].made == (("c1", 3.0),)
    assert all(json.loads(line) for line in ledger.file.read_text().splitlines())


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b'{"fact": "done"}',
        b'{"fact":"x","key":"k","at":"2026-01-01T00:00:00+00:00"}',
        b'{"fact":"done","key":"k","at":"2026-01-01T00:00:00"}',
        b"\xff\xfe",
    ],
)
def test_a_damaged_line_in_the_middle_stops_the_run_by_name(tmp_path: Path, line: bytes):
    ledger = Ledger(tmp_path)
    ledger.append(FACTS[0])
    with ledger.file.open("ab") as stream:
        stream.write(line + b"\n")
    ledger.append(FACTS[1])
    with pytest.raises(Refused, match=r"issues\.jsonl:2: this line of the ledger is damaged"):
        ledger.read()


def test_a_second_run_waits_and_then_gives_up(tmp_path: Path):
    ledger = Ledger(tmp_path)
    told: list[str] = []
    with (
        ledger.lock(1),
        pytest.raises(NothingSent, match="another publish"),
        Ledger(tmp_path).lock(0.25, told.append),
    ):
        raise AssertionError("two hold the lock")
    assert ["waiting for it" in line for line in told] == [True]
    with ledger.lock(0.1):
        pass


def test_the_lock_dies_with_its_process(tmp_path: Path):
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom publish.newsletter.ledger import Ledger\n"
        "with Ledger(Path(sys.argv[1])).lock(1):\n"
        "    print('held', flush=True)\n    time.sleep(60)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    child.kill()
    child.wait()
    child.stdout.close()
    with Ledger(tmp_path).lock(5):
        pass


def test_an_issue_is_kept_byte_for_byte(tmp_path: Path):
    from publish.newsletter.issue import read

    ledger, issue = Ledger(tmp_path), an_issue()
    ledger.keep(issue)
    assert read(tmp_path / "issues" / issue.key) == issue


@given(st.lists(st.sampled_from(KINDS), max_size=12))
def test_any_order_of_facts_has_a_meaning(kinds: list[str]):
    facts = [Fact(kind, "k", float(n), f"c{n}") for n, kind in enumerate(kinds)]
    past = fold(facts).get("k", IssueState())
    ends = [kind for kind in kinds if kind in ("done", "undone", "replace_try")]
    assert bool(past.done) == (ends[-1:] == ["done"])
    for fact in facts:
        assert parse(fact.document()) == fact
