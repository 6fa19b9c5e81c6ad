"""Where composed issues lie: one folder a post, written whole and only when bytes differ."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from .record import Issue

DEFAULT = ".publish/issues"
SETTINGS = "pelicanconf.py"


def home(settings: Mapping[str, Any]) -> Path:
    """The folder of all issues: ``NEWSLETTER_ISSUES_PATH``, from the settings file's folder.

    Pelican does not say where its settings file lies, so that is the nearest folder at or above
    ``PATH`` that holds a ``pelicanconf.py``, and the folder that holds ``PATH`` if none does.
    """
    path = Path(str(settings.get("NEWSLETTER_ISSUES_PATH") or DEFAULT))
    return path if path.is_absolute() else root(settings) / path


def root(settings: Mapping[str, Any]) -> Path:
    """The project's folder."""
    # Not resolved: a content folder that is a link belongs to the folder it is linked into.
    content = Path(settings["PATH"]).absolute()
    above = (folder for folder in (content, *content.parents) if (folder / SETTINGS).is_file())
    return next(above, content.parent)


def put(folder: Path, issue: Issue) -> None:
    """Write one issue; its record last, so that a record never stands for half an issue.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    record = json.dumps(issue.record(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    for name, text in (
        ("issue.html", issue.html),
        ("issue.txt", issue.text),
        ("issue.json", record),
    ):
        _write(folder / name, text.encode())


def sweep(issues: Path, kept: Collection[str]) -> None:
    """Remove the issues of posts that are no more; leave alone what is no issue.

    Raises:
        OSError: a folder cannot be removed.
    """
    for record in issues.glob("*/issue.json"):
        if record.parent.name not in kept:
            shutil.rmtree(record.parent)


def _write(file: Path, data: bytes) -> None:
    if file.is_file() and file.read_bytes() == data:
        return
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        part.chmod(0o644)
        part.replace(file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
