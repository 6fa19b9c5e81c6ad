"""Where a build renders before anything is committed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def staged(cache: Path) -> Iterator[Path]:
    """A folder of this build alone: a killed build's process may still be writing in its own."""
    shutil.rmtree(cache / "stage", ignore_errors=True)
    (cache / "stage").mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(dir=cache / "stage"))
    for name in ("site", "issues"):
        (stage / name).mkdir()
    try:
        yield stage
    finally:
        shutil.rmtree(cache / "stage", ignore_errors=True)
