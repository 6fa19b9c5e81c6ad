"""Rules about pictures."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

from publish.checks import addresses
from publish.checks.pictures import SUFFIX
from publish.checks.rule import site_rule, source_rule
from publish.checks.rules.links import (
    FILES,
    MARK,
    escaped,
    inside,
    literal,
    misread,
    own_links,
    own_path,
    spelling,
    unresolved,
)
from publish.checks.site import Site
from publish.checks.source import Source
from publish.post.diagnostic import Problem, quoted
from publish.post.record import Link
from publish.post.urls import folded

FILE_NAME = re.compile(
    r"[\w .()-]{0,200}\.(?:jpe?g|png|gif|webp|avif|svg|heic)"
    r"|(?:IMG|DSC|DSCN|PXL|Screenshot)[_ -].{0,60}",
    re.I,
)
UNSHOWABLE = re.compile(r"\.(heic|heif|tiff?|psd|eps|ai|raw|cr2|nef|dng|jxl|jp2|pdf)$", re.I)
HEAVY = 500_000
"""Bytes; more makes a reader on a phone wait."""


def pictures(source: Source) -> Iterator[Link]:
    """Every picture that a page shows, the cover first."""
    if source.post and (cover := source.post.cover):
        yield Link("cover", cover.written, cover.url, cover.alt or None)
    yield from (link for link in source.links if link.image)


def file_of(source: Source, picture: Link, site: Site) -> str | None:
    """The path in the content folder that a picture or link refers to; None for another site's."""
    if picture.tag == "cover" and source.post and source.post.cover and source.post.cover.path:
        return site.file_at(source.post.cover.path)
    if found := MARK.match(picture.written):
        return site.file_at(inside(source, found.group(2))) if found.group(1) in FILES else None
    if picture.written[:5].lower() == "data:":
        return None
    path = own_path(source, picture.written, site)
    return unquote(path).lstrip("/") if path else None


def used(site: Site) -> frozenset[str]:
    """Every file that a source shows or links to, folded."""
    found = {file_of(source, p, site) for source in site.sources for p in pictures(source)}
    found |= {file_of(source, link, site) for source, link, _ in own_links(site)}
    return frozenset(folded(path) for path in found if path)


@site_rule("missing-image", "error", "`![A door]({static}/images/no-such.jpg)`")
def missing_image(site: Site) -> Iterator[Problem]:
    """The picture's file is not there."""
    for source, picture, path in _files(site):
        if _is_there(picture, path, site):
            line, given = source.line_of(picture), picture.written
            marked = MARK.match(given) and picture.tag != "cover"
            if MARK.match(picture.address):
                yield Problem(line, *unresolved(picture), source.file)
            elif marked and (there := literal(path, site)):
                yield Problem(line, *misread(picture, there), source.file, fix=(given, there))
            continue
        if _elsewhere(picture, path, site) or _served(picture, path, site):
            continue
        near = inside(source, picture.written)
        name = posixpath.basename(near)
        named = [file for file in site.files if posixpath.basename(file) == name]
        there = near if near in site.files else named[0] if len(named) == 1 else ""
        there = escaped(source, picture.written, site) or (there and f"{{static}}/{there}")
        remedy = f"write {quoted(there)}" if there else "put the file there, or correct the name"
        message = f"there is no picture {quoted(picture.written)}"
        yield Problem(
            source.line_of(picture),
            message if picture.written else "a picture has no address",
            remedy,
            source.file,
            fix=(picture.written, there) if there else None,
        )


@site_rule("image-letter-case", "error", "`Door.JPG` for a file `door.jpg`")
def image_letter_case(site: Site) -> Iterator[Problem]:
    """The file is there under another spelling, by case or by how its accents are put together,
    which web servers take for another file."""
    for source, picture, path in _files(site):
        there = _elsewhere(picture, path, site)
        if there and not _is_there(picture, path, site) and not _served(picture, path, site):
            message = f"the picture {quoted(picture.written)} is spelled {quoted(there)}"
            line = source.line_of(picture)
            yield Problem(line, message, spelling(path, there), source.file)


@site_rule("unshowable-picture", "error", "`![A cup]({static}/images/cup.heic)`")
def unshowable_picture(site: Site) -> Iterator[Problem]:
    """A picture in a format that browsers do not show, such as a telephone's HEIC, or an empty
    file."""
    for source, picture, path in _files(site):
        if site.files.get(path) == 0:
            message = f"the picture {quoted(picture.written)} is an empty file"
            yield Problem(source.line_of(picture), message, "save it once more", source.file)
    for source in site.sources:
        for picture in pictures(source):
            name = picture.written.partition("?")[0].partition("#")[0]
            if found := UNSHOWABLE.search(name):
                message = f"browsers show no {found.group(1).upper()}: {quoted(picture.written)}"
                line = source.line_of(picture)
                yield Problem(line, message, "save it as JPEG, PNG or WebP", source.file)


