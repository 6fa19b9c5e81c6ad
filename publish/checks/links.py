"""Rules about links. Pure."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from publish.checks.addresses import known, normal
from publish.checks.finding import Finding
from publish.checks.library import Site
from publish.checks.source import Source, slugify

LINK = re.compile(r"(?<!!)\[([^\[\]]{0,300})\]\(\s*<?([^\s)>]{0,2000})")
HREF = re.compile(r"""<a\b[^>]{0,500}?\bhref\s*=\s*["']([^"']{0,2000})["']""")
REFERENCE = re.compile(r" {0,3}\[(?!\^)[^\]]{1,200}\]:\s*<?([^\s>]{1,2000})")
VAGUE = {"click here", "here", "this link", "read more", "more", "link"}
TRACKED = re.compile(r"[?&](utm_\w+|fbclid|gclid|mc_[ce]id)=")
LOCAL = re.compile(r"(?:https?://)(?:localhost|127\.|0\.0\.0\.0|\[::1\])|file:")


@dataclass(frozen=True)
class Link:
    """A link's target as written, its words, and its line."""

    target: str
    words: str
    line: int


def links(source: Source) -> Iterator[Link]:
    """Every link of the body."""
    for number, line in source.prose:
        for found in LINK.finditer(line):
            yield Link(found.group(2), found.group(1), number)
        for found in HREF.finditer(line):
            yield Link(found.group(1), "", number)
        if reference := REFERENCE.match(line):
            yield Link(reference.group(1), "", number)


def find(site: Site) -> Iterator[Finding]:
    """Links that lead nowhere, or somewhere they should not."""
    addresses = known(site)
    for source in site.sources:
        for link in links(source):
            yield from _judge(site, source, link, addresses)


def _judge(site: Site, source: Source, link: Link, addresses: set[str]) -> Iterator[Finding]:
    def finding(rule: str, severity: str, message: str, remedy: str) -> Finding:
        level = "error" if severity == "error" else "warning"
        return Finding(source.path, link.line, rule, level, message, remedy)  # type: ignore[arg-type]

    target = link.target
    if link.words.strip().lower() in VAGUE:
        message = f"the link “{link.words.strip()}” does not say where it leads"
        yield finding("vague-link", "warning", message, "link the words that name the target")
    if LOCAL.match(target):
        yield finding("local-link", "error", f"{target[:80]} is on your own machine", "remove it")
    elif target.startswith("http://"):
        yield finding("http-link", "warning", f"{target[:80]} is not https", "write https://")
    if TRACKED.search(target):
        message = f"{target[:80]} tracks the reader"
        yield finding("tracking", "warning", message, "remove what follows the question mark")
    if target.startswith("#"):
        if not _has_anchor(source, target[1:]):
            message = f"there is no {target[:60]} in this post"
            yield finding("broken-anchor", "error", message, "name a heading of this post")
        return
    yield from _inside(site, source, link, addresses)


def _inside(site: Site, source: Source, link: Link, addresses: set[str]) -> Iterator[Finding]:
    remedy = "correct the path, or remove the link"

    def broken(what: str) -> Finding:
        return Finding(source.path, link.line, "broken-link", "error", what, remedy)

    mark = re.match(r"[{|](filename|attach|static|category|tag|author|index)[}|](.*)", link.target)
    if mark:
        place, _, anchor = unquote(mark.group(2)).partition("#")
        if mark.group(1) in ("category", "tag", "author", "index"):
            return
        path = resolve(source, place)
        other = site.by_inside.get(path)
        if other is None and path not in site.files:
            yield broken(f"there is no file {place[:80]}")
        elif other is not None and not site.public(other) and site.public(source):
            what = f"{place[:80]} is not public, so readers would find nothing"
            yield Finding(source.path, link.line, "link-to-draft", "error", what, remedy)
        elif other is not None and anchor and not _has_anchor(other, anchor):
            what = f"there is no #{anchor[:60]} in {place[:80]}"
            yield Finding(source.path, link.line, "broken-anchor", "error", what, remedy)
        return
    parts = urlsplit(link.target) if "[" not in link.target else None
    if parts is None or parts.scheme or link.target.startswith("//") or not parts.path:
        return
    if parts.path.startswith("/"):
        if normal(unquote(parts.path)) not in addresses:
            yield broken(f"nothing is at {parts.path[:80]}")
    elif not link.target.startswith(("mailto:", "tel:")):
        path = resolve(source, unquote(parts.path))
        if path in site.by_inside or path in site.files:
            what = f"{parts.path[:80]} is a file of the content, which is not where pages are"
            fix = f"write {{filename}}{parts.path[:80]}"
            yield Finding(source.path, link.line, "broken-link", "error", what, fix)


def resolve(source: Source, place: str) -> str:
    """A path in a link, as a path in the content folder."""
    if place.startswith("/"):
        return posixpath.normpath(place.lstrip("/"))
    return posixpath.normpath(posixpath.join(posixpath.dirname(source.inside), place))


def _has_anchor(source: Source, anchor: str) -> bool:
    if re.match(r"fn(ref)?[:\d]", anchor) or not anchor:
        return True
    anchor = unquote(anchor)
    if re.search(rf"""(?:\bid\s*=\s*["']?|\{{\s*#){re.escape(anchor)}\b""", source.text):
        return True
    headings = (re.match(r"#{1,6}\s+(.*?)\s*#*$", line) for _, line in source.prose)
    return any(found and slugify(found.group(1)) == anchor for found in headings)
