"""Rules about where links lead inside the site."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from publish.checks import addresses
from publish.checks.rule import MOST, site_rule
from publish.checks.site import Site
from publish.checks.source import Source
from publish.post.diagnostic import Problem, quoted
from publish.post.record import Link
from publish.post.urls import folded, normal, path_of, site_address

MARK = re.compile(r"[{|](\w{1,20})[}|](.*)", re.S)
HOST = re.compile(r"https?://([^/?#\s]*)(?=[/?#]|\Z)", re.I)
FILES = ("filename", "static", "attach")


class Broken(NamedTuple):
    """A broken link's message and remedy, and the likely address, if there is a close match."""

    message: str
    remedy: str
    meant: str = ""


def inside(source: Source, place: str) -> str:
    """A path as written after ``{filename}``, as one in the content folder."""
    place = unquote(place.split("#")[0].split("?")[0])
    if place.startswith("/"):
        return posixpath.normpath(place.lstrip("/"))
    return posixpath.normpath(posixpath.join(posixpath.dirname(source.path), place))


def escaped(source: Source, written: str, site: Site) -> str:
    """The address of the file whose name holds the `#` or `?` in ``written``; ``""`` for none."""
    address = written.replace("#", "%23").replace("?", "%3F")
    mark = MARK.match(address)
    path = inside(source, mark[2] if mark else address)
    return literal(path, site) if path in site.files else ""


def literal(path: str, site: Site) -> str:
    """The address of a file that no mark can link to, as Pelican writes the ``#``, ``?`` or ``%``
    in its name into the address as they are; ``""`` for any other."""
    if not {"#", "?", "%"} & set(path):
        return ""
    home = urlsplit(site_address(site.values)).path
    return f"{home}/{quote(site.library.addresses.get(path, path))}"


def own_path(source: Source, address: str, site: Site) -> str | None:
    """The path, from the site's root, that an address names; None for another site's."""
    siteurl = str(site.values.get("SITEURL") or "")
    host = HOST.match(address)
    if host and host.group(1).lower() not in siteurl.lower():
        return None  # a shortcut: the rest would give the same
    # Memoized: an address with a leading slash is the same on every page.
    base = "/" if host or address.startswith("/") else addresses.relative_base(source, site)
    return path_of(siteurl, address, base)


def find_target(source: Source, link: Link, path: str, site: Site) -> Source | None:
    """The source that one of the ``own_links`` leads to, if one does."""
    if path:
        return _by_address(site).get(normal(path))
    if found := MARK.match(link.written):
        place = inside(source, found.group(2))
        return site.by_path.get(place) if found.group(1) == "filename" else None
    return source


@lru_cache(maxsize=1)
def own_links(site: Site) -> tuple[tuple[Source, Link, str], ...]:
    """The links and pictures that do not lead to other sites, each with its source, and with the
    path that its address names; ``""`` for a mark, and for a place in the page itself."""
    return tuple(
        (source, link, path)
        for source in site.sources
        for link in source.links
        if (path := _path(source, link.written, site)) is not None
    )


def _path(source: Source, written: str, site: Site) -> str | None:
    marked = not written or written[0] == "#" or MARK.match(written)
    return "" if marked else own_path(source, written, site)


@lru_cache(maxsize=1)
def _by_address(site: Site) -> dict[str, Source]:
    found: dict[str, Source] = {}
    for source in sorted(site.sources, key=lambda s: not s.public):
        found.setdefault(addresses.of_source(source, site), source)
    return found


@site_rule("broken-link", "error", "`[one]({filename}no-such-post.md)`")
def broken_link(site: Site) -> Iterator[Problem]:
    """A link to a file that is not there, or to an address where the site will have nothing."""
    known = addresses.known(site)
    counted: dict[str, int] = {}
    for source, link, path in own_links(site):
        if link.image or counted.get(source.file, 0) > MOST:
            continue
        if why := _broken(source, link, path, site, known):
            message, remedy, meant = why
            counted[source.file] = counted.get(source.file, 0) + 1
            yield Problem(
                source.line_of(link),
                message,
                remedy,
                source.file,
                fix=(link.written, meant) if meant else None,
            )


def _broken(
    source: Source, link: Link, path: str, site: Site, known: frozenset[str]
) -> Broken | None:
    target = link.written
    if not path:
        if found := MARK.match(target):
            return _broken_mark(source, link, found.group(1), found.group(2), site)
        return None if target else Broken("a link leads nowhere", "write its address, or remove it")
    if addresses.leads_somewhere(path, known):
        return None
    there = find_target(source, link, path, site)
    if there is not None and not there.public:
        return None  # link-to-draft reports it in more detail
    for file in (inside(source, target), target.lstrip("/")):
        if file in site.by_path or file in site.files:
            mark = "filename" if file in site.by_path else "static"
            return Broken(
                f"{quoted(target)} is a file, not an address",
                f"write {{{mark}}}/{quoted(file)}",
                f"{{{mark}}}/{file}",
            )
    others = known - {addresses.of_source(source, site)}
    return _near(f"nothing is at {quoted(target)}", normal(path), others)


