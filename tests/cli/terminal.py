"""Runs the command in a process of its own, as a shell would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def publish(
    *words: str, cwd: Path | None = None, env: dict[str, str] | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """The finished process with its output as text."""
    return subprocess.run(
        [sys.executable, "-m", "publish", *words], cwd=cwd, capture_output=True, text=True,
        input=stdin, env={**os.environ, **(env or {})}, timeout=120, check=False,
    )  # fmt: skip
