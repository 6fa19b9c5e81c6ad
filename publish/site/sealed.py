"""A check sum before what a cache holds: damaged bytes must not even be looked at."""

from __future__ import annotations

import zlib


def seal(data: bytes) -> bytes:
    """``data`` with its check sums before it."""
    return _sums(data) + data


def opened(sealed: bytes) -> bytes:
    """What was sealed.

    Raises:
        ValueError: it is damaged.
    """
    data = sealed[8:]
    if _sums(data) != sealed[:8]:
        raise ValueError("damaged")
    return data


def _sums(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(4, "big") + zlib.adler32(data).to_bytes(4, "big")
