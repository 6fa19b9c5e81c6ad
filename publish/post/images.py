"""What can be told of a picture's file without decoding it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path


def size_of(file: str | Path) -> tuple[int, int] | None:
    """Width and height in pixels, as a browser turns the picture; None if it cannot be read."""
    try:
        stamp = Path(file).stat()
    except OSError:
        return None
    return _read(str(file), stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=4096)
def _read(file: str, _mtime: int, _bytes: int) -> tuple[int, int] | None:
    # Loaded late: most builds find every size in a cache.
    import imagesize

    try:
        width, height = imagesize.get(file)
    except (ValueError, OSError):
        return None
    return (int(width), int(height)) if width > 0 and height > 0 else None
