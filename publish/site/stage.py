"""Where a build renders before anything is committed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def staged(cache: Path, folder: str = "stage") -> Iterator[Path]:
    """A folder of this build alone: a killed build's process may still be writing in its own.

    What else lies in ``folder`` of the ``cache`` is removed, if it is the builds' own.
    """
    if folder == "stage":
        shutil.rmtree(cache / folder, ignore_errors=True)
    (cache / folder).mkdir(parents=True, exist_ok=True)
    stage = Path(tempfile.mkdtemp(dir=cache / folder))
    for name in ("site", "issues"):
        (stage / name).mkdir()
    try:
        yield stage
    finally:
        shutil.rmtree(cache / folder if folder == "stage" else stage, ignore_errors=True)
