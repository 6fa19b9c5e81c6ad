"""Two machines' ledgers made one: the same whichever is asked first, and for good."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.errors import Refused
from publish.newsletter import merging
from publish.newsletter.facts import KINDS, Fact, fold, parse

FACTS = st.lists(
    st.builds(
        Fact, st.sampled_from(KINDS), st.sampled_from(["k1", "k2"]), st.integers(1, 9).map(float),
        st.sampled_from(["", "c1", "c2"]), st.just({}), st.sampled_from(["", "a", "b"]),
    ),
    max_size=8,
)  # fmt: skip
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
    merged = merging.facts(one, two)
    assert merged == merging.facts(two, one)
    assert merging.facts(merged, one) == merged
    assert merging.facts(merged, three) == merging.facts(one, merging.facts(two, three))
    found = [parse(json.loads(line)) for line in merged.splitlines()]
    assert {f.kind for f in found} == {f.kind for f in (*a, *b)}
    assert [f.at for f in found] == sorted(f.at for f in found)


def test_another_machines_refusal_leaves_our_send_open():
    ours = [Fact("send_try", "k", 1, "c1", run="a")]
    theirs = [Fact("send_try", "k", 2, "c1", run="b"), Fact("refused", "k", 3, "c1", run="b")]
    merged = merging.facts(lines(ours), lines(theirs))
    past = fold(parse(json.loads(line)) for line in merged.splitlines())["k"]
    assert [t.run for t in past.tries] == ["a"]


def test_a_torn_line_is_left_out_and_a_damaged_one_is_an_error():
    whole = lines([Fact("intent", "k", 1)])
    assert merging.facts(whole + b'{"torn', whole) == whole
    with pytest.raises(ValueError, match="damaged"):
        merging.facts(b"{\n", whole)


@given(DAYS, DAYS)
def test_the_earlier_day_counts(a: dict[str, str], b: dict[str, str]):
    found = merging.days(a, b, {})
    assert found == merging.days(b, a, {})
    assert found.keys() == a.keys() | b.keys()
    assert all(day <= known.get(uid, day) for uid, day in found.items() for known in (a, b))


@given(UIDS, UIDS)
def test_an_address_with_two_uids_is_told(a: dict[str, str], b: dict[str, str]):
    torn = sorted(x for x in a.keys() & b.keys() if a[x] != b[x])
    if not torn:
        assert merging.addresses(a, b, {}) == {**a, **b}
        return
    with pytest.raises(Refused, match=f"{torn[0]} belongs to {a[torn[0]]} here"):
        merging.addresses(a, b, {})


def test_what_one_of_two_changed_about_retired_addresses_is_kept():
    base = {"/a/": "gone", "/b/": "gone"}
    ours, theirs = {"/a/": "/x/", "/b/": "gone", "/c/": "gone"}, {"/a/": "gone"}
    assert merging.retired(ours, theirs, base) == {"/a/": "/x/", "/c/": "gone"}
    assert merging.retired({"/a/": "gone"}, {"/a/": "/x/"}, {}) == {"/a/": "/x/"}


def test_of_two_copies_the_one_that_was_posted_last_is_kept():
    ledger = lines([
        Fact("send_try", "k", 1, "c1", {"digest": "ours"}),
        Fact("send_try", "k", 2, "c1", {"digest": "theirs"}),
        Fact("send_try", "other", 3, "c2", {"digest": "ours"}),
    ])  # fmt: skip
    assert merging.newer_copy(ledger, "k", ["ours", "theirs"]) == "theirs"
    assert merging.newer_copy(ledger, "none", ["ours", "theirs"]) == "ours"
