"""Pictures: each local one gets ``width`` and ``height``, so that nothing shifts while it loads,
and loses its metadata, such as the place where it was taken. ``article.pictured`` is the body with
each picture in several sizes and formats for the browser to choose from."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import Any

from pelican import signals

INCREMENTAL = True

log = logging.getLogger(__name__)

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp")
_library: list[Any] = []
"""The pictures of the current run."""
_statics: list[Any] = []


def measure(content: Any) -> None:
    """Set the attributes in the body, so that pages, feeds and mail have them."""
    from pelican.contents import Article, Page

    if not isinstance(content, Article | Page):
        return
    # only_blocks gives the mail a body of its own, before or after this runs.
    for name in ("_content", "email_content_source"):
        if "<img" in (body := getattr(content, name, None) or ""):
            from .tags import with_sizes

            place = content.settings["PATH"], content.relative_dir
            setattr(content, name, with_sizes(body, *place))


def note(generator: Any) -> None:
    """Keep the generator of the site's files."""
    _statics[:] = [generator]


def begin(generators: list[Any]) -> None:
    """After all sources are read: put the pictures' sizes into the context, as
    ``picture_variants``."""
    from .site import PictureLibrary

    _library[:] = [PictureLibrary(generators)] if generators else []
    for library in _library:
        generators[0].context["picture_variants"] = library.variants


def make(pelican: Any) -> None:
    """Encode the variants of every picture that a page shows, before any page is written."""
    if getattr(pelican.settings.get("ENGINE"), "planning", False):
        return
    from publish.post.diagnostic import unwritable

    try:
        for library in _library:
            for generator in _statics:
                clean(generator, library.results)
            library.prepare()
            library.results.save()
    except OSError as error:
        unwritable(error, "a picture").log(log)


def clean(generator: Any, results: Any) -> None:
    """Let Pelican copy cleaned pictures into the site; the author's files are not changed."""
    from publish.post.files import write_whole

    folder = Path(generator.settings["CACHE_PATH"], "images", "cleaned").absolute()

    def cleaned_of(data: bytes) -> bytes:
        from .metadata import clean as without_metadata

        return without_metadata(data)

    def name_of(data: bytes) -> str:
        cleaned = cleaned_of(data)
        return "" if cleaned == data else hashlib.sha256(cleaned).hexdigest()[:32]

    for file in generator.staticfiles:
        source = Path(generator.path) / file.source_path
        if source.suffix.lower() not in SUFFIXES or not source.is_file():
            continue
        name = results.of(source, "cleaned", name_of)
        if not name:
            continue
        copy = folder / f"{name}{source.suffix}"
        if not copy.is_file():
            write_whole(copy, cleaned_of(source.read_bytes()))
        # The place in the site is derived from the source's, so it is computed before that changes.
        file.override_url, file.override_save_as = file.url, file.save_as
        file.original = file.source_path
        # Pelican copies from an absolute path, and the feeds read the file's length from it.
        file.source_path = str(copy)


def finish(pelican: Any) -> None:
    """Put the variants into the site; Pelican has copied the cleaned originals."""
    from publish.post.diagnostic import unwritable

    try:
        for library in _library:
            library.put(Path(pelican.output_path))
    except OSError as error:
        unwritable(error, "a picture").log(log)


def register() -> None:
    """Called by Pelican."""
    signals.content_object_init.connect(measure)
    signals.static_generator_finalized.connect(note)
    signals.all_generators_finalized.connect(begin)
    signals.get_writer.connect(make)
    signals.finalized.connect(finish)
