"""Buckets: lost answers, false refusals, stores that ignore conditions, media types."""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from publish.deploy import targets
from publish.deploy.deploy import Stopped
from publish.deploy.release import Hold, Record
from publish.deploy.targets import Raced, s3
from publish.errors import ConfigError, Exit
from tests.deploy import faults as played
from tests.deploy import rigs
from tests.deploy import stand as stands
from tests.deploy.conftest import Rigs
from tests.deploy.faults import Faults
from tests.deploy.stand import Stand, dead_links, site

NUMBERS = itertools.count(1)


@pytest.fixture
def faults(servers: Rigs) -> Iterator[Faults]:
    with played.between(servers.buckets) as found:
        yield found


@pytest.fixture
def stand(servers: Rigs, faults: Faults, tmp_path: Path) -> Stand:
    stand = stands.make("s3", servers, tmp_path, f"faulty-{next(NUMBERS)}")
    stand.options["endpoint"] = faults.url
    return stand


def outcome(stand: Stand, source: str, second: int) -> tuple[Exit, str]:
    """The exit code and the state that a deploy ends in."""
    try:
        return Exit.OK, stand.deploy(source, second).state
    except Stopped as stop:
        return stop.code, stop.outcome.state


def test_a_fault_at_any_request_leaves_a_whole_site_and_the_next_run_mends_it(
    stand: Stand, faults: Faults
):
    old = site(1)
    stand.build(old)
    stand.deploy("a0001", 1)
    kinds = itertools.cycle(["lost", "reset", "500", "409", "412", "503"])
    for number in range(2, 10):
        new = site(number)
        stand.build(new)
        faults.asked.clear()
        at = 1 + (number - 2) * 6 + (number % 3)
        faults.script = {at: next(kinds)}
        code, state = outcome(stand, f"a{number:04}", number)
        assert (code, state) in [(Exit.OK, "live"), (Exit.NOTHING_SENT, state)], faults.script
        assert not list(dead_links(stand.public())), faults.script
        reached = len(faults.asked) >= at
        faults.script = {}
        assert stand.deploy(f"a{number:04}", number).state in ("live", "unchanged"), at
        public = stand.public()
        assert {p: public[p] for p in new} == new
        old = new
        if not reached:
            break


def test_a_claim_whose_answer_was_lost_is_still_ours(stand: Stand, faults: Faults):
    stand.build(site(1))
    stand.deploy("a1", 1)
    place = next(n for n, asked in enumerate(faults.asked, 1) if ".claim" in asked)
    faults.asked.clear()
    stand.build(site(2))
    faults.script = dict.fromkeys(range(place - 1, place + 2), "lost")
    assert stand.deploy("a2", 2).state == "live"


def test_a_bucket_that_ignores_conditions_is_refused_unless_the_settings_take_it(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
):
    real = s3.obstore.put

    def careless(store: object, path: str, data: bytes, **how: object) -> object:
        how.pop("mode", None)
        return real(store, path, data, **how)

    monkeypatch.setattr(s3.obstore, "put", careless)
    stand.build(site(1))
    with pytest.raises(Stopped, match="ignores conditions") as refusal:
        stand.deploy("a1")
    assert refusal.value.code == Exit.USAGE
    assert stand.listed() == []
    stand.options["lock"] = False
    out = stand.deploy("a1")
    assert out.state == "live"
    assert "nothing keeps two deploys apart" in out.warnings[0]


@pytest.mark.parametrize(
    ("fault", "code", "says"),
    [
        ("skew", Exit.USAGE, "this machine's clock is"),
        ("denied", Exit.USAGE, "may not do this"),
        ("reset", Exit.NOTHING_SENT, "run it again"),
    ],
)
def test_what_the_store_refuses_is_one_line_without_a_secret(
    stand: Stand, faults: Faults, fault: str, code: Exit, says: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(s3, "RETRIES", 0)
    faults.always = fault
    stand.build(site(1))
    with pytest.raises(Stopped) as refusal:
        stand.deploy("a1")
    line = str(refusal.value)
    assert refusal.value.code == code
    assert says in line
    assert rigs.SECRET not in line
    assert "\n" not in line
    assert not any(
        rigs.SECRET in f"{asked} {head}"
        for asked, head in zip(faults.asked, faults.heads, strict=True)
    )


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("endpoint", "storage.example.org"),
        ("endpoint", "http://a b"),
        ("endpoint", 3),
        ("bucket", "a b"),
        ("bucket", "a/b"),
        ("region", "eu\nwest"),
    ],
)
def test_settings_that_make_no_address_are_reported_before_the_library_ends_the_process(
    stand: Stand, option: str, value: object
):
    stand.options[option] = value
    with pytest.raises(ConfigError, match=rf'\["{option}"\]: must be'):
        targets.make(stand.place())


