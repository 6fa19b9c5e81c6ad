"""The pictures of one run: made smaller before a page is written, put into the site after."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from pelican.utils import get_relative_path, path_to_url

from . import cache, plan
from .markup import Page, pictured
from .variants import WIDTHS, Picture, name, shown

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """A picture, and the folder its variants lie in."""

    picture: Picture
    folder: Path


def prepare(generators: list[Any]) -> list[Kept]:
    """Tell each article and page of its pictures, and answer what is to be put into the site."""
    if not generators:
        return []
    settings, context = generators[0].settings, generators[0].context
    wanted = tuple(settings.get("IMAGES_WIDTHS", WIDTHS))
    if not wanted:
        return []
    found = [(content, plan.files(content, context["static_content"]))
             for content in plan.contents(generators)]  # fmt: skip
    files = {path: static for _, own in found for path, static in own.items()}
    first = {path: content for content, own in reversed(found) for path in own}
    kept = _made(files, first, settings, wanted)
    for content, own in found:
        known = {path: (static, kept[path].picture) for path, static in own.items() if path in kept}
        if known:
            _tell(content, known)
    return [kept[path] for path in sorted(kept)]


def _tell(content: Any, known: Mapping[str, tuple[Any, Picture]]) -> None:
    """Set what a theme prints. Plain values: whoever compares two builds can compare them."""
    settings = content.settings
    here = settings["SITEURL"]
    if settings["RELATIVE_URLS"]:
        here = path_to_url(get_relative_path(content.save_as))
    page = Page(here, settings["SITEURL"], settings.get("IMAGES_SIZES", ""))
    # Resolving comes first: an {attach} link moves the picture.
    markup = content._update_content(content._content or "", here)
    pictures = {static.url: picture for static, picture in known.values()}
    cover = known.get(plan.cover(content))
    content.pictured = pictured(markup, pictures, page, first=cover is None)
    if cover:
        static, picture = cover
        content.cover = shown(picture, static.url)
        content.image_width, content.image_height = picture.width, picture.height


def put(kept: Iterable[Kept], output: Path) -> None:
    """Copy the variants into the site.

    Raises:
        OSError: one cannot be written.
    """
    for one in kept:
        for offer in one.picture.offers:
            for width in offer.widths:
                file = output / one.picture.file(offer.format, width)
                file.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(cache.path(one.folder, offer.format, width), file)


def _made(
    files: Mapping[str, Any], shown_by: Mapping[str, Any], settings: Any, wanted: tuple[int, ...]
) -> dict[str, Kept]:
    """The pictures by their path; those that move, or cannot be read, are left out."""
    from .encode import Broken

    work = partial(_one, settings, wanted)
    found: dict[str, Kept] = {}
    # Encoders let other threads run, so threads do what processes would and start at once.
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        running = {path: pool.submit(work, path, static) for path, static in sorted(files.items())}
        for path, future in running.items():
            try:
                kept = future.result()
            except (Broken, OSError) as error:
                content = shown_by[path]
                log.warning(
                    "%s:%d: the picture %s is shown as it is, for it cannot be read (%s)"
                    " — open it, save it anew, and build again",
                    os.path.relpath(content.source_path), plan.line(content, path), path, error,
                )  # fmt: skip
                continue
            if kept:
                found[path] = kept
    return found


def _one(settings: Any, wanted: tuple[int, ...], path: str, static: Any) -> Kept | None:
    from PIL import __version__

    from .encode import RECIPE, encode
    from .variants import offers

    data = Path(settings["PATH"], static.source_path).read_bytes()
    digest = cache.digest(data, RECIPE, wanted)
    # Another release may encode otherwise; what lies there must be what would be made.
    folder = Path(settings["CACHE_PATH"], "images", __version__, digest)
    picture = cache.read(folder)
    if picture is None:
        made = encode(data, wanted)
        if made is None:
            return None
        offered = offers(made.files, made.format, made.width, len(data))
        plain = made.width <= max(wanted)
        picture = Picture("", made.width, made.height, made.format, plain, offered)
        cache.write(folder, picture, made.files)
    # The same picture may lie in the site under two names.
    return Kept(replace(picture, name=name(Path(path).stem, digest)), folder)
