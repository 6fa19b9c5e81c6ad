"""Where composed issues lie: one folder a post, written whole and only when bytes differ."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from .compose import Issue

NAMES = ("issue.html", "issue.txt", "issue.json")


def home(settings: Any) -> Path:
    """``NEWSLETTER_ISSUES_PATH``; relative to the folder that holds the content folder."""
    path = Path(str(settings.get("NEWSLETTER_ISSUES_PATH") or ".publish/issues"))
    return path if path.is_absolute() else Path(settings["PATH"]).parent / path


def put(settings: Any, issue: Issue) -> None:
    """Write one issue; its record last, so that a record never stands for other bytes."""
    folder = home(settings) / issue.record["slug"]
    folder.mkdir(parents=True, exist_ok=True)
    record = json.dumps(issue.record, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    for name, text in zip(NAMES, (issue.html, issue.text, record), strict=True):
        _write(folder / name, text.encode())


def sweep(settings: Any, kept: set[str]) -> None:
    """Remove the issues of posts that are no more; leave alone what is no issue."""
    for record in home(settings).glob("*/issue.json"):
        if record.parent.name not in kept:
            shutil.rmtree(record.parent)


def _write(file: Path, data: bytes) -> None:
    if file.is_file() and file.read_bytes() == data:
        return
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".part")
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
    part = Path(name)
    part.chmod(0o644)
    part.replace(file)
