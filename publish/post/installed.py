"""Installed packages, read from their metadata on disk.

``importlib.metadata`` gives the same, but imports the email and csv packages, which takes longer
than a small build.
"""

from __future__ import annotations

import os
import sys
from functools import cache


@cache
def release(package: str) -> str:
    """The version of a package, ``""`` if it is not installed; part of cache keys, as another
    version may give other bytes."""
    wanted = package.replace("-", "_").lower()
    for record in _records():
        stem, _, number = os.path.basename(record).partition("-")  # noqa: PTH119 - loaded early
        if stem.lower() == wanted:
            return number.rpartition(".")[0]
    return ""


@cache
def entry_points(group: str) -> dict[str, str] | None:
    """The entry points of a ``group``, name to ``module:object``. None where they cannot be told
    for certain: a package in an archive, or one name in two packages."""
    if any(map(os.path.isfile, sys.path)):
        return None
    found: dict[str, str] = {}
    for record in _records():
        try:
            with open(f"{record}/entry_points.txt", encoding="utf-8") as stream:  # noqa: PTH123
                lines = stream.read().splitlines()
        except OSError:
            continue
        section = ""
        for line in map(str.strip, lines):
            if line.startswith("["):
                section = line.strip("[] ")
            elif section == group and "=" in line and line[:1] not in "#;":
                name, _, value = (part.strip() for part in line.partition("="))
                if name in found:
                    return None
                found[name] = value.partition("[")[0].strip()
    return found


@cache
def _records() -> list[str]:
    found = []
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")  # noqa: PTH208 - loaded before pathlib
        except OSError:
            continue
        found += [f"{folder}/{n}" for n in names if n.endswith((".dist-info", ".egg-info"))]
    return found
