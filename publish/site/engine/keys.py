"""What every source and every page depends on: code, Python, its packages, the locale, settings."""

from __future__ import annotations

import os
import sys
from hashlib import blake2b
from pathlib import Path
from typing import Any

import jinja2
import pelican

from publish.post import stamps
from publish.site import snapshot
from publish.site.engine import Task, settings

PROGRAM = Path(__file__).parents[2]
Known = dict[str, tuple[str, str]]
"""Stamps and digests of files of code, by path."""


def of(task: Task, values: Any, looked: list[str], digests: Known) -> tuple[bytes, bytes]:
    """Digests of all code that decides what a source is, and of that and the settings.

    ``digests`` are the stamps and digests of the last build's files; those of now are put in.
    """
    # Of this program and what starts it, other modules are loaded by each command.
    loaded = {
        str(getattr(module, "__file__", "") or "")
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] not in ("publish", "__main__")
    }
    own = {f for f in loaded if f.endswith(".py") and "-packages" not in f and _foreign(f)}
    # Of this program, what decides:
    own |= {str(f) for room in ("site/engine", "post") for f in (PROGRAM / room).glob("*.py")}
    known, found = dict(digests), {}
    for path in sorted({*task.code, *own}):
        stamp = stamps.stamp(path)
        was, digest = known.get(path, ("", ""))
        if stamp != was or not stamps.is_trustworthy(stamp):
            digest = stamps.digest(path)
        found[path] = stamp, digest
    digests.clear()
    digests.update(found)
    # A locale decides how a date is written.
    spoken = sorted(f"{k}={v}" for k, v in os.environ.items() if k[:3] in ("LC_", "LAN", "TZ"))
    facts = [sys.version, pelican.__version__, jinja2.__version__, *snapshot.installed(), *spoken]
    facts += [f"{path} {stamps.digest(path)}" for path in looked]
    conf = {str(task.settings), str(task.settings.parent / "pelicanconf.py")}
    code = _digest(
        [*facts, *(f"{p} {digest}" for p, (_, digest) in found.items() if p not in conf)]
    )
    everything = settings.snapshot(values)
    whole = [*facts, *(f"{p} {digest}" for p, (_, digest) in found.items())]
    whole += [f"{n} {digest!r} {type(values[n])}" for n, digest in sorted(everything.items())]
    return code, _digest(whole)


def _foreign(file: str) -> bool:
    """Whether a file is not of the standard library."""
    return not file.startswith(os.path.dirname(os.__file__))  # noqa: PTH120


def _digest(facts: list[str]) -> bytes:
    return blake2b("\n".join(facts).encode("utf-8", "surrogateescape"), digest_size=16).digest()
