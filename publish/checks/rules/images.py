"""Rules about pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote

from publish.checks import addresses
from publish.checks.rule import site_rule, source_rule
from publish.checks.rules.links import FILES, MARK, inside, own_links, own_path, spelling
from publish.checks.site import Site, folded
from publish.checks.source import MOST_LINKS, Source
from publish.post.diagnostic import Problem, shown
from publish.post.record import Link

PICTURE = re.compile(r".+\.(?:jpe?g|png|gif|webp|avif|svg)", re.I)
FILE_NAME = re.compile(
    r"[\w .()-]{0,200}\.(?:jpe?g|png|gif|webp|avif|svg|heic)"
    r"|(?:IMG|DSC|DSCN|PXL|Screenshot)[_ -].{0,60}",
    re.I,
)
UNSHOWABLE = re.compile(r"\.(heic|heif|tiff?|psd|eps|ai|raw|cr2|nef|dng|jxl|jp2|pdf)$", re.I)
HEAVY = 500_000
"""Bytes; more makes a reader on a phone wait."""


def pictures(source: Source) -> Iterator[tuple[int, Link]]:
    """Number and picture of every one that a page shows, the cover first with -1.

    ``line_of`` has the line, which takes long to find: it is asked for a problem's.
    """
    if source.post and (cover := source.post.cover):
        yield -1, Link("cover", cover.written, cover.url, cover.alt or None)
    for number, link in enumerate(islice(source.post.links if source.post else (), MOST_LINKS)):
        if link.image:
            yield number, link


def line_of(source: Source, number: int) -> int:
    """The line of a picture that ``pictures`` has numbered."""
    return source.line("image") if number < 0 else source.links[number][0]


def file_of(source: Source, picture: Link, site: Site) -> str | None:
    """The path in the content folder that a picture or link means; None for the web's."""
    if picture.tag == "cover" and source.post and source.post.cover:
        return source.post.cover.path or None
    if found := MARK.match(picture.written):
        return inside(source, found.group(2)) if found.group(1) in FILES else None
    if not picture.written or picture.written[:5].lower() == "data:":
        return None
    path = own_path(source, picture.written, site)
    return unquote(path).lstrip("/") if path else None


def used(site: Site) -> frozenset[str]:
    """Every file that a source shows or links to, folded."""
    found = {file_of(source, p, site) for source in site.sources for _, p in pictures(source)}
    found |= {file_of(source, link, site) for source, _, link in own_links(site)}
    return frozenset(folded(path) for path in found if path)


@site_rule("missing-image", "error", "`![A door]({static}/images/no-such.jpg)`")
def missing_image(site: Site) -> Iterator[Problem]:
    """The picture's file is not there."""
    for source, number, picture, path in _files(site):
        if path in site.files or folded(path) in site.by_folded or _served(path, site):
            continue
        near = inside(source, picture.written)
        there = next((f for f in (near, f"images/{near}") if f in site.files), "")
        remedy = f"write {{static}}/{there}" if there else "put the file there, or correct the name"
        yield Problem(
            line_of(source, number),
            f"there is no picture {shown(picture.written)}",
            remedy,
            source.file,
        )


@site_rule("image-letter-case", "error", "`Door.JPG` for a file `door.jpg`")
def image_letter_case(site: Site) -> Iterator[Problem]:
    """The file is there under another spelling, by case or by how its accents are put together,
    which web servers take for another file."""
    for source, number, picture, path in _files(site):
        there = site.by_folded.get(folded(path))
        if path not in site.files and there is not None and not _served(path, site):
            message = f"the picture {shown(picture.written)} is spelled {shown(there)}"
            line = line_of(source, number)
            yield Problem(line, message, spelling(path, there), source.file)


@site_rule("unshowable-picture", "error", "`![A cup]({static}/images/cup.heic)`")
def unshowable_picture(site: Site) -> Iterator[Problem]:
    """A picture in a format that browsers do not show, such as a telephone's HEIC."""
    for source in site.sources:
        for number, picture in pictures(source):
            name = picture.written.partition("?")[0].partition("#")[0]
            if found := UNSHOWABLE.search(name):
                message = f"browsers show no {found.group(1).upper()}: {shown(picture.written)}"
                yield Problem(
                    line_of(source, number), message, "save it as JPEG, PNG or WebP", source.file
                )


