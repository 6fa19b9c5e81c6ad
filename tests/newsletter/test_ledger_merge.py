"""The merging of two machines' ledgers: commutative and idempotent."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.errors import Refused
from publish.newsletter import ledger_merge
from publish.newsletter.facts import KINDS, Fact, fold, parse
from publish.newsletter.ledger import Ledger

FACTS = st.lists(
    st.builds(
        Fact,
        st.sampled_from(KINDS),
        st.sampled_from(["k1", "k2"]),
        st.integers(1, 9).map(float),
        st.sampled_from(["", "c1", "c2"]),
        st.just({}),
        st.sampled_from(["", "a", "b"]),
    ),
    max_size=8,
)
UIDS = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["u1", "u2"]))
DAYS = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["2026-11-01", "2026-11-20"]))


def lines(facts: list[Fact]) -> bytes:
    text = (json.dumps(fact.document(), sort_keys=True) + "\n" for fact in facts)
    return "".join(text).encode()


@given(FACTS, FACTS, FACTS)
def test_merging_lines_is_the_same_in_any_order_and_for_good(
    a: list[Fact], b: list[Fact], c: list[Fact]
):
    one, two, three = lines(a), lines(b), lines(c)
    merged = ledger_merge.facts(one, two)
    assert merged == ledger_merge.facts(two, one)
    assert ledger_merge.facts(merged, one) == merged
    once = ledger_merge.facts(one, ledger_merge.facts(two, three))
    assert ledger_merge.facts(merged, three) == once
    found = [parse(json.loads(line)) for line in merged.splitlines()]
    assert {f.kind for f in found} == {f.kind for f in (*a, *b)}
    assert [f.at for f in found] == sorted(f.at for f in found)


def test_another_machines_refusal_leaves_our_send_open():
    ours = [Fact("send_try", "k", 1, "c1", run="a")]
    theirs = [Fact("send_try", "k", 2, "c1", run="b"), Fact("refused", "k", 3, "c1", run="b")]
    merged = ledger_merge.facts(lines(ours), lines(theirs))
    past = fold(parse(json.loads(line)) for line in merged.splitlines())["k"]
    assert [t.run for t in past.tries] == ["a"]


def test_a_torn_line_is_left_out_and_a_damaged_one_is_an_error():
    whole = lines([Fact("intent", "k", 1)])
    assert ledger_merge.facts(whole + b'{"torn', whole) == whole
    with pytest.raises(ValueError, match="damaged"):
        ledger_merge.facts(b"{\n", whole)


@given(DAYS, DAYS)
def test_the_earlier_day_counts(a: dict[str, str], b: dict[str, str]):
    found = ledger_merge.days(a, b, {})
    assert found == ledger_merge.days(b, a, {})
    assert found.keys() == a.keys() | b.keys()
    assert all(day <= known.get(uid, day) for uid, day in found.items() for known in (a, b))


@given(UIDS, UIDS)
def test_an_address_with_two_uids_is_reported(a: dict[str, str], b: dict[str, str]):
    torn = sorted(x for x in a.keys() & b.keys() if a[x] != b[x])
    if not torn:
        assert ledger_merge.addresses(a, b, {}) == {**a, **b}
        return
    with pytest.raises(Refused, match=f"{torn[0]} belongs to {a[torn[0]]} here"):
        ledger_merge.addresses(a, b, {})


def test_what_one_of_two_changed_about_retired_addresses_is_kept():
    base = {"/a/": "gone", "/b/": "gone"}
    ours, theirs = {"/a/": "/x/", "/b/": "gone", "/c/": "gone"}, {"/a/": "gone"}
    assert ledger_merge.retired(ours, theirs, base) == {"/a/": "/x/", "/c/": "gone"}
    assert ledger_merge.retired({"/a/": "gone"}, {"/a/": "/x/"}, {}) == {"/a/": "/x/"}


def test_of_two_copies_the_one_that_was_posted_last_is_kept():
    ledger = lines(
        [
            Fact("send_try", "k", 1, "c1", {"digest": "ours"}),
            Fact("send_try", "k", 2, "c1", {"digest": "theirs"}),
            Fact("send_try", "other", 3, "c2", {"digest": "ours"}),
        ]
    )
    assert ledger_merge.newer_copy(ledger, "k", ["ours", "theirs"]) == "theirs"
    assert ledger_merge.newer_copy(ledger, "none", ["ours", "theirs"]) == "ours"


def git(folder: Path, *words: str) -> None:
    """A git command in a clone."""
    name = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "core.autocrlf=false")
    subprocess.run(["git", "-C", str(folder), *name, *words], check=True, capture_output=True)


@pytest.mark.parametrize(
    ("older", "newer", "says"),
    [
        # A replace that died on one machine, and was completed on the other.
        ([("replace_try", 10.0)], [("send_try", 20.0), ("done", 21.0)], {"done": "c1"}),
        # Taken back here, and sent by name there.
        (
            [("held", 10.0), ("undone", 11.0)],
            [("lifted", 20.0), ("done", 21.0)],
            {"done": "c1", "held": False},
        ),
        # Named here without success, and taken back there.
        (
            [("lifted", 10.0), ("refused", 11.0)],
            [("held", 20.0), ("undone", 21.0)],
            {"done": "", "held": True},
        ),
    ],
)
@pytest.mark.parametrize("pulls", ["one", "two"])
def test_facts_that_git_merges_by_union_count_in_the_order_of_their_times(
    tmp_path: Path,
    older: list[tuple[str, float]],
    newer: list[tuple[str, float]],
    says: dict[str, object],
    pulls: str,
):
    def written(name: str, facts: list[tuple[str, float]]) -> Ledger:
        ledger = Ledger(tmp_path / name / "content/ledger")
        for kind, at in facts:
            ledger.append(Fact(kind, "k", at, "c1", run=name))
        git(tmp_path / name, "add", "-A")
        git(tmp_path / name, "commit", "-qm", "facts")
        return ledger

    (tmp_path / "one").mkdir()
    git(tmp_path / "one", "init", "-qb", "main")
    attributes = Path(__file__).resolve().parents[2] / ".gitattributes"
    (tmp_path / "one/.gitattributes").write_bytes(attributes.read_bytes())
    written("one", [("intent", 1.0), ("send_try", 2.0), ("done", 3.0)])
    git(tmp_path, "clone", "-q", "one", "two")
    ledgers = {"one": written("one", older), "two": written("two", newer)}
    git(
        tmp_path / pulls,
        "pull",
        "-q",
        "--no-rebase",
        "--no-edit",
        str(tmp_path / {"one": "two", "two": "one"}[pulls]),
        "main",
    )
    past = ledgers[pulls].read()["k"]
    assert past.replacing is None
    assert {name: getattr(past, name) for name in says} == says


def test_only_addresses_of_posts_that_the_repository_has_go_home():
    ours = {"urls.json": b'{"/a/": "u1", "/b/": "u2"}', "issues.jsonl": b""}
    home = ledger_merge.only_uids(ours, {"u1"})
    assert json.loads(home["urls.json"]) == {"/a/": "u1"}
    assert home["issues.jsonl"] == b""


def test_what_one_machine_alone_wrote_stays_whichever_it_is():
    """The record of an import is no table of addresses, and is committed with the posts or not."""
    old, new = {"import.json": b"old"}, {"import.json": b"new"}
    for ours, theirs in ((new, old), (old, new), (new, {}), ({}, new), (new, new)):
        base = old if theirs != {} and ours != {} else {}
        assert ledger_merge.merge_ledgers(ours, theirs, base) == new
    assert ledger_merge.merge_ledgers({"import.json": b"mine"}, new, old) == new