def test_a_key_is_taken_without_its_line_end(stand: Stand, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", f"{rigs.KEY}\n")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", f" {rigs.SECRET}\r\n")
    stand.options["prefix"] = "/blog/"
    stand.build(site(1))
    assert stand.deploy("a1", verify=0).state == "deployed"
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", f"{rigs.SECRET}\nmore")
    with pytest.raises(ConfigError, match="AWS_SECRET_ACCESS_KEY is no key") as refusal:
        targets.make(stand.place())
    assert rigs.SECRET not in str(refusal.value)


def test_a_bucket_that_is_not_there_is_a_wrong_setting(stand: Stand):
    stand.options["bucket"] = "absent-bucket"
    stand.build(site(1))
    with pytest.raises(Stopped, match=r"there is no bucket absent-bucket at .* — check the") as no:
        stand.deploy("a1")
    assert no.value.code == Exit.USAGE


def test_without_a_key_the_machine_is_not_taken_for_one_of_amazons(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
):
    said = "Error performing PUT http://169.254.169.254/latest/api/token: timed out"

    def asks(*_: object, **__: object) -> None:
        raise OSError(said)

    monkeypatch.setattr(s3.obstore, "list", asks)
    with pytest.raises(ConfigError, match="AWS_ACCESS_KEY_ID is not set"):
        targets.make(stand.place()).read()


def test_each_file_goes_up_with_its_type_and_caching(stand: Stand, servers: Rigs):
    stand.build(site(1))
    stand.deploy("a1")
    for path, (type_, cache) in {
        "index.html": ("text/html; charset=utf-8", "public, max-age=0, must-revalidate"),
        "feeds/all.rss.xml": ("application/rss+xml; charset=utf-8", "public, max-age=300"),
        "publish-release.json": ("application/json", "no-store"),
        next(p for p in site(1) if p.startswith("pic")): (
            "image/jpeg",
            "public, max-age=31536000, immutable",
        ),
        "theme/site.css": ("text/css; charset=utf-8", "public, max-age=3600"),
    }.items():
        with urlopen(f"{servers.buckets}/{stand.name}/{path}") as answer:
            found = answer.headers["Content-Type"], answer.headers["Cache-Control"]
        assert found == (type_, cache), path


def test_a_claim_of_another_machine_is_waited_for_until_it_is_too_old(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
):
    stand.build(site(1))
    stand.deploy("a1")
    other = stand.other()
    other.build(site(2))
    place = other.place()
    target = s3.S3(place)
    with target.claim(other.release("a2", 1), 1):
        target.done = True  # As a process that dies: nothing says that the claim is over.
    stand.build(site(3))
    with pytest.raises(Stopped, match="another deploy is at work") as busy:
        stand.deploy("a3", 2, patience=1)
    assert busy.value.code == Exit.NOTHING_SENT
    monkeypatch.setattr(s3, "LEASE", -1.0)
    assert stand.deploy("a3", 3).state == "live"


def test_a_claim_of_a_run_that_died_before_its_next_claim_is_taken_over_at_once(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
):
    for number in (1, 2):
        stand.build(site(number))
        stand.deploy(f"a{number}", number)
    died = s3.S3(stand.place())
    with monkeypatch.context() as patch, died.claim(stand.release("a2"), 1):
        died.done = True  # As a process that dies: nothing says that the claim is over.
        patch.setattr(died, "_create", lambda *_: False)
        with pytest.raises(Raced):
            died.begin(Record(hold=Hold("r", "a2", "q")))
    assert stand.back(patience=0).state == "live"


def test_claims_and_records_of_long_ago_go(stand: Stand, servers: Rigs):
    kept = []
    for number in range(1, 9):
        stand.build(site(number))
        stand.deploy(f"a{number}", number, verify=0)
        names = s3.S3(stand.place())._names()
        kept.append(len(names))
        assert max(names)[0] == number
    assert kept == [2, 4, 6, 8, 10, 10, 10, 10]
    assert stand.back().state == "live"


def test_without_its_library_a_bucket_says_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "obstore", None)
    monkeypatch.delitem(sys.modules, "publish.deploy.targets.s3")
    with pytest.raises(ConfigError, match="needs obstore — install it: pip install") as refusal:
        importlib.import_module("publish.deploy.targets.s3")
    assert refusal.value.code == Exit.USAGE
