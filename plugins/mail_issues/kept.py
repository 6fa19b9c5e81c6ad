"""Finished issues kept between builds, each with a digest of all it was made from.

One file a post. One that is damaged, or made from something else, counts as not there: to delete
the folder costs time and nothing else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from . import sealed
from .pictures import SizeOf, Sizes, still


@dataclass(frozen=True)
class Finished:
    """An issue's files by name, a word to its author (or ``""``), the sizes that went into it."""

    files: Mapping[str, bytes]
    warning: str
    sizes: Sizes


def find(file: Path, made_from: str, size_of: SizeOf) -> Finished | None:
    """The issue in ``file``, if it was made from just this and its pictures' sizes hold."""
    data = sealed.read(file) if made_from else None
    if data is None:
        return None
    head, _, body = data.partition(b"\n")
    facts = json.loads(head)
    if facts["made_from"] != made_from or not still(facts["sizes"], size_of):
        return None
    files, start = {}, 0
    for name, length in facts["files"]:
        files[name] = body[start : start + length]
        start += length
    return Finished(files, facts["warning"], facts["sizes"])


def keep(file: Path, made_from: str, issue: Finished) -> None:
    """Keep an issue in the place of an older one.

    Raises:
        OSError: it cannot be written.
    """
    if not made_from:
        return
    facts = {
        "made_from": made_from,
        "warning": issue.warning,
        "sizes": issue.sizes,
        "files": [(name, len(data)) for name, data in issue.files.items()],
    }
    sealed.write(file, b"".join([json.dumps(facts).encode(), b"\n", *issue.files.values()]))


def sweep(folder: Path, names: Collection[str]) -> None:
    """Remove what is kept under other names than these.

    Raises:
        OSError: a file cannot be removed.
    """
    if folder.is_dir():
        for name in set(os.listdir(folder)) - set(names):  # noqa: PTH208 - thousands of them
            (folder / name).unlink(missing_ok=True)