@site_rule("broken-picture", "warning", "a JPEG of which half came over the network")
def broken_picture(site: Site) -> Iterator[Problem]:
    """A picture whose file is cut off, damaged or something else, such as a text."""
    linked = ((s, link, file_of(s, link, site)) for s, link, _ in own_links(site) if not link.image)
    for source, picture, path in (*_files(site), *linked):
        if what := site.damaged.get(path or ""):
            message = f"the picture {quoted(picture.written)} {what}"
            yield Problem(source.line_of(picture), message, "save it once more", source.file)


@source_rule("missing-alt", "warning", "`![]({static}/images/door.jpg)`", any_format=True)
def missing_alt(source: Source) -> Iterator[Problem]:
    """A picture without words for those who cannot see it."""
    for picture in pictures(source):
        # An empty alt that the author wrote marks the picture as decorative.
        if (picture.words or "").strip():
            continue
        line = source.line_of(picture)
        html = rf"=\s*[\"']?{re.escape(picture.written)}"
        if picture.words is None or not re.search(html, source.line_text(line)):
            header = picture.tag == "cover"
            remedy = "add a line `Image_alt: …`" if header else "say what it shows: ![words](…)"
            yield Problem(line, f"the picture {quoted(picture.written)} has no alt text", remedy)


@source_rule("alt-is-file-name", "warning", "`![IMG_2041.jpg](…)`", any_format=True)
def alt_is_file_name(source: Source) -> Iterator[Problem]:
    """An alt text that is a file's name does not say what the picture shows."""
    for picture in pictures(source):
        alt = (picture.words or "").strip()
        if alt and FILE_NAME.fullmatch(alt):
            line = source.line_of(picture)
            yield Problem(line, f"the alt text {quoted(alt)} is a file name", "say what it shows")


@source_rule("data-uri", "warning", "`![x](data:image/png;base64,…)`", any_format=True)
def data_uri(source: Source) -> Iterator[Problem]:
    """A picture pasted into the text; mail programs do not show it."""
    for picture in pictures(source):
        if picture.written[:5].lower() == "data:":
            line = source.line_of(picture)
            yield Problem(line, "a picture is pasted into the text", "save it as a file in images/")


@site_rule("heavy-image", "warning", "a photograph of 4 MB")
def heavy_image(site: Site) -> Iterator[Problem]:
    """A picture of over 500 kB makes readers on a phone wait."""
    for path, size in site.files.items():
        if SUFFIX.search(path) and size > HEAVY and path not in site.animated:
            message = f"the picture has {size // 1000} kB"
            yield Problem(1, message, "save it smaller than 500 kB", site.file_of(path))


@site_rule("animated-gif", "warning", "a moving GIF of 3 MB")
def animated_gif(site: Site) -> Iterator[Problem]:
    """A moving GIF of over 1 MB; as a video it would have a tenth of that."""
    for path in site.animated:
        message = f"the moving GIF has {site.files[path] // 1000} kB"
        remedy = "make a short video of it, or a still picture"
        yield Problem(1, message, remedy, site.file_of(path))


@site_rule("orphan-image", "warning", "a picture that no post shows")
def orphan_image(site: Site) -> Iterator[Problem]:
    """A picture that neither a source nor theme nor settings mention is published all the same."""
    if any(source.post is None for source in site.sources):
        return  # the pictures of a source that Pelican cannot read are not known
    shown_somewhere = used(site)
    folders = [str(folder).strip("/") for folder in site.values.get("STATIC_PATHS", ["images"])]
    for path in site.files:
        served = any(path.startswith(f"{folder}/") for folder in folders if folder)
        named = folded(path) in shown_somewhere or path.rsplit("/", 1)[-1] in site.mentions
        if served and SUFFIX.search(path) and not named:
            message = "nothing shows this picture"
            yield Problem(1, message, "remove it, or show it", site.file_of(path))


@lru_cache(maxsize=1)
def _files(site: Site) -> tuple[tuple[Source, Link, str], ...]:
    """Source, picture and file of every picture that is not another site's."""
    return tuple(
        (source, picture, path)
        for source in site.sources
        for picture in pictures(source)
        if (path := file_of(source, picture, site)) is not None
    )


def _is_there(picture: Link, path: str, site: Site) -> bool:
    """Whether the file is in the content folder, or the site has that address."""
    by_file = picture.tag == "cover" or MARK.match(picture.written)
    return path in (site.files if by_file else addresses.files(site))


def _elsewhere(picture: Link, path: str, site: Site) -> str:
    """The file whose folded name equals that of ``path``; ``""`` for none."""
    by_file = picture.tag == "cover" or MARK.match(picture.written)
    there = (site.by_folded if by_file else addresses.by_folded(site)).get(folded(path), "")
    return there if there != path and _is_there(picture, there, site) else ""


def _served(picture: Link, path: str, site: Site) -> bool:
    """Whether the site has it from elsewhere than the content folder; covers are searched there
    only."""
    known = addresses.known(site)
    served = SUFFIX.search(path) and addresses.leads_somewhere(f"/{path}", known)
    ours = picture.tag == "cover" and "post_files" in site.library.plugins
    return bool(served and (picture.address or not ours))
