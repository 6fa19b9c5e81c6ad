"""The author's own editor, at the line."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from publish.desk import editor
from publish.errors import ConfigError

FILE = Path("/blog/content/posts/a post.md")


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("code", ["code", "--goto", f"{FILE}:18"]),
        ("/opt/sublime/subl", ["/opt/sublime/subl", f"{FILE}:18"]),
        ("bbedit", ["bbedit", "+18", str(FILE)]),
        ("code --new-window", ["code", "--new-window", "--goto", f"{FILE}:18"]),
        ("my-editor", ["my-editor", str(FILE)]),
        ("'my editor' --line={line} {file}", ["my editor", "--line=18", str(FILE)]),
    ],
)
def test_the_setting_names_it(setting: str, words: list[str]):
    assert editor.command({"DESK_EDITOR": setting}, FILE, 18) == words


def test_without_a_setting_the_system_opens_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("EDITOR", "vi")
    for platform, program in (("darwin", "open"), ("linux", "xdg-open"), ("win32", "explorer")):
        monkeypatch.setattr(sys, "platform", platform)
        assert editor.command({}, FILE, 18) == [program, str(FILE)]


def test_a_setting_that_is_no_command_and_a_program_that_is_not_there():
    with pytest.raises(ConfigError, match="cannot be read"):
        editor.command({"DESK_EDITOR": "code 'x"}, FILE, 1)
    with pytest.raises(ConfigError, match="no such program"):
        editor.open_at({"DESK_EDITOR": "no-such-editor-here"}, FILE, 1)
    with pytest.raises(ConfigError, match="false opened nothing"):
        editor.open_at({"DESK_EDITOR": "false"}, FILE, 1)


def test_it_is_started_and_not_waited_for(tmp_path: Path):
    done = tmp_path / "done"
    script = tmp_path / "my-editor"
    script.write_text(f'#!/bin/sh\necho "$1 $2" > {done}\nsleep 0.2\n')
    script.chmod(0o755)
    editor.open_at({"DESK_EDITOR": f"{script} {{line}} {{file}}"}, tmp_path / "x;rm.md", 3)
    for _ in range(100):
        if done.is_file() and done.read_text():
            break
        time.sleep(0.02)
    assert done.read_text() == f"3 {tmp_path}/x;rm.md\n"
