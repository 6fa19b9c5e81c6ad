"""Files that one build leaves for the next: whole or absent, checked before they are used."""

from __future__ import annotations

import marshal
import os
from pathlib import Path
from typing import Any

from publish.site import sealed


def load(path: Path) -> dict[Any, Any]:
    """What ``save`` wrote to ``path``; empty if it was deleted or is damaged."""
    try:
        with open(path, "rb") as stream:  # noqa: PTH123 - pathlib costs more than a small file
            found = marshal.loads(sealed.opened(stream.read()))  # noqa: S302 - our own cache
    except (OSError, ValueError, EOFError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def save(path: Path, value: dict[Any, Any]) -> None:
    """Write ``value`` (plain types only: no classes, no subclasses of tuple) in one step.

    Raises:
        OSError: it cannot be written; the file is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(sealed.seal(marshal.dumps(value, 4)))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
