"""The command's output: streams, colours and exit codes."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from publish.cli import run
from publish.cli.terminal import Terminal
from tests.cli.terminal import publish
from tests.newsletter.stand import make_site, put_post


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


class Screen(io.StringIO):
    """What a terminal shows of a stream."""

    def isatty(self) -> bool:
        return True


def watched(root: Path, *words: str) -> tuple[int, str]:
    """Exit code and output of a command that is run in a terminal."""
    with chdir(root), redirect_stdout(screen := Screen()), redirect_stderr(screen):
        return run(list(words)), screen.getvalue()


@pytest.mark.parametrize(
    ("words", "code"),
    [("sandbox reset", 0), ("check", 0), ("check nowhere.md", 2), ("build", 0), ("new", 2)],
)
def test_a_terminal_shows_colours_unless_they_are_not_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, code: int
):
    make_site(tmp_path)
    put_post(tmp_path, "dose")
    for how in ("", "--no-color", "NO_COLOR"):
        monkeypatch.setenv("NO_COLOR", "1" if how == "NO_COLOR" else "")
        done, shown = watched(tmp_path, *words.split(), *([how] if how.startswith("--") else []))
        assert (done, "\x1b[" in shown) == (code, how == ""), shown
        assert shown.strip()


@pytest.mark.parametrize(
    ("encoding", "shown"), [("latin-1", "?Rest?"), ("cp1252", "“Rest”"), ("ascii", "“Rest”")]
)
def test_an_output_that_lacks_a_letter_gets_a_sign_for_it(
    tmp_path: Path, encoding: str, shown: str
):
    make_site(tmp_path)
    put_post(tmp_path, "dose", Title="Rest", days=400)
    command = [sys.executable, "-m", "publish", "status", "dose"]
    env = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    # click takes ASCII for a mistake, and writes UTF-8.
    text = done.stdout.decode("utf-8" if encoding == "ascii" else encoding)
    assert text.startswith(f"dose {shown}: not sent")
    assert b"Traceback" not in done.stderr


def test_a_pipe_gets_no_colours(tmp_path: Path):
    make_site(tmp_path)
    done = publish("sandbox", "reset", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "the sandbox is as new\n")


def test_progress_is_one_line_that_the_next_replaces_and_a_result_clears(
    monkeypatch: pytest.MonkeyPatch,
):
    clock = [0.0]
    monkeypatch.setattr("publish.cli.terminal.time.monotonic", lambda: clock[0])
    with redirect_stdout(out := Screen()), redirect_stderr(err := Screen()):
        terminal = Terminal()
        for second in (10.0, 10.5, 11.5, 12.0):
            clock[0] = second
            terminal.progress(f"at {second}")
        assert err.getvalue() == "\r\x1b[Kat 11.5 …\r\x1b[Kat 12.0 …"
        terminal.out("done")
        assert err.getvalue().endswith("…\r\x1b[K")
        # The next piece of work has its own first second.
        terminal.progress("more")
        assert err.getvalue().endswith("…\r\x1b[K")
        Terminal(quiet=True).progress("quiet")
    assert out.getvalue() == "done\n"
    assert "quiet" not in err.getvalue()


@pytest.mark.parametrize(
    ("words", "first", "code"),
    [("sandbox serve", "inbox", 130), ("desk --no-open --port 0", "desk", 0)],
)
def test_ctrl_c_ends_with_130_and_no_traceback_and_closes_the_desk(
    tmp_path: Path, words: str, first: str, code: int
):
    make_site(tmp_path)
    child = subprocess.Popen(
        [sys.executable, "-u", "-m", "publish", *words.split()],
        cwd=tmp_path,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=dict(os.environ),
    )
    assert child.stdout is not None
    assert first in child.stdout.readline()
    time.sleep(0.2)
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=20)
    assert child.returncode == code
    assert ("interrupted" in said) == bool(code)
    assert "Traceback" not in said


STOPPED_EARLY = """
import os, signal, sys

class Stopping:
    def find_spec(self, name, *rest):
        if name == "click":
            os.kill(os.getpid(), signal.{})

