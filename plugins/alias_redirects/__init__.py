"""Redirects: each old address that an article or page names in ``Aliases`` leads to it.

A page at the old address for plain hosts, and map files for hosts that answer with a 301.
"""

from __future__ import annotations

import logging
from typing import Any

from pelican import signals

INCREMENTAL = True

log = logging.getLogger(__name__)


_written: set[str] = set()
"""What this run wrote. A file of an earlier run is no page of the site any more."""
_generators: list[Any] = []


def begin(generators: Any) -> None:
    """A run is about to write: forget the one before it."""
    _written.clear()
    _generators[:] = generators


def note(path: str, **_: Any) -> None:
    """Remember a page or feed."""
    _written.add(path)


def finish(pelican: Any) -> None:
    """Write the redirects when everything else is there; say what cannot be one."""
    from .plan import plan
    from .site import moved, real_files
    from .write import write_all

    sources = moved(_generators)
    if not sources:
        return
    output, settings = pelican.output_path, pelican.settings
    real = real_files(_generators, _written, output)
    moves, faults = plan(sources, real, settings["SITEURL"])
    faults += write_all(moves, settings["REDIRECT_FILES"], real, output)
    for fault in faults:
        log.error("%s", fault)


def defaults(pelican: Any) -> None:
    """Put the default list of map files in place, and refuse a name nobody knows.

    Raises:
        ValueError: ``REDIRECT_FILES`` names an unknown file.
    """
    from .maps import FILES

    pelican.settings.setdefault("REDIRECT_FILES", list(FILES))
    for name in pelican.settings["REDIRECT_FILES"]:
        if name not in FILES:
            known = ", ".join(FILES)
            raise ValueError(f"REDIRECT_FILES: there is no {name!r} — choose from: {known}")


def register() -> None:
    """Called by Pelican."""
    signals.initialized.connect(defaults)
    signals.all_generators_finalized.connect(begin)
    signals.content_written.connect(note)
    signals.feed_written.connect(note)
    signals.finalized.connect(finish)
