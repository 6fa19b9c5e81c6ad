"""A job counts when its work is in the output, and not otherwise."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks import installed, peers
from benchmarks.__main__ import main
from benchmarks.compare import compare
from benchmarks.corpus import post
from benchmarks.jobs import BUILDS, preview
from benchmarks.measure import Failed, environment, run
from benchmarks.peers import Peer
from tests.benchmarks.conftest import Fake

Make = Callable[..., Fake]


@pytest.mark.parametrize("job", BUILDS)
def test_a_job_that_is_done_is_measured(fake: Make, job: str):
    spent = BUILDS[job](fake())
    assert spent.wall > 0
    assert spent.memory > 1


@pytest.mark.parametrize("job", [job for job in BUILDS if job not in ("cold", "noop")])
def test_a_job_that_a_generator_sleeps_through_does_not_count(fake: Make, job: str):
    with pytest.raises(Failed, match="small: "):
        BUILDS[job](fake().forget_to("everything"))


def test_a_cold_build_leaves_nothing_of_the_one_before(fake: Make):
    site = fake()
    (site.output / "old.html").write_text("old", encoding="utf-8")
    BUILDS["cold"](site)
    assert not (site.output / "old.html").exists()


@pytest.mark.parametrize(
    ("job", "forgotten"),
    [
        ("add", "index.html"),
        ("add", "feeds"),
        ("edit", "posts"),
        ("template", "index.html"),
        ("template", "posts"),
        ("add", "posts"),
    ],
)
def test_every_place_a_change_must_show_is_looked_at(fake: Make, job: str, forgotten: str):
    site = fake()
    with pytest.raises(Failed):
        BUILDS[job](site.forget_to(forgotten))


@pytest.mark.parametrize("lost", ["posts/{}/index.html", "index.html", "sitemap.xml"])
def test_a_build_that_loses_a_page_does_not_count(fake: Make, lost: str):
    site = fake()
    name = lost.format(site.post(2).slug)
    (site.output / name).unlink()
    with pytest.raises(Failed, match="was not built"):
        BUILDS["noop"](site.forget_to(name))


def test_posts_are_added_one_after_the_other(fake: Make):
    site = fake()
    BUILDS["add"](site)
    BUILDS["add"](site)
    assert site.posts == 6
    BUILDS["noop"](site)


def test_a_preview_is_timed_from_saving_to_served(fake: Make):
    found = preview(fake(), 1)
    assert len(found) == 1
    assert 0 < found[0] < 60


def test_a_preview_that_ends_does_not_count(fake: Make):
    with pytest.raises(Failed, match=r"the preview ended with 1.*forgot how"):
        preview(fake(serve=(sys.executable, "-c", "import sys; sys.exit('I forgot how')")), 1)


def test_a_generator_that_fails_says_what_it_said(fake: Make):
    site = fake().forget_to("how")
    with pytest.raises(Failed, match="ended with 1: I forgot how"):
        site.build()


def test_what_would_make_runs_differ_does_not_reach_a_generator(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MAILCHIMP_API_KEY", "secret")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert not {"MAILCHIMP_API_KEY", "PYTHONDONTWRITEBYTECODE"} & environment().keys()


def test_the_memory_is_that_of_the_largest_process(tmp_path: Path):
    script = "x = bytes(range(256)) * (4096 * 200)"  # 200 MB
    inner = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {script!r}])"
    spent = run((sys.executable, "-c", inner), tmp_path)
    assert 200 <= spent.memory < 400


def test_tools_are_compared_in_rounds_and_one_that_fails_is_left_out(peer: Peer, tmp_path: Path):
    said: list[str] = []
    measured = compare([peer], 2, ["noop", "edit"], 2, tmp_path / "work", said.append)
    assert [(one.job, len(one.seconds)) for one in measured] == [("noop", 2), ("edit", 2)]
    (peers.SITES / peer.site / "forgets").write_text("feeds", encoding="utf-8")
    measured = compare([peer], 3, ["noop", "edit"], 1, tmp_path / "work", said.append)
    assert [(one.job, len(one.seconds)) for one in measured] == [("edit", 1)]
    assert any(line.startswith("noop does not count: small: feeds") for line in said)


# ---- the site and the command, with the small generator


def test_a_site_has_its_posts_by_year_and_all_pictures_a_post_may_show(fake: Make):
    site = fake()
    files = sorted((site.folder / "content/posts").rglob("*.md"))
    assert len(files) == 4
    assert all(re.fullmatch(r"20\d\d", file.parent.name) for file in files)
    shown = re.findall(r"\(/images/([\w.-]+)\)", "".join(post(n, 90).body for n in range(90)))
    assert shown
    assert all((site.folder / "content/images" / name).is_file() for name in shown)


def test_what_a_build_left_is_forgotten_and_nothing_else(fake: Make):
    site = fake()
    (site.folder / "nothing").mkdir()
    site.forget()
    assert not (site.folder / "nothing").exists()
    assert not site.output.exists()
    assert (site.folder / "content/posts").is_dir()
    site.forget()


def test_a_template_without_a_place_for_a_mark_is_said(fake: Make):
    site = fake()
    site.mark_template("one")
    site.mark_template("two")
    assert "Edition two" in (site.folder / "base.html").read_text(encoding="utf-8")
    (site.folder / "base.html").write_text("<p>Nothing</p>", encoding="utf-8")
    with pytest.raises(Failed, match=r"base\.html has no place"):
        site.mark_template("three")


@pytest.fixture
def command(
    peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, Path]]:
    """Runs the command in an empty folder with two small generators, of which one may fail."""

    def call(*arguments: str, other: Peer = peer) -> tuple[int, Path]:
        folder = tmp_path / "called"
        folder.mkdir()
        monkeypatch.chdir(folder)
        rival = dataclasses.replace(other, name="rival")
        monkeypatch.setattr(installed, "find", lambda *_: [peer, rival])
        monkeypatch.setattr(installed, "version", lambda one: "1.2")
        return main(["--n", "2", "--rounds", "1", *arguments]), folder

    return call


def test_what_was_asked_for_is_written_and_nothing_else(command: Any, capsys: Any):
    code, folder = command("--jobs", "noop,edit", "--json", "all.json", "--plot", "bars.svg")
    assert code == 0
    assert sorted(file.name for file in folder.iterdir()) == ["all.json", "bars.svg"]
    figures = json.loads((folder / "all.json").read_text(encoding="utf-8"))
    assert [(one["job"], one["tool"]) for one in figures["results"]] == [
        ("noop", "small"),
        ("noop", "rival"),
        ("edit", "small"),
        ("edit", "rival"),
    ]
    assert figures["command"] == (
        "python -m benchmarks --n 2 --rounds 1 --jobs noop,edit --json all.json --plot bars.svg"
    )
    said = capsys.readouterr()
    assert "| nothing changed | 2 |" in said.out
    assert "edit, 2 posts" in said.err


def test_a_tool_that_fails_is_a_dash_and_the_end_is_1(command: Any, peer: Peer, capsys: Any):
    broken = dataclasses.replace(peer, build=(sys.executable, "-c", ""))
    code, folder = command("--jobs", "cold", other=broken)
    assert code == 1
    said = capsys.readouterr()
    assert "cold does not count: rival: posts/" in said.err
    row = next(line for line in said.out.splitlines() if line.startswith("| everything"))
    assert row.endswith("| – |")
    assert not list(folder.iterdir())
