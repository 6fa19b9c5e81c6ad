"""Whatever a site, its theme and its plugins do, and however it is edited: an incremental build
leaves what a clean build leaves, which is what stock Pelican makes, byte for byte."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from publish.errors import Refused
from tests.site.laws import walked
from tests.site.laws_clock import Clock
from tests.site.laws_exhibits import EXHIBITS, museum
from tests.site.laws_scenes import SCENES, Scene, site
from tests.site.laws_site import Lab, differences, post, tree

BUILD = "import sys; from publish.settings import load; from publish.site.build import build; \
build(load(sys.argv[1]))"


def started(lab: Lab) -> subprocess.Popen[bytes]:
    """A build in a process of its own."""
    clock = os.environ.get("PYTHONPATH", "").partition(os.pathsep)[0]
    return subprocess.Popen(
        [sys.executable, "-c", BUILD, str(lab.conf)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, (clock, *sys.path)))},
    )


def family(process: int) -> list[int]:
    """A process and all that it started."""
    try:
        found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        return []
    return [process, *(one for child in found for one in family(int(child)))]


@pytest.mark.parametrize("seed", [3, 5])
def test_any_edit_of_any_site_leaves_what_stock_pelican_makes(tmp_path: Path, seed: int):
    """The long run of the same: ``python -m tests.site.laws --seeds 1000``."""
    walked(tmp_path / "site", seed, 6)


@pytest.fixture(scope="module")
def exhibition(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What is wrong with each exhibit's pages, before and after the edit; ``""`` if nothing is."""
    before, after = museum(EXHIBITS)
    lab = Lab(tmp_path_factory.mktemp("museum") / "site", before)
    wrong: dict[str, str] = dict.fromkeys((e.name for e in EXHIBITS), "")
    for edit in ({}, after):
        lab.apply(edit)
        _, wanted = lab.both()
        for name in wrong:
            pages = {n for n in wanted if n.startswith(name.replace("_", "-"))}
            assert pages, name
            found = {n: data for n, data in lab.tree.items() if n in pages}
            wrong[name] += differences(found, {n: wanted[n] for n in pages})
    return wrong


@pytest.mark.parametrize("exhibit", [e.name for e in EXHIBITS])
def test_a_page_shows_what_it_shows_in_stock_pelican(exhibition: dict[str, str], exhibit: str):
    assert not exhibition[exhibit], exhibition[exhibit]


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_site_that_is_hard_to_remember_is_built_right(tmp_path: Path, scene: Scene):
    lab = Lab(tmp_path / "site", scene.files)
    for number, edit in enumerate(({}, *scene.edits)):
        lab.apply(edit)
        _, wanted = lab.both()
        assert not (wrong := differences(lab.tree, wanted)), f"after edit {number}:\n{wrong}"


def test_a_page_that_prints_the_clock_is_made_at_every_build(tmp_path: Path):
    lab = Lab(tmp_path / "site", site(templates={"article": "{{ article.date.now() }}"}))
    lab.build()
    old = lab.tree["one/index.html"]
    lab.apply(post("two", 2, "Another."))
    lab.build()
    assert lab.tree["one/index.html"] != old


def test_pages_are_skipped_and_nothing_is_written_that_does_not_differ(tmp_path: Path):
    lab = Lab(tmp_path / "site", site(templates={"base": ""}))
    for number in range(20):
        lab.apply(post(f"more-{number}", 10 + number))
    whole = lab.build()
    pages = [n for n in lab.tree if n.endswith(".html")]
    assert (whole.rendered, len(whole.written)) == (len(pages), len(lab.tree))
    old = lab.tree
    lab.apply(post("one", 1, "Another body."))
    done = lab.build()
    # Feeds are written anew each time; of all pages, the post's alone is rendered.
    assert done.rendered == 1
    assert set(done.written) == {n for n, data in lab.tree.items() if old.get(n) != data}
    stamps = {n: (lab.output / n).stat().st_mtime_ns for n in lab.tree}
    again = lab.build()
    assert (again.rendered, again.written) == (0, ())
    assert {n: (lab.output / n).stat().st_mtime_ns for n in lab.tree} == stamps