@source_rule("missing-alt", "warning", "`![]({static}/images/door.jpg)`", any_format=True)
def missing_alt(source: Source) -> Iterator[Problem]:
    """A picture without words for those who cannot see it."""
    for number, picture in pictures(source):
        # An empty alt that an author wrote says that the picture is an ornament.
        ornament = picture.words == "" and "<img" in source.line_text(line_of(source, number))
        if not (picture.words or "").strip() and not ornament:
            header = picture.tag == "cover"
            remedy = "add a line `Image_alt: …`" if header else "say what it shows: ![words](…)"
            yield Problem(
                line_of(source, number),
                f"the picture {shown(picture.written)} has no alt text",
                remedy,
            )


@source_rule("alt-is-file-name", "warning", "`![IMG_2041.jpg](…)`", any_format=True)
def alt_is_file_name(source: Source) -> Iterator[Problem]:
    """An alt text that is a file's name tells nobody what the picture shows."""
    for number, picture in pictures(source):
        alt = (picture.words or "").strip()
        if alt and FILE_NAME.fullmatch(alt):
            yield Problem(
                line_of(source, number),
                f"the alt text {shown(alt)} is a file name",
                "say what it shows",
            )


@source_rule("data-uri", "warning", "`![x](data:image/png;base64,…)`", any_format=True)
def data_uri(source: Source) -> Iterator[Problem]:
    """A picture pasted into the text; mail programs do not show it."""
    for number, picture in pictures(source):
        if picture.written[:5].lower() == "data:":
            yield Problem(
                line_of(source, number),
                "a picture is pasted into the text",
                "save it as a file in images/",
            )


@site_rule("heavy-image", "warning", "a photograph of 4 MB")
def heavy_image(site: Site) -> Iterator[Problem]:
    """A picture of over 500 kB makes readers on a phone wait."""
    for path, size in site.files.items():
        if PICTURE.fullmatch(path) and size > HEAVY and path not in site.animated:
            message = f"the picture has {size // 1000} kB"
            yield Problem(1, message, "save it smaller than 500 kB", site.file_of(path))


@site_rule("animated-gif", "warning", "a moving GIF of 3 MB")
def animated_gif(site: Site) -> Iterator[Problem]:
    """A moving GIF of over 1 MB; as a video it would have a tenth of that."""
    for path in site.animated:
        message = f"the moving GIF has {site.files[path] // 1000} kB"
        yield Problem(
            1, message, "make a short video of it, or a still picture", site.file_of(path)
        )


@site_rule("orphan-image", "warning", "a picture that no post shows")
def orphan_image(site: Site) -> Iterator[Problem]:
    """A picture that neither a source nor theme nor settings mention is published all the same."""
    shown_somewhere = used(site)
    folders = [str(folder).strip("/") for folder in site.values.get("STATIC_PATHS", ["images"])]
    for path in site.files:
        served = any(path.startswith(f"{folder}/") for folder in folders if folder)
        named = folded(path) in shown_somewhere or path.rsplit("/", 1)[-1] in site.mentions
        if served and PICTURE.fullmatch(path) and not named:
            yield Problem(
                1, "nothing shows this picture", "remove it, or show it", site.file_of(path)
            )


@lru_cache(maxsize=1)
def _files(site: Site) -> tuple[tuple[Source, int, Link, str], ...]:
    """Source, number, picture and file of every picture that is not the web's."""
    return tuple(
        (source, number, picture, path)
        for source in site.sources
        for number, picture in pictures(source)
        if (path := file_of(source, picture, site)) is not None
    )


def _served(path: str, site: Site) -> bool:
    """Whether the site has it, though not from the content folder under this name."""
    return addresses.leads_somewhere(f"/{path}", addresses.known(site))


RULES = (
    missing_image, image_letter_case, unshowable_picture, missing_alt, alt_is_file_name, data_uri,
    heavy_image, animated_gif, orphan_image,
)  # fmt: skip
