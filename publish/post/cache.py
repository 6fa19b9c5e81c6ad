"""Caches: what made an entry, and whether it is still what was written."""

from __future__ import annotations

import hashlib
import sys
from functools import cache
from pathlib import Path


@cache
def code_digest(folder: Path) -> str:
    """64 hex digits over Python's version, the code in ``folder`` and that of ``publish.post``.

    A cache whose entries were made by other code is as good as empty.
    """
    files = sorted({*folder.rglob("*.py"), *Path(__file__).parent.glob("*.py")})
    code = [(file.name, file.read_bytes()) for file in files]
    return hashlib.sha256(repr((sys.version, code)).encode()).hexdigest()
