"""Keeps the site's texts and ledger in its own Git repository, where that has a remote."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from publish.errors import Refused
from publish.settings import Settings

PATIENCE = 120
"""Seconds for a push."""


def remote(root: Path) -> str:
    """The remote that the branch in ``root`` is pushed to; ``""`` where there is none."""
    branch = _run(root, "symbolic-ref", "--quiet", "--short", "HEAD").stdout.strip()
    if not branch:
        return ""
    named = _run(root, "config", f"branch.{branch}.remote").stdout.strip()
    known = _run(root, "remote").stdout.split()
    return named or ("origin" if "origin" in known else "")


def bring(settings: Settings, message: str) -> str:
    """Commit what the content folder holds, and push; what was done, in words.

    Nothing else that the author has changed or prepared is committed.

    Raises:
        Refused: Git refuses; in its own words.
    """
    root, content = settings.root, str(settings.content.relative_to(settings.root))
    _must(_run(root, "add", "--all", "--", content))
    if _run(root, "diff", "--cached", "--quiet", "--", content).returncode:
        _must(_run(root, "commit", "--quiet", "--message", message, "--only", "--", content))
    where = remote(root)
    _must(_run(root, "push", "--quiet", where, "HEAD"))
    return f"kept in {where}"


def _run(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        # The words are our own, a path of the site and a title; no shell reads them.
        return subprocess.run(  # noqa: S603
            ["git", "-C", str(root), *words], stdin=subprocess.DEVNULL,  # noqa: S607
            capture_output=True, text=True, timeout=PATIENCE, env=environment, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(words, 1, "", f"git: {type(error).__name__}")


def _must(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode:
        why = next((line for line in done.stderr.splitlines() if line.strip()), "no reason given")
        raise Refused(f"the texts could not be kept in Git: {why}", "mend that, then go on")
