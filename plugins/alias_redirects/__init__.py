"""Redirects: each old address that an article or page names in ``Aliases`` leads to it, and each
that was taken off the site (``PATH/ledger/retired.json``) to another one or to a page that says so.

For plain hosts a page is written at the old address; for hosts that can answer with a 301, a map
file.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import Any

from pelican import signals

INCREMENTAL = True

log = logging.getLogger(__name__)


_written: set[str] = set()
"""The files written in this run; only these count as pages of the site."""
_generators: list[Any] = []
_retired: dict[str, str] = {}


def lead_on(content: Any) -> None:
    """Point links to a draft that was taken off the site to its old address, where a page says that
    it is gone."""
    settings = content.settings
    if getattr(content, "status", "") != "draft" or settings.get("DRAFT_SAVE_AS"):
        return
    pattern = str(settings.get("ARTICLE_URL") or "").lstrip("/")
    with suppress(KeyError, IndexError, ValueError):
        address = pattern.format(**content.url_format)
        if f"/{address}" in _retired:
            content.override_url = address


def begin(generators: Any) -> None:
    """Reset the module's state at the start of a run."""
    _written.clear()
    _generators[:] = generators


def note(path: str, **_: Any) -> None:
    """Keep a page or feed."""
    _written.add(path)


def finish(pelican: Any) -> None:
    """Write the redirects after all other files; log each alias that cannot be one."""
    from publish.post.urls import site_address

    from . import retired
    from .plan import moved, plan, real_files
    from .write import write_all

    output, settings = pelican.output_path, pelican.settings
    taken_off, faults = retired.read(settings)
    sources = moved(_generators)
    if not sources and not taken_off and not faults:
        return
    real = real_files(_generators, _written, output)
    taken = real | set(settings["REDIRECT_FILES"])
    moves, wrong = plan(sources, taken, site_address(settings))
    moves += retired.plan(taken_off, list(moves), taken, settings)
    written = write_all(moves, settings["REDIRECT_FILES"], real, output)
    for fault in (*faults, *wrong, *written):
        fault.log(log)


def defaults(pelican: Any) -> None:
    """Put the default list of map files in place, and refuse an unknown name.

    Raises:
        ValueError: ``REDIRECT_FILES`` names an unknown file.
    """
    from . import retired
    from .maps import FILES

    _retired.clear()
    _retired.update(retired.read(pelican.settings)[0])
    pelican.settings.setdefault("REDIRECT_FILES", list(FILES))
    for name in pelican.settings["REDIRECT_FILES"]:
        if name not in FILES:
            known = ", ".join(FILES)
            raise ValueError(f"REDIRECT_FILES: there is no {name!r} — choose from: {known}")


def register() -> None:
    """Called by Pelican."""
    signals.initialized.connect(defaults)
    signals.content_object_init.connect(lead_on)
    signals.all_generators_finalized.connect(begin)
    signals.content_written.connect(note)
    signals.feed_written.connect(note)
    signals.finalized.connect(finish)
