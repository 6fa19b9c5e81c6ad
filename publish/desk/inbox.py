"""What the rehearsal has mailed, as the files of the sandbox's inbox say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.parser import BytesHeaderParser
from heapq import nlargest
from pathlib import Path

SHOWN = 50
"""Mails that are listed, the newest; the inbox has them all."""


@dataclass(frozen=True)
class Mail:
    """One mail by its headers."""

    subject: str
    to: str
    at: datetime


def newest(root: Path) -> list[Mail]:
    """The mails of the site in ``root``, the newest first; what cannot be read is left out."""
    from publish import sandbox

    files = [(_changed(file), file) for file in (sandbox.folder(root) / "mail").glob("*.eml")]
    found = []
    for at, file in nlargest(SHOWN, files):
        try:
            head = BytesHeaderParser(policy=policy.default).parsebytes(file.read_bytes())
        except OSError:
            continue
        subject = str(head["subject"] or "(no subject)")
        found.append(Mail(subject, str(head["to"] or ""), datetime.fromtimestamp(at, UTC)))
    return found


def _changed(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
