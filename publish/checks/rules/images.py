"""Rules about pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote

from publish.checks import addresses
from publish.checks.rule import site_rule, source_rule
from publish.checks.rules.links import FILES, MARK, inside, own_links, own_path
from publish.checks.site import Site
from publish.checks.source import Source
from publish.post.diagnostic import Problem, shown

PICTURE = re.compile(r".+\.(?:jpe?g|png|gif|webp|avif|svg)", re.I)
FILE_NAME = re.compile(
    r"[\w .()-]{0,200}\.(?:jpe?g|png|gif|webp|avif|svg|heic)"
    r"|(?:IMG|DSC|DSCN|PXL|Screenshot)[_ -].{0,60}",
    re.I,
)
HEAVY = 500_000
"""Bytes; more makes a reader on a phone wait."""


def pictures(source: Source) -> Iterator[tuple[int, str, str | None]]:
    """Line, target and alt text of every picture, the header's first."""
    if image := source.get("image"):
        yield source.line("image"), image, source.get("image_alt") or None
    for line, link in source.links:
        if link.image:
            yield line, link.target, link.text


def file_of(source: Source, target: str, site: Site, header: bool = False) -> str | None:
    """The path in the content folder that a picture means; None for the web's pictures."""
    if found := MARK.match(target):
        return inside(source, found.group(2)) if found.group(1) in FILES else None
    if target.startswith("data:") or not target:
        return None
    if header and "://" not in target and not target.startswith("//"):
        return unquote(target.split("?")[0]).lstrip("/")
    path = own_path(source, target, site)
    return unquote(path).lstrip("/") if path else None


def used(site: Site) -> frozenset[str]:
    """Every file that a source shows or links to."""
    found: set[str | None] = set()
    found |= {file_of(s, s.get("image"), site, header=True) for s in site.sources}
    found |= {file_of(source, link.target, site) for source, _, link in own_links(site)}
    return frozenset(path for path in found if path)


@site_rule("missing-image", "error", "`![A door]({static}/images/no-such.jpg)`")
def missing_image(site: Site) -> Iterator[Problem]:
    """The picture's file is not there."""
    for source, line, target, path in _files(site):
        if path in site.files or path.lower() in site.by_lower or _listed(path, site):
            continue
        near = inside(source, target)
        there = next((f for f in (near, f"images/{near}") if f in site.files), "")
        remedy = f"write {{static}}/{there}" if there else "put the file there, or correct the name"
        yield Problem(line, f"there is no picture {shown(target)}", remedy, source.file)


@site_rule("image-letter-case", "error", "`Door.JPG` for a file `door.jpg`")
def image_letter_case(site: Site) -> Iterator[Problem]:
    """The file is there under another spelling, which web servers take for another file."""
    for source, line, target, path in _files(site):
        there = site.by_lower.get(path.lower())
        if path not in site.files and there is not None:
            message = f"the picture {shown(target)} is spelled {shown(there)}"
            yield Problem(line, message, "use the same capitals and small letters", source.file)


@source_rule("missing-alt", "warning", "`![]({static}/images/door.jpg)`")
def missing_alt(source: Source) -> Iterator[Problem]:
    """A picture without words for those who cannot see it."""
    for line, target, alt in pictures(source):
        if not (alt or "").strip():
            header = line < source.header.body_line
            remedy = "add a line `Image_alt: …`" if header else "say what it shows: ![words](…)"
            yield Problem(line, f"the picture {shown(target)} has no alt text", remedy)


@source_rule("alt-is-file-name", "warning", "`![IMG_2041.jpg](…)`")
def alt_is_file_name(source: Source) -> Iterator[Problem]:
    """An alt text that is a file's name tells nobody what the picture shows."""
    for line, _, alt in pictures(source):
        if alt and FILE_NAME.fullmatch(alt.strip()):
            yield Problem(line, f"the alt text {shown(alt)} is a file name", "say what it shows")


@source_rule("data-uri", "warning", "`![x](data:image/png;base64,…)`")
def data_uri(source: Source) -> Iterator[Problem]:
    """A picture pasted into the text; mail programs do not show it."""
    for line, target, _ in pictures(source):
        if target[:5].lower() == "data:":
            yield Problem(line, "a picture is pasted into the text", "save it as a file in images/")


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
        named = path in shown_somewhere or path.rsplit("/", 1)[-1] in site.mentions
        if served and PICTURE.fullmatch(path) and not named and not site.others:
            yield Problem(
                1, "nothing shows this picture", "remove it, or show it", site.file_of(path)
            )


@lru_cache(maxsize=1)
def _files(site: Site) -> tuple[tuple[Source, int, str, str], ...]:
    """Source, line, target and file of every picture that is not the web's."""
    return tuple(
        (source, line, target, path)
        for source in site.sources
        for line, target, _ in pictures(source)
        if (path := file_of(source, target, site, line < source.header.body_line)) is not None
    )


def _listed(path: str, site: Site) -> bool:
    """Whether it is there, but not in the content folder or not readable."""
    served = addresses.leads_somewhere(f"/{path}", site, addresses.known(site))
    return served or any(trouble.file == site.file_of(path) for trouble in site.troubles)


RULES = (
    missing_image, image_letter_case, missing_alt, alt_is_file_name, data_uri, heavy_image,
    animated_gif, orphan_image,
)  # fmt: skip
