"""A deploy killed at each of its steps: what readers get, and that the next one completes it."""

from __future__ import annotations

import itertools
import signal
from pathlib import Path

import pytest

from publish.deploy.targets import sftp
from tests.deploy import child
from tests.deploy import stand as stands
from tests.deploy.conftest import Rigs
from tests.deploy.stand import Stand, dead_links, site

NUMBERS = itertools.count(1)
STRIDE = {"folder": 3, "git": 4, "ssh": 7, "sftp": 17, "s3": 5, "command": 1}
"""Of the steps of a kind each ``STRIDE``-th: a step of ssh takes a connection."""


@pytest.fixture(params=STRIDE)
def stand(request: pytest.FixtureRequest, servers: Rigs, tmp_path: Path) -> Stand:
    return stands.make(request.param, servers, tmp_path, f"kill-{request.param}-{next(NUMBERS)}")


def sound(stand: Stand, old: dict[str, bytes], new: dict[str, bytes]) -> None:
    """Assert that each page is an old or a new one, and names only what is there."""
    public = stand.public()
    for path in {*old, *new}:
        if path in public:
            assert public[path] in (old.get(path), new.get(path)), path
    assert set(old) & set(new) <= set(public), "no page is missing meanwhile"
    # A phase puts pages up together: of two new pages one may name the other a moment too soon.
    assert not list(dead_links(public))


def test_killed_anywhere_readers_see_whole_pages_and_the_next_run_finishes(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sftp, "LEASE", -86400.0)
    old = site(1)
    stand.build(old)
    stand.deploy("a0001")
    killed = 0
    for number in itertools.count(2):
        step = 1 + (number - 2) * STRIDE[stand.kind]
        new = site(number)
        stand.build(new)
        said = child.run(stand, kill=step, source=f"a{number:04}", second=number)
        if said != -signal.SIGKILL:
            assert said == "live"
            break
        killed += 1
        if stand.kind != "command":
            sound(stand, old, new)
        out = stand.deploy(f"a{number:04}", number)
        assert out.state in ("live", "unchanged"), step
        public = stand.public()
        assert {p: public[p] for p in new} == new
        gone = {p for p in old if p.endswith(".html")} - set(new)
        assert not gone & set(public), "what is no part of the site goes, whatever happened before"
        old = new
    assert killed >= 2
    assert not [p for p in stand.listed() if "part" in p]


def test_a_rollback_that_is_killed_is_finished_by_another_and_never_undone(servers: Rigs, tmp_path):
    stand = stands.make("folder", servers, tmp_path, f"kill-back-{next(NUMBERS)}")
    first, second = site(1), site(2)
    stand.build(first)
    release = stand.deploy("a1").release
    stand.build(second)
    stand.deploy("a2", 1)
    for step in itertools.count(2, 4):
        said = child.run(stand, kill=step, back=True)
        sound(stand, first, second)
        if said == "live":
            break
        held = child.run(stand, source="a2", second=step)
        assert held in ("unchanged",) or "rolled back" in str(held)
        if held != "unchanged":
            out = stand.back()
            assert out.release == release
            public = stand.public()
            assert {p: public[p] for p in first} == first
        assert stand.deploy("a2", step, resume=True).state in ("live", "unchanged")


def test_two_at_once_end_in_one_whole_site_and_the_newer_one(stand: Stand):
    stand.build(site(1))
    stand.deploy("a1")
    other = stand.other()
    stand.build(site(2))
    other.build(site(3))
    both = [
        child.start(stand, source="a2", second=2, patience=30, verify=0),
        child.start(other, source="a3", second=3, patience=30, verify=0),
    ]
    states = [wait() for wait in both]
    if stand.kind == "command":
        assert "deployed" in states
        return  # Only the host keeps two machines apart there.
    assert states[1] == "deployed", states
    assert states[0] in ("deployed", "superseded"), states
    public = stand.public()
    assert {p: public[p] for p in site(3)} == site(3)
    assert "new-2/index.html" not in public
    assert not list(dead_links(public))