signal.signal(signal.SIGHUP, signal.{})
sys.meta_path.insert(0, Stopping())
from publish.cli import main
main(["--help"])
"""
"""A command that is stopped while its modules are imported."""


@pytest.mark.parametrize(
    ("stop", "hangup", "code"),
    [
        ("SIGINT", "SIG_DFL", 130),
        ("SIGTERM", "SIG_DFL", 130),
        ("SIGHUP", "SIG_DFL", 130),
        ("SIGHUP", "SIG_IGN", 0),
    ],
)
def test_a_command_that_is_stopped_as_it_begins_says_so_in_one_line(
    stop: str, hangup: str, code: int
):
    words = [sys.executable, "-c", STOPPED_EARLY.format(stop, hangup)]
    done = subprocess.run(words, capture_output=True, text=True)
    said = "error: interrupted — run it again; nothing will be sent twice\n" if code else ""
    assert (done.returncode, done.stderr) == (code, said)


def test_a_reader_that_goes_away_is_no_failure(tmp_path: Path):
    make_site(tmp_path)
    piped = f"{sys.executable} -m publish --help | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", piped], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


UNREAD = {
    "--help": 0, "": 2, "where plugins": 0, "new Calm": 0, "check": 1, "check --json": 1,
    "status --json": 0,
}  # fmt: skip
"""Commands and how they end where all is well."""


@pytest.mark.parametrize("words", UNREAD)
@pytest.mark.parametrize("out", ["/dev/full", "pipe", "closed"])
def test_a_command_whose_words_cannot_be_written_is_carried_out(
    tmp_path: Path, words: str, out: str
):
    make_site(tmp_path)
    (tmp_path / "content/posts/wrong.md").write_text("Title: Wrong\nDate: never\n\nTK\n")
    command = f"{sys.executable} -m publish {words}"
    how = {"/dev/full": ">/dev/full", "closed": ">&-"}.get(out, "| true; exit ${PIPESTATUS[0]}")
    done = subprocess.run(
        ["bash", "-c", f"{command} {how}"], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    full = "error: No space left on device — fix that, then run this again\n"
    silent = out != "/dev/full" or UNREAD[words] == 2  # usage is told on standard error
    assert done.returncode == (UNREAD[words] if silent else 1), done.stderr
    assert done.stderr.endswith(full) is not silent
    assert "Traceback" not in done.stderr
    assert "Broken pipe" not in done.stderr
    assert bool(list(tmp_path.rglob("calm.md"))) == (words == "new Calm")


def test_a_letter_whose_result_cannot_be_written_may_be_out(tmp_path: Path):
    make_site(tmp_path)
    put_post(tmp_path, "dose")
    command = f"{sys.executable} -m publish send --yes >/dev/full"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True)
    full = "error: No space left on device — fix that, then run this again\n"
    assert (done.returncode, done.stderr.endswith(full)) == (4, True), done.stderr
    assert ", 1 reader mailed" in publish("status", cwd=tmp_path).stdout


def test_notes_that_cannot_be_written_end_nothing(tmp_path: Path):
    make_site(tmp_path)
    for words, code in (("new Calm", 0), ("doctor --nonsense", 2), ("check no-such.md", 2)):
        command = f"{sys.executable} -m publish {words} 2>/dev/full"
        done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True)
        assert done.returncode == code, done.stdout


def test_a_connection_that_breaks_is_one_line(monkeypatch, capsys: pytest.CaptureFixture[str]):
    def broken(*_: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr("publish.cli.group.group.invoke", broken)
    assert run(["deploy"]) == 1
    told = "error: the other side closed the connection — run this again\n"
    assert capsys.readouterr() == ("", told)


def test_a_disk_that_is_full_is_one_line(monkeypatch, capsys: pytest.CaptureFixture[str]):
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "output/index.html")

    monkeypatch.setattr("publish.cli.group.group.main", full)
    assert run(["build"]) == 1
    said = capsys.readouterr().err
    assert (
        said
        == "error: output/index.html: No space left on device — fix that, then run this again\n"
    )


def test_help_and_version_end_with_0():
    for words in (["--help"], ["--version"], ["send", "--help"], ["sandbox", "serve", "--help"]):
        done = publish(*words)
        assert (done.returncode, done.stderr) == (0, "")
    assert publish().returncode == 2
