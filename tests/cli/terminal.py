"""Runs the command in a process of its own, as a shell would."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.forked import run


def publish(
    *words: str, cwd: Path | None = None, env: dict[str, str] | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """The finished process with its output as text."""
    return run("publish", words, cwd or Path.cwd(), {**os.environ, **(env or {})}, stdin)
