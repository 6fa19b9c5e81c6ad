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
    try:
        record = json.loads((folder / "issue.json").read_bytes())
        html = (folder / "issue.html").read_bytes().decode()
        text = (folder / "issue.txt").read_bytes().decode()
        issue = from_record(record, html, text)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(
            f"{folder.name}: its composed issue cannot be read ({type(error).__name__})", REBUILD
        ) from None
    if digest_of(issue.subject, issue.preheader, html, text) != issue.digest:
        raise Refused(f"{folder.name}: its composed issue was changed by hand", REBUILD)
    return issue


def list_issues(folder: Path) -> list[Issue]:
    """Every issue composed in ``folder`` without its bodies, oldest first: enough to choose and to
    list.

    Raises:
        Refused: an issue's record cannot be read.
    """
    found = []
    for file in folder.glob("*/issue.json"):
        try:
            found.append(from_record(json.loads(file.read_bytes())))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Refused(
                f"{file.parent.name}: its composed issue cannot be read ({type(error).__name__})",
                REBUILD,
            ) from None
    return sorted(found, key=lambda issue: (issue.date, issue.slug))


def load(folder: Path, head: Issue) -> Issue:
    """The issue of ``head`` with its bodies out of ``folder``, verified.

    Raises:
        Refused: see ``read``.
    """
    return read(folder / head.slug)
