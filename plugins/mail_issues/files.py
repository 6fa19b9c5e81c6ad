"""Where composed issues lie: one folder a post, written whole and only when bytes differ."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from publish.post.files import write_whole

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


def put(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write one issue's files in their order: its record comes last, and never stands for half.

    Raises:
        OSError: the folder cannot be written.
    """
    for name, data in files.items():
        write_whole(folder / name, data)


def sweep(issues: Path, wanted: Collection[str]) -> None:
    """Remove the issues of posts that are no more; leave alone what is no issue.

    Raises:
        OSError: a folder cannot be removed.
    """
    if not issues.is_dir():
        return
    for name in os.listdir(issues):  # noqa: PTH208 - names suffice, and there are thousands
        if name not in wanted and (issues / name / "issue.json").is_file():
            shutil.rmtree(issues / name)
