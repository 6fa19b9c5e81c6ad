"""The pictures of one run: encoded before a page is written, put into the site after."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pelican.utils import get_relative_path, path_to_url

from publish.post.contents import contents
from publish.post.diagnostic import Complaint
from publish.post.files import write_whole
from publish.post.frontmatter import line_naming
from publish.post.installed import release

from . import cache, tags
from .markup import Page, pictured
from .variants import RECIPE, WIDTHS, Broken, Offer, Picture, name, shown

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cached:
    """A picture, and the folder its variants lie in; ``made`` says whether they do."""

    picture: Picture
    folder: Path
    made: bool = True


class PictureLibrary:
    """The pictures of one run. The variants of each are encoded once, when they are first
    needed."""

    def __init__(self, generators: list[Any]) -> None:
        """Of Pelican's ``generators``, of which there is one or more."""
        self.settings, context = generators[0].settings, generators[0].context
        self._generators, self._statics = generators, context["static_content"]
        self._wanted = tuple(self.settings.get("IMAGES_WIDTHS", WIDTHS))
        # `publish check` needs addresses and sizes, and no picture made.
        self._planning = bool(getattr(self.settings.get("ENGINE"), "planning", False))
        self._known: dict[str, Cached | None] = {}
        self.results = cache.Results(Path(self.settings["CACHE_PATH"], "images", "results"))
        self._faults: dict[str, str] = {}

    def variants(self, static: Any) -> list[tuple[str, int, int, int]]:
        """A picture of the site, and the sizes in its own format that a page offers beside it;
        ``[]`` for a file that is not a picture, cannot be read, or is animated or CMYK.

        Each is a place below the site, width and height in pixels, and bytes; -1 for the bytes of
        one that is not made yet.
        """
        path = str(static.relative_source_path).replace(os.sep, "/")
        if self._statics.get(path) is not static or not path.lower().endswith(tags.SUFFIXES):
            return []
        cached = self._cached(path)
        if cached is None:
            return []
        picture, own = cached.picture, Path(self.settings["PATH"], path)
        found = [(static.url, picture.width, picture.height, own.stat().st_size)]
        for offer in (offer for offer in picture.offers if offer.format == picture.format):
            for width in offer.widths:
                height = max(1, round(picture.height * width / picture.width))
                file = cache.path(cached.folder, offer.format, width)
                size = file.stat().st_size if cached.made else -1
                found.append((picture.file(offer.format, width), width, height, size))
        return found

    def prepare(self) -> None:
        """Set the picture attributes of each article and page."""
        found = [
            (content, own)
            for content in contents(self._generators)
            if (own := tags.files(content, self._statics)) and content.save_as
        ]
        if new := sorted({path for _, own in found for path in own if not self._is_made(path)}):
            from concurrent.futures import ThreadPoolExecutor

            # Encoders release the GIL, so threads are as good as processes, and start at once.
            with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
                list(pool.map(self._cached, new))
        warned = set()
        for content, own in found:
            known = {
                path: (static, cached.picture)
                for path, static in own.items()
                if (cached := self._known[path]) and cached.made
            }
            if known:
                _set_attributes(content, known)
            for path in own.keys() & self._faults.keys() - warned:
                warned.add(path)
                Complaint(
                    f"the picture {path} is shown as it is, for it cannot be read "
                    f"({self._faults[path]})",
                    os.path.relpath(content.source_path),
                    line_naming([path.rsplit("/", 1)[-1]], content.source_path),
                    "open it, save it again, and build again",
                ).log(log, logging.WARNING)

    def put(self, output: Path) -> None:
        """Copy the variants into the site.

        Raises:
            OSError: one cannot be written.
        """
        engine = self.settings.get("ENGINE")
        for path, cached in sorted(self._known.items()):
            for offer in cached.picture.offers if cached and cached.made else ():
                for width in offer.widths:
                    place = cached.picture.file(offer.format, width)
                    if not (engine and engine.holds(place, str(cached.folder))):
                        write_whole(output / place, self._variant(path, cached, offer, width))

    def _variant(self, path: str, cached: Cached, offer: Offer, width: int) -> bytes:
        """The bytes of one variant; encoded again if damaged in the cache."""
        data = cache.variant(cached.folder, offer.format, width)
        if data is None:
            self._make(path)
            data = cache.variant(cached.folder, offer.format, width)
        if data is None:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(cached.folder))
        return data

    def _cached(self, path: str) -> Cached | None:
        """One picture; None for one that cannot be read, or is animated or CMYK.

        Raises:
            OSError: its variants cannot be written.
        """
        if not self._is_made(path):
            self._known[path] = None
            try:
                self._known[path] = self._make(path)
            except Broken as error:
                self._faults[path] = str(error)
        return self._known[path]

    def _is_made(self, path: str) -> bool:
        """Whether nothing is left to encode."""
        if path not in self._known and self._wanted:
            with suppress(OSError):
                folder, called = self._place(path)
                if picture := cache.read(folder):
                    self._known[path] = Cached(replace(picture, name=called), folder)
        return path in self._known

    def _place(self, path: str) -> tuple[Path, str]:
        """The folder of a picture's variants, and what begins their names in the site."""
        file, recipe = Path(self.settings["PATH"], path), f"{RECIPE} {self._wanted}"
        digest = self.results.of(file, recipe, lambda d: cache.digest(d, RECIPE, self._wanted))
        # Part of the key: another release of Pillow may encode differently.
        folder = Path(self.settings["CACHE_PATH"], "images", release("pillow"), digest)
        # The same picture may lie in the site under two names.
        return folder, name(Path(path).stem, digest)

    def _make(self, path: str) -> Cached | None:
        if not self._wanted:
            return None
        # Imported late: most builds need no Pillow.
        from .encode import encode, planned

        try:
            folder, called = self._place(path)
            data = Path(self.settings["PATH"], path).read_bytes()
        except OSError as error:
            raise Broken(str(error.strerror)) from None
        if self._planning:
            likely = planned(data, self._wanted)
            return Cached(replace(likely, name=called), folder, made=False)
        if (made := encode(data, self._wanted)) is None:
            return None
        picture = replace(made[0], name=called)
        cache.write(folder, picture, made[1])
        return Cached(picture, folder)


def _set_attributes(content: Any, known: Mapping[str, tuple[Any, Picture]]) -> None:
    """Set the attributes for the theme, as plain values that the engine can fingerprint."""
    settings = content.settings
    here = settings["SITEURL"]
    if settings["RELATIVE_URLS"]:
        here = path_to_url(get_relative_path(content.save_as))
    page = Page(here, settings["SITEURL"], settings.get("IMAGES_SIZES", ""))
    # Resolving comes first: an {attach} link moves the picture.
    markup = content._update_content(content._content or "", here)
    pictures = {static.url: picture for static, picture in known.values()}
    cover = known.get(tags.cover(content))
    content.pictured = pictured(markup, pictures, page, first=cover is None)
    if cover:
        static, picture = cover
        content.cover = shown(picture, static.url)
        content.image_width, content.image_height = picture.width, picture.height
