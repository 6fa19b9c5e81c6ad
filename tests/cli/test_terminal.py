"""How the command speaks: what goes where, in which colour, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from publish.cli import run
from publish.cli.terminal import Terminal
from tests.cli.terminal import publish
from tests.newsletter.stand import make_site


def test_results_go_to_standard_output_and_the_rest_beside_it(capsys: pytest.CaptureFixture[str]):
    terminal = Terminal()
    terminal.out("result")
    terminal.good("done")
    terminal.note("on the way")
    terminal.warn("look")
    terminal.detail("not asked for")
    Terminal.error("broken")
    told = capsys.readouterr()
    assert told.out == "result\ndone\n"
    assert told.err == "on the way\nwarning: look\nerror: broken\n"


def test_quiet_leaves_the_result_and_verbose_adds(capsys: pytest.CaptureFixture[str]):
    Terminal(quiet=True).note("on the way")
    Terminal(verbose=True).detail("in detail")
    assert capsys.readouterr().err == "in detail\n"


def test_json_is_readable_and_keeps_letters(capsys: pytest.CaptureFixture[str]):
    Terminal().json({"title": "Mühe — 薬"})
    told = capsys.readouterr().out
    assert json.loads(told) == {"title": "Mühe — 薬"}
    assert "薬" in told


def test_progress_is_silent_where_nobody_looks(capsys: pytest.CaptureFixture[str]):
    terminal = Terminal()
    for _ in range(3):
        terminal.progress("working")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("how", ["flag", "environment", "pipe"])
def test_no_colour_where_it_is_not_wanted(tmp_path: Path, how: str):
    make_site(tmp_path)
    words = ["status", "--no-color"] if how == "flag" else ["status"]
    done = publish(*words, cwd=tmp_path, env={"NO_COLOR": "1"} if how == "environment" else {})
    assert done.returncode == 0
    assert "\x1b[" not in done.stdout + done.stderr


def test_ctrl_c_ends_with_130_and_no_traceback(tmp_path: Path):
    make_site(tmp_path)
    child = subprocess.Popen(
        [sys.executable, "-u", "-m", "publish", "sandbox", "serve"], cwd=tmp_path, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ),
    )  # fmt: skip
    assert child.stdout is not None
    assert "inbox" in child.stdout.readline()
    time.sleep(0.2)
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=20)
    assert child.returncode == 130
    assert "interrupted" in said
    assert "Traceback" not in said


def test_a_reader_that_goes_away_is_no_failure(tmp_path: Path):
    make_site(tmp_path)
    piped = f"{sys.executable} -m publish --help | head -1"
    done = subprocess.run(["bash", "-c", piped], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)


def test_a_disk_that_is_full_is_one_line(monkeypatch, capsys: pytest.CaptureFixture[str]):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "output/index.html")

    monkeypatch.setattr("publish.cli.group.group.main", full)
    assert run(["build"]) == 1
    said = capsys.readouterr().err
    assert (
        said
        == "error: output/index.html: No space left on device — mend that, then run this again\n"
    )


def test_help_and_version_end_with_0():
    for words in (["--help"], ["--version"], ["send", "--help"], ["sandbox", "serve", "--help"]):
        done = publish(*words)
        assert (done.returncode, done.stderr) == (0, "")
    assert publish().returncode == 2
