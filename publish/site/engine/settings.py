"""Digests of what sources and pages depend on besides content: settings, code, Python, packages,
locale.

Only settings used while reading decide whether sources are read again; if a plugin uses another one
later, that is added. Copying the whole mapping counts as using all.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any

import jinja2
import pelican

from publish.post import stamps
from publish.post.stamps import installed
from publish.site.engine import Task
from publish.site.engine.fingerprint import fingerprint

PLACES = {
    "OUTPUT_PATH",
    "CACHE_PATH",
    "NEWSLETTER_ISSUES_PATH",
    "IDENTITY_ADDRESSES_PATH",
    "ENGINE",
}
"""Settings that name this build's own folders, and differ from build to build."""
PROGRAM = Path(__file__).parents[2]


class Quiet(dict[str, Any]):
    """The settings while nothing is recorded: an ordinary dictionary."""

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
    """The settings while sources are read, which record used names."""

    __getitem__, get, __contains__, setdefault = map(
        _recording_name, (dict.__getitem__, dict.get, dict.__contains__, dict.setdefault)
    )
    __iter__, keys, items, values, copy, __or__, __ror__ = map(
        _recording_all,
        (dict.__iter__, dict.keys, dict.items, dict.values, dict.copy, dict.__or__, dict.__ror__),
    )


@contextmanager
def watched(settings: Any) -> Iterator[None]:
    """Record the used settings in the context."""
    if type(settings) is not Quiet:
        yield
        return
    settings.__class__ = Watched
    try:
        yield
    finally:
        settings.__class__ = Quiet


def snapshot(settings: Mapping[str, Any]) -> dict[str, bytes | None]:
    """The present fingerprint of each setting except paths; None if it has none."""
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


def keys(task: Task, values: Any, read: set[str]) -> tuple[bytes, bytes]:
    """Digests of all code that decides what a source is, and of that and the settings.

    ``read`` are the files that the settings file read.
    """
    # Modules of this program and its start scripts are left out: they differ by command.
    loaded = {
        str(getattr(module, "__file__", "") or "")
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] not in ("publish", "__main__")
    }
    library = os.path.dirname(os.__file__)  # noqa: PTH120
    own = {f for f in loaded if f.endswith(".py") and "-packages" not in f}
    own = {f for f in own if not f.startswith(library)} | {*task.code, *read}
    # The parts of this program that matter:
    own |= {str(f) for room in ("site/engine", "post") for f in (PROGRAM / room).glob("*.py")}
    # The locale affects how dates are formatted.
    locale = sorted(f"{k}={v}" for k, v in os.environ.items() if k[:3] in ("LC_", "LAN", "TZ"))
    everything = snapshot(values)
    # A plugin may be switched on or off without any file or other setting changing.
    plugins = repr(everything["PLUGINS"])
    facts = [sys.version, pelican.__version__, jinja2.__version__, plugins, *installed(), *locale]
    conf = {str(task.settings), str(task.settings.parent / "pelicanconf.py")}
    facts += [f"{path} {stamps.digest(path)}" for path in sorted(own - conf)]
    more = [f"{path} {stamps.digest(path)}" for path in sorted(own & conf)]
    more += [f"{n} {digest!r} {type(values[n])}" for n, digest in sorted(everything.items())]
    return _digest(facts), _digest(facts + more)


def _digest(facts: list[str]) -> bytes:
    return blake2b("\n".join(facts).encode("utf-8", "surrogateescape"), digest_size=16).digest()
