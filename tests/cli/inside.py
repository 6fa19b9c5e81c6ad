"""Runs the command in this process: the same words and codes, without the second it takes to start.

What needs a process of its own (a kill, a terminal, what is imported) uses ``terminal.publish``.
"""

from __future__ import annotations

import io
import os
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from publish.cli import run


@dataclass(frozen=True)
class Finished:
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def publish(*words: str, cwd: Path, env: dict[str, str] | None = None) -> Finished:
    """The finished command."""
    out, err = io.StringIO(), io.StringIO()
    with (
        chdir(cwd),
        redirect_stdout(out),
        redirect_stderr(err),
        mock.patch.dict(os.environ, env or {}),
    ):
        code = run(list(words))
    return Finished(code, out.getvalue(), err.getvalue())
