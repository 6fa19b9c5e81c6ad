"""``publish build`` where nothing changed: the same words, and no process left behind."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from publish.post import stamps
from tests.cli.terminal import publish

CONF = 'SITENAME = "Small"\nSITEURL = "https://small.example"\nTIMEZONE = "UTC"\nPATH = "content"\n'
POST = "Title: Good\nDate: 2026-01-02\nCategory: Career\nSlug: good\nSummary: Fine.\n\nWords.\n"
LEFT = """\
import os, sys
from pathlib import Path
from publish.cli import run
from publish.site import snapshot
snapshot.MANY = int(os.environ.get("MANY", snapshot.MANY))
code = run(sys.argv[1:])
left = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
print(code, len(left))
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """A built site."""
    (tmp_path / "content").mkdir()
    (tmp_path / "content/good.md").write_text(POST)
    (tmp_path / "pelicanconf.py").write_text(CONF)
    done = publish("build", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path


def test_the_quick_answer_is_the_commands_own(small: Path):
    quick, slow = publish("build", cwd=small), publish("build", "-v", cwd=small)
    assert (quick.returncode, slow.returncode) == (0, 0)
    assert quick.stdout == slow.stdout
    assert quick.stdout.startswith(f"{small}/output: 0 written, 0 removed, ")


@pytest.mark.parametrize("args", [[], ["--full"]])
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_words_that_cannot_be_written_are_one_line(
    small: Path, args: list[str], unbuffered: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
    command = [sys.executable, "-m", "publish", "build", *args]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, cwd=small, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    assert done.stderr == "error: No space left on device — fix that, then run this again\n"


@pytest.mark.parametrize("streams", [">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("args", [[], ["--full"]])
def test_a_build_whose_streams_are_closed_is_done(small: Path, args: list[str], streams: str):
    printing = "import os, sys\nos.write(2, b'noise')\nos.write(1, b'noise')\n"
    settings = small / "pelicanconf.py"
    settings.write_text(settings.read_text() + (printing if args else ""))
    command = [sys.executable, "-m", "publish", "build", *args]
    closed = ["sh", "-c", f'"$@" {streams}', "sh", *command]
    done = subprocess.run(closed, cwd=small, capture_output=True, text=True)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
    assert "noise" not in (small / ".publish/lock").read_text()


def test_a_file_of_somebody_elses_is_reported_every_time(small: Path):
    (small / "output/theirs.txt").write_text("mine")
    (small / "content/good.md").write_text(POST + "\nMore.\n")
    for _ in range(2):
        assert "theirs.txt: not written by publish" in publish("build", cwd=small).stderr


def test_colours_make_nothing_stale(small: Path, monkeypatch: pytest.MonkeyPatch):
    seen = set()
    for value in ("", "1"):
        monkeypatch.setenv("NO_COLOR", value)
        seen.add(stamps.environment_digest(str(small)))
    assert len(seen) == 1


@pytest.mark.parametrize("args", [[], ["--jobs", "0"]])
def test_a_build_that_ends_early_leaves_no_process(small: Path, args: list[str]):
    (small / "pelicanconf.py").write_text("1 / 0\n")
    command = [sys.executable, "-c", LEFT, "build", *args]
    done = subprocess.run(command, cwd=small, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2", "0"], done.stderr


def test_a_large_output_is_compared_in_a_fork(small: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("MANY", "1")
    command = [sys.executable, "-c", LEFT, "build"]

    def built() -> list[str]:
        done = subprocess.run(command, cwd=small, capture_output=True, text=True, check=True)
        return done.stdout.split()

    built()  # the environment has changed
    quick = built()
    assert quick[1:5] == ["0", "written,", "0", "removed,"]
    assert quick[-2:] == ["0", "0"]
    for path, text in (("output/good.html", "gone"), ("content/good.md", POST + "More.\n")):
        (small / path).write_text(text)
        assert built()[1] != "0"
        assert built()[1] == "0"
