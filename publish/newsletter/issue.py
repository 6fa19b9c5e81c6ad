"""A composed issue, as the build left it in ``.publish/issues/SLUG/``."""

from __future__ import annotations

import json
from pathlib import Path

from publish.errors import Refused
from publish.post.issue import Issue, digest_of, from_record

REBUILD = "run `publish build`"


def read(folder: Path) -> Issue:
    """The issue in ``folder``.

    Raises:
        Refused: a file is missing, or the bytes are not those that were composed.
    """
    issue = _composed(folder, *(folder / name for name in ("issue.html", "issue.txt")))
    if digest_of(issue.subject, issue.preheader, issue.html, issue.text) != issue.digest:
        raise Refused(f"{folder.name}: its composed issue was changed by hand", REBUILD)
    return issue


def list_issues(folder: Path) -> list[Issue]:
    """Every issue composed in ``folder`` without its bodies, oldest first: enough to choose and to
    list.

    Raises:
        Refused: an issue's record cannot be read.
    """
    found = (_composed(file.parent) for file in folder.glob("*/issue.json"))
    return sorted(found, key=lambda issue: (issue.date, issue.slug))


def _composed(folder: Path, *bodies: Path) -> Issue:
    try:
        record = json.loads((folder / "issue.json").read_bytes())
        return from_record(record, *(file.read_bytes().decode() for file in bodies))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(
            f"{folder.name}: its composed issue cannot be read ({type(error).__name__})", REBUILD
        ) from None