def test_killed_at_any_moment_the_next_build_finishes(tmp_path: Path):
    chance = random.Random(6)
    lab = Lab(tmp_path / "site", site())
    began = time.monotonic()
    started(lab).communicate(timeout=60)
    whole = time.monotonic() - began
    for number in range(6):
        lab.apply(post("one", 1, f"Edit {number}.") | post(f"new-{number}", 10 + number))
        build = started(lab)
        time.sleep(chance.uniform(0.2, 1.1) * whole)
        victims = family(build.pid)
        # The process that waits, the one that renders, or all of them.
        for victim in (victims[:1], victims[1:] or victims, victims)[number % 3]:
            try:
                os.kill(victim, signal.SIGKILL)
            except ProcessLookupError:
                continue
        build.communicate()
        if number % 2:
            assert not (wrong := differences(_built(lab), lab.stock())), wrong
    assert not (wrong := differences(_built(lab), lab.stock())), wrong
    assert not (wrong := differences(lab.tree, lab.clean())), wrong


def _built(lab: Lab) -> dict[str, bytes]:
    lab.build()
    return lab.tree


def test_two_builds_at_once_leave_what_one_leaves(tmp_path: Path):
    lab = Lab(tmp_path / "site", site())
    lab.build()
    lab.apply(post("one", 1, "Edited."))
    first = started(lab)
    time.sleep(0.1)
    lab.apply(post("two", 2, "Edited too."))
    second = started(lab)
    for build in (first, second):
        _, err = build.communicate(timeout=60)
        assert build.returncode == 0, err.decode()
    assert not (wrong := differences(lab.tree, lab.stock())), wrong


def test_damaged_memories_cost_time_and_nothing_else(tmp_path: Path):
    chance = random.Random(7)
    lab = Lab(tmp_path / "site", site())
    lab.build()
    wanted, memory = lab.stock(), lab.root / ".publish"
    for number in range(16):
        files = sorted(f for f in memory.rglob("*") if f.is_file() and f.name != "lock")
        path = files[number % len(files)]
        data = bytearray(path.read_bytes())
        how = chance.choice(("flip", "flip", "cut", "gone", "empty"))
        if how == "flip":
            for _ in range(chance.choice((1, 1, 8))):
                data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data[: chance.randrange(len(data))] if how == "cut" else data)
        if how in ("gone", "empty"):
            path.write_bytes(b"") if how == "empty" else path.unlink()
        # Back and forth: what was remembered of the first state fits the third.
        for body in (f"Edit {number}.", ""):
            lab.apply(post("one", 1, body))
            lab.build()
        wrong = differences(lab.tree, wanted)
        assert not wrong, f"{path.name}, {how}, number {number}:\n{wrong}"


def test_two_posts_at_one_address_are_refused_and_then_mended(tmp_path: Path):
    lab = Lab(tmp_path / "site", site())
    lab.build()
    old = lab.tree
    lab.apply(post("two", 2, Slug="one"))
    with pytest.raises(Refused):
        lab.build()
    assert tree(lab.output) == old
    lab.apply(post("two", 2, Slug="another"))
    _, wanted = lab.both()
    assert not (wrong := differences(lab.tree, wanted)), wrong


def test_another_clock_and_another_time_zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The clock is set forward for both, past the moment of a scheduled post, and back."""
    clock = Clock(tmp_path, monkeypatch)
    files = site(
        'DATE_FORMATS = {"en": "%d %B %Y %H:%M"}',
        templates={"article": "{{ article.locale_date }} {{ article.date.now().date() }}"},
    )
    lab = Lab(tmp_path / "site", files | post("later", 3, Date="2031-05-01 10:00"))
    for days in (0, 1, 40, 6_000, 2):
        clock.forward(days)
        _, err = started(lab).communicate(timeout=60)
        wrong = differences(lab.tree, lab.stock())
        assert not wrong, f"{days} days on:\n{wrong}\n{err.decode()}"
        assert ("later/index.html" in lab.tree) == (days == 6_000)
    for zone in ("Asia/Tokyo", "America/Anchorage"):
        monkeypatch.setenv("TZ", zone)
        _, wanted = lab.both()
        assert not (wrong := differences(lab.tree, wanted)), f"in {zone}:\n{wrong}"
