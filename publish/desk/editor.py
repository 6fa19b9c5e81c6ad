"""Opens a post in the author's own editor, at a line if the editor supports that."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from publish.errors import ConfigError

FORMS = {
    "--goto {file}:{line}": ("code", "codium", "code-insiders", "cursor"),
    "{file}:{line}": ("subl", "zed"),
    "+{line} {file}": ("bbedit", "gedit", "gvim", "xed"),
    "--line {line} {file}": ("mate", "kate"),
}
"""How the editors that open a window take a line, from their own manuals."""
LINES = {editor: form.split() for form, editors in FORMS.items() for editor in editors}
WAIT = 1.0
"""Seconds within which a program that cannot open the file ends."""
HINT = "set DESK_EDITOR in the settings file, for example DESK_EDITOR = 'code'"


def command(values: Mapping[str, Any], file: Path, line: int) -> list[str]:
    """The program to run and its arguments.

    ``DESK_EDITOR`` names it: a program, or a whole command with ``{file}`` and ``{line}``. Else it
    is the system's program for Markdown. ``EDITOR`` is not used: it may need a terminal, and there
    is none.

    Raises:
        ConfigError: ``DESK_EDITOR`` cannot be read as a command.
    """
    given = str(values.get("DESK_EDITOR") or "").strip()
    if not given:
        opener = {"darwin": "open", "win32": "explorer"}.get(sys.platform, "xdg-open")
        return [opener, str(file)]
    try:
        parts = shlex.split(given)
    except ValueError as error:
        raise ConfigError(f"DESK_EDITOR cannot be read ({error})", HINT) from None
    if not any("{file}" in part for part in parts):
        parts += LINES.get(Path(parts[0]).stem.lower(), ["{file}"])
    return [part.replace("{file}", str(file)).replace("{line}", str(line)) for part in parts]


def open_at(
    values: Mapping[str, Any],
    file: Path,
    line: int,
    start: Callable[[list[str]], object] | None = None,
) -> None:
    """Start the editor and do not wait for its end.

    Raises:
        ConfigError: there is no such program, or it fails at once.
    """
    words = command(values, file, line)
    if start is None and shutil.which(words[0]) is None:
        raise ConfigError(f"{words[0]}: there is no such program to open {file.name} with", HINT)
    (start or _start)(words)


def _start(words: list[str]) -> None:
    # The arguments are the author's own setting and a path of the site; no shell is involved.
    editor = subprocess.Popen(  # noqa: S603
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        code = editor.wait(WAIT)
    except subprocess.TimeoutExpired:
        # Reap the process when it ends.
        threading.Thread(target=editor.wait, daemon=True).start()
        return
    # Windows' explorer ends with 1 where it has opened the file too.
    if code and sys.platform != "win32":
        raise ConfigError(f"{words[0]} opened nothing (it ended with {code})", HINT)
