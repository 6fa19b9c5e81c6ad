"""Files for machines: sitemap.xml, robots.txt, manifest.webmanifest and favicon.ico.

The theme links the manifest where the context has its name, as ``site_manifest``.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from pelican import signals

INCREMENTAL = True

log = logging.getLogger(__name__)

MANIFEST = "manifest.webmanifest"

_generators: list[Any] = []


def begin(generators: list[Any]) -> None:
    """At the start of writing: keep the generators, and put the manifest's name into the
    context."""
    _generators[:] = generators
    for generator in generators[:1]:
        # One context is shared by all generators.
        generator.context["site_manifest"] = MANIFEST


def finish(pelican: Any) -> None:
    """Write the files, except those that the site has itself."""
    from publish.post.diagnostic import Complaint
    from publish.post.files import write_whole

    own = _own_files(pelican.settings)
    for name, data in _files(pelican.settings).items():
        try:
            if name not in own:
                write_whole(Path(pelican.output_path, name), data)
        except OSError as error:
            message = f"{name}: cannot be written: {error.strerror}"
            Complaint(message, remedy="remove what is there").log(log)


def _files(settings: Any) -> dict[str, bytes]:
    from publish.post.urls import site_address

    from .sitemap import entries, robots, sitemap
    from .webmanifest import icons, manifest

    files = {MANIFEST: manifest(settings, icons(settings)).encode()}
    address = site_address(settings)
    if absolute := "://" in address:
        # A sitemap may hold absolute addresses only.
        files["sitemap.xml"] = sitemap(entries(_generators)).encode()
    files["robots.txt"] = robots(f"{address}/sitemap.xml" if absolute else "").encode()
    icon = Path(settings["THEME"], "static", "img", "favicon.ico")
    if icon.is_file():
        # Feed readers and old browsers request this address, whatever a page names.
        files["favicon.ico"] = icon.read_bytes()
    return files


def _own_files(settings: Any) -> set[str]:
    """Places of the site's own static files and templates, which must not be replaced."""
    from .sitemap import saved

    static = {
        file.save_as for generator in _generators for file in getattr(generator, "staticfiles", ())
    }
    direct = {saved(settings, name) for name in settings["DIRECT_TEMPLATES"]}
    return static | direct | set(settings["TEMPLATE_PAGES"].values())


def register() -> None:
    """Called by Pelican."""
    signals.all_generators_finalized.connect(begin)
    signals.finalized.connect(finish)
