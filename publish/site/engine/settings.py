"""Pelican's settings, recording which of them reading a source uses.

Only those decide whether sources are read again; a plugin that looks at another name later adds
it. A copy of the whole mapping counts as a look at everything.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from publish.site.engine.fingerprint import fingerprint

PLACES = {"OUTPUT_PATH", "CACHE_PATH", "NEWSLETTER_ISSUES_PATH", "IDENTITY_ADDRESSES_PATH",
          "ENGINE"}  # fmt: skip
"""Settings that name this build's own folders, and differ from build to build."""


class Quiet(dict[str, Any]):
    """The settings while nothing is read: a dictionary as any other."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        super().__init__(settings)
        self.used: set[str] = set()


def _recording_name(method: Any) -> Any:
    def call(self: Quiet, name: Any, *more: Any) -> Any:
        self.used.add(str(name))
        return method(self, name, *more)

    return call


def _recording_all(method: Any) -> Any:
    def call(self: Quiet, *more: Any) -> Any:
        self.used.update(dict.keys(self))
        return method(self, *more)

    return call


class Watched(Quiet):
    """The settings while sources are read."""

    __getitem__, get, __contains__, setdefault = map(
        _recording_name, (dict.__getitem__, dict.get, dict.__contains__, dict.setdefault)
    )
    __iter__, keys, items, values, copy, __or__, __ror__ = map(
        _recording_all,
        (dict.__iter__, dict.keys, dict.items, dict.values, dict.copy, dict.__or__, dict.__ror__),
    )


@contextmanager
def watched(settings: Any) -> Iterator[None]:
    """Record meanwhile which settings are used."""
    if type(settings) is not Quiet:
        yield
        return
    settings.__class__ = Watched
    try:
        yield
    finally:
        settings.__class__ = Quiet


def snapshot(settings: Mapping[str, Any]) -> dict[str, bytes | None]:
    """The fingerprint of each setting as it is now, but for places; None of what has none."""
    return {
        sys.intern(name): fingerprint(value)
        for name, value in dict(settings).items()
        if name not in PLACES
    }


def fingerprints(
    known: Mapping[str, bytes | None], names: Iterable[str]
) -> dict[str, bytes] | None:
    """The fingerprints of the settings ``names``; None if one of them has none."""
    found = {name: known.get(name, b"missing") for name in sorted(names) if name not in PLACES}
    return None if None in found.values() else found  # type: ignore[return-value]
