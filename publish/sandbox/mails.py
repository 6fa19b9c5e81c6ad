"""The sandbox's delivered mails, by the headers of their files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.parser import BytesHeaderParser
from heapq import nlargest
from pathlib import Path

from publish.sandbox import folder


@dataclass(frozen=True)
class Mail:
    """One mail: its file and what its headers say."""

    file: Path
    subject: str
    to: str
    at: datetime


def newest(root: Path, most: int) -> list[Mail]:
    """The mails of the site in ``root``, at most ``most``, the newest first; unreadable ones are
    left out."""
    files = [(_changed(file), file) for file in (folder(root) / "mail").glob("*.eml")]
    found = []
    for at, file in nlargest(most, files):
        try:
            head = BytesHeaderParser(policy=policy.default).parsebytes(file.read_bytes())
        except OSError:
            continue
        subject = str(head["subject"] or "(no subject)")
        found.append(Mail(file, subject, str(head["to"] or ""), datetime.fromtimestamp(at, UTC)))
    return found


def _changed(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