def _broken_mark(source: Source, link: Link, mark: str, place: str, site: Site) -> Broken | None:
    if mark in ("category", "tag", "author", "index"):
        path = own_path(source, link.address, site)
        if path is None or addresses.leads_somewhere(path, addresses.known(site)):
            return None
        return Broken(f"there is no {mark} {quoted(place)}", "correct its name, or remove the link")
    if mark not in FILES:
        return Broken(
            f"there is no {{{mark}}} to link with", "write {filename}, {static} or {attach}"
        )
    path = site.file_at(inside(source, place))
    if path in site.files or (mark == "filename" and path in site.library.sources):
        sought = any(said.kind == "unfound" for said in source.complaints)
        if MARK.match(link.address):
            return None if sought else Broken(*unresolved(link))
        there = literal(path, site) if path in site.files else ""
        return Broken(*misread(link, there), there) if there else None
    if path in site.library.sources:
        return Broken(
            f"{quoted(place)} is a post, not a picture or download",
            f"write {{filename}}{quoted(place)}",
            f"{{filename}}{place}",
        )
    other = site.by_folded.get(folded(path))
    if other:
        return Broken(f"{quoted(place)} is spelled {quoted(other)}", spelling(path, other))
    if whole := escaped(source, link.written, site):
        return Broken(f"there is no file {quoted(place)}", f"write {quoted(whole)}", whole)
    everything = [*site.library.sources] if mark == "filename" else [*site.files]
    return _near(
        f"there is no file {quoted(place or link.written)}", path, everything, f"{{{mark}}}/"
    )


def unresolved(link: Link) -> tuple[str, str]:
    """Message and remedy for a link to an existing file that Pelican does not resolve."""
    remedy = 'write it as href="…" or src="…", or from / on'
    return f"Pelican does not resolve {quoted(link.written)}", remedy


def misread(link: Link, there: str) -> tuple[str, str]:
    """Message and remedy for a link whose file has the address ``literal``."""
    message = (
        f"browsers take the # ? % in the name of {quoted(link.written)} for signs of an address"
    )
    return message, f"write {quoted(there)}, or rename the file without # ? %"


def spelling(path: str, there: str) -> str:
    """The remedy for a name that matches the file's only on a disk that ignores case or accents."""
    if path.casefold() == there.casefold():
        return "use the same capitals and small letters"
    return "rename the file: its accents are put together in another way than yours"


def _near(message: str, name: str, known: frozenset[str] | list[str], prefix: str = "") -> Broken:
    # Close matches among thousands of names would take seconds.
    near = get_close_matches(name[:100], sorted(known)[:2000], 1, 0.75)
    if not near:
        return Broken(message, "correct the address, or remove the link")
    shown = near[0] if not prefix else f"/{near[0]}"
    return Broken(message, f"did you mean {shown}?", f"{prefix}{near[0]}")


@site_rule("link-to-draft", "error", "a public post links to `Status: draft`", "silent")
def link_to_draft(site: Site) -> Iterator[Problem]:
    """Readers would find nothing there: the target is a draft, or not public yet."""
    for source, link, path in own_links(site):
        there = find_target(source, link, path, site)
        if there is None or there is source or there.public or source.kind == "draft":
            continue
        waits: Literal["error", "warning"] = "error"
        if source.kind == "scheduled":
            if (
                there.date
                and source.date
                and there.kind == "scheduled"
                and there.date <= source.date
            ):
                continue
            waits = "warning"
        if there.kind == "draft" and addresses.of_source(there, site) in site.recorded.retired:
            message = f"the link leads to {there.file}, which was taken off the site"
            yield Problem(source.line_of(link), message, "remove the link", source.file, "warning")
            continue
        what = "a draft" if there.kind == "draft" else "not public yet"
        message = f"the link leads to {there.file}, which is {what}"
        line, remedy = source.line_of(link), "publish it first, or remove the link"
        yield Problem(line, message, remedy, source.file, waits)


@site_rule("broken-anchor", "error", "`[below](#no-such-heading)`")
def broken_anchor(site: Site) -> Iterator[Problem]:
    """A `#…` that names no heading or id; a warning where the theme could have one."""
    for source, link, path in own_links(site):
        # What follows `:~:` are words for browsers to mark.
        anchor = unquote(link.written.partition("#")[2].partition(":~:")[0])
        there = find_target(source, link, path, site) if anchor else None
        if there is None or there.post is None or anchor in there.post.names or anchor == "top":
            continue
        if site.theme_ids is not None and anchor in site.theme_ids:
            continue
        sure: Literal["error", "warning"] = "error" if site.theme_ids is not None else "warning"
        near = get_close_matches(anchor[:100], [i for i in there.post.ids[:500] if i], 1, 0.75)
        remedy = f"write #{near[0]}" if near else f"write {{#{quoted(anchor)}}} after the heading"
        where = "this page" if there is source else there.file
        message = f"nothing in {where} is named #{quoted(anchor)}"
        yield Problem(source.line_of(link), message, remedy, source.file, sure)
