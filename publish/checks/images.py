"""Rules about pictures. Pure: sizes were read with the site."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from publish.checks.finding import Finding
from publish.checks.library import Site
from publish.checks.links import resolve
from publish.checks.source import Source

MARKDOWN = re.compile(r"!\[([^\]]{0,1000})\]\(\s*<?([^\s)>]{0,4000})")
TAG = re.compile(r"<img\b([^>]{0,6000})>")
HEAVY = 500_000
"""Bytes; more makes a phone wait."""
GIF = 1_000_000


def find(site: Site) -> Iterator[Finding]:
    """Pictures that are missing, nameless or heavy, and files that nothing shows."""
    used: set[str] = set()
    for source in site.sources:
        for number, alt, target in _pictures(source):
            yield from _judge(site, source, number, alt, target, used)
        # A link to a picture shows it too.
        used |= {resolve(source, m) for m in re.findall(r"\{static\}([^\s)\"'>]+)", source.text)}
    for name in sorted(site.files):
        if re.search(r"\.(jpe?g|png|gif|webp|avif|svg)$", name, re.I) and name not in used:
            yield Finding(
                f"{site.content}/{name}", 1, "orphan-image", "warning", "no post shows it",
                "remove it, or show it",
            )  # fmt: skip


def _pictures(source: Source) -> Iterator[tuple[int, str | None, str]]:
    if image := source.get("image"):
        yield (
            source.line("image"),
            source.get("image_alt"),
            "{static}/" + image.removeprefix("{static}").lstrip("/"),
        )
    for number, line in source.prose:
        for found in MARKDOWN.finditer(line):
            yield number, found.group(1), found.group(2)
        for found in TAG.finditer(line):
            src = re.search(r"""\bsrc\s*=\s*["']([^"']*)""", found.group(1))
            alt = re.search(r"""\balt\s*=\s*["']([^"']*)""", found.group(1))
            # An alt that is there and empty says that the picture is decoration.
            yield (
                number,
                (alt.group(1) or "decoration") if alt else None,
                src.group(1) if src else "",
            )


def _judge(
    site: Site, source: Source, line: int, alt: str | None, target: str, used: set[str]
) -> Iterator[Finding]:
    def finding(rule: str, error: bool, message: str, remedy: str) -> Finding:
        return Finding(source.path, line, rule, "error" if error else "warning", message, remedy)

    if not (alt or "").strip():
        message = "a picture has no words for those who cannot see it"
        yield finding("missing-alt", False, message, "say what it shows: ![words](…)")
    elif re.fullmatch(r"[\w.-]+\.(jpe?g|png|gif|webp|svg)", (alt or "").strip(), re.I):
        yield finding("alt-is-name", False, f"“{alt}” is a file name", "say what it shows")
    if target.startswith("data:"):
        message = "a picture is pasted into the text"
        yield finding("data-uri", False, message, "save it under content/images/")
        return
    if re.match(r"https?://|//", target):
        return
    place = re.sub(r"^[{|](static|attach|filename)[}|]", "", unquote(target))
    path = resolve(source, place)
    used.add(path)
    if path not in site.files:
        twin = next((n for n in site.files if n.lower() == path.lower()), None)
        if twin:
            message = f"the picture {place} is written {twin} on the disk"
            yield finding("image-case", True, message, f"write {twin}")
        else:
            remedy = "put it there, or correct the name"
            yield finding("missing-image", True, f"there is no picture {place[:80]}", remedy)
    elif path.lower().endswith(".gif") and site.files[path] > GIF:
        message = f"the GIF {place} has {site.files[path] // 1000} kB"
        yield finding("heavy-gif", False, message, "use a video, or a still picture")
    elif site.files[path] > HEAVY:
        message = f"the picture {place} has {site.files[path] // 1000} kB"
        yield finding("heavy-image", False, message, "save it smaller than 500 kB")
