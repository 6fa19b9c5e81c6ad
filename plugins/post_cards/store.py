"""Finished cards on disk, so that each is drawn once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from publish.post.files import write_whole

DESIGN = "3"
"""Part of every name: raise it when a drawing changes, and all cards are drawn anew."""


def name(slug: str, *parts: str) -> str:
    """A file name that changes with what the card shows, so that no share page shows an old one."""
    told = hashlib.sha256("\0".join((DESIGN, *parts)).encode()).hexdigest()
    # A slug may be written in any script and lead anywhere; an address and a folder may not.
    stem = re.sub(r"[^a-z0-9]+", "-", slug.lower())[:60].strip("-") or "card"
    return f"{stem}-{told[:12]}.png"


def kept(file: Path, draw: Callable[[], bytes]) -> bytes:
    """The card at ``file``, drawn and put there if it is not.

    Raises:
        OSError: it cannot be read or written.
    """
    try:
        return file.read_bytes()
    except FileNotFoundError:
        data = draw()
        write_whole(file, data)
        return data
