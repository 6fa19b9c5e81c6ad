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


def of(task: Task, values: Any, looked: set[str]) -> tuple[bytes, bytes]:
    """Digests of all code that decides what a source is, and of that and the settings.

    ``looked`` are files that the settings file has read.
    """
    # Of this program and what starts it, other modules are loaded by each command.
    loaded = {
        str(getattr(module, "__file__", "") or "")
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] not in ("publish", "__main__")
    }
    library = os.path.dirname(os.__file__)  # noqa: PTH120
    own = {f for f in loaded if f.endswith(".py") and "-packages" not in f}
    own = {f for f in own if not f.startswith(library)} | {*task.code, *looked}
    # Of this program, what decides:
    own |= {str(f) for room in ("site/engine", "post") for f in (PROGRAM / room).glob("*.py")}
    # A locale decides how a date is written.
    spoken = sorted(f"{k}={v}" for k, v in os.environ.items() if k[:3] in ("LC_", "LAN", "TZ"))
    facts = [sys.version, pelican.__version__, jinja2.__version__, *snapshot.installed(), *spoken]
    conf = {str(task.settings), str(task.settings.parent / "pelicanconf.py")}
    facts += [f"{path} {stamps.digest(path)}" for path in sorted(own - conf)]
    more = [f"{path} {stamps.digest(path)}" for path in sorted(own & conf)]
    everything = settings.snapshot(values)
    more += [f"{n} {digest!r} {type(values[n])}" for n, digest in sorted(everything.items())]
    return _digest(facts), _digest(facts + more)


def _digest(facts: list[str]) -> bytes:
    return blake2b("\n".join(facts).encode("utf-8", "surrogateescape"), digest_size=16).digest()
