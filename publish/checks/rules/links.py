"""Rules about where links lead inside the site."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from publish.checks import addresses
from publish.checks.marks import Link
from publish.checks.rule import site_rule
from publish.checks.site import Site
from publish.checks.slugs import slugify
from publish.checks.source import Source
from publish.post.diagnostic import Problem, shown
from publish.post.urls import normal

MARK = re.compile(r"[{|](\w{1,20})[}|](.*)", re.S)
HOST = re.compile(r"https?://([^/?#\s]*)(?=[/?#]|\Z)", re.I)
FILES = ("filename", "static", "attach")


def inside(source: Source, place: str) -> str:
    """A path as written after ``{filename}``, as one in the content folder."""
    place = unquote(place.split("#")[0].split("?")[0])
    if place.startswith("/"):
        return posixpath.normpath(place.lstrip("/"))
    return posixpath.normpath(posixpath.join(posixpath.dirname(source.path), place))


def own_path(source: Source, target: str, site: Site) -> str | None:
    """The path, from the site's root, that a plain address names; None for another site's."""
    home = _home(str(site.values.get("SITEURL") or ""))
    host = HOST.match(target)
    if home is None or (host and host.group(1) != home.netloc):
        return None  # the latter is what the rest would find too, only later
    # What begins with a slash means the same in every page.
    base = "/" if target.startswith("/") else addresses.relative_base(source, site)
    return _path(home, base, target)


@lru_cache(maxsize=1)
def _home(siteurl: str) -> SplitResult | None:
    try:
        return urlsplit(siteurl)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _path(home: SplitResult, base: str, target: str) -> str | None:
    try:
        parts = urlsplit(urljoin(f"//{home.netloc}{base}", target))
    except ValueError:
        return None
    if parts.scheme not in ("", "http", "https") or parts.netloc != home.netloc:
        return None
    root = home.path.rstrip("/")
    if root and parts.path.startswith(f"{root}/"):
        return parts.path[len(root) :]
    return parts.path or "/"


def find_target(source: Source, target: str, site: Site) -> Source | None:
    """The source that a link leads to, if one does."""
    if found := MARK.match(target):
        return (
            site.by_path.get(inside(source, found.group(2)))
            if found.group(1) == "filename"
            else None
        )
    if target.startswith("#") or not target:
        return source
    path = own_path(source, target, site)
    return _by_address(site).get(normal(path)) if path else None


@lru_cache(maxsize=1)
def own_links(site: Site) -> tuple[tuple[Source, int, Link], ...]:
    """The links and pictures that do not lead to other sites, each with its source and line."""
    return tuple(
        (source, line, link)
        for source in site.sources
        for line, link in source.links
        if not link.target
        or link.target[0] in "#{|"
        or own_path(source, link.target, site) is not None
    )


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
    for source, line, link in own_links(site):
        if not link.image and (why := _broken(source, link.target, site, known)):
            yield Problem(line, why[0], why[1], source.file)


def _broken(
    source: Source, target: str, site: Site, known: frozenset[str]
) -> tuple[str, str] | None:
    if found := MARK.match(target):
        return _broken_mark(source, found.group(1), found.group(2), site)
    if not target or target.startswith("#"):
        return None if target else ("a link leads nowhere", "write its address, or remove it")
    path = own_path(source, target, site)
    if path is None or addresses.leads_somewhere(path, site, known):
        return None
    there = find_target(source, target, site)
    if there is not None and not there.public:
        return None  # link-to-draft tells it better
    for file in (inside(source, target), target.lstrip("/")):
        if file in site.by_path or file in site.files:
            mark = "filename" if file in site.by_path else "static"
            return f"{shown(target)} is a file, not an address", f"write {{{mark}}}/{shown(file)}"
    return f"nothing is at {shown(target)}", _near(normal(path), known)


def _broken_mark(source: Source, mark: str, place: str, site: Site) -> tuple[str, str] | None:
    if mark in ("category", "tag", "author"):
        names = addresses.taxonomy_slugs(site, mark)
        if slugify(unquote(place)) in names or site.others:
            return None
        return f"there is no {mark} {shown(place)}", "correct its name, or remove the link"
    if mark == "index":
        return None
    if mark not in FILES:
        return f"there is no {{{mark}}} to link with", "write {filename}, {static} or {attach}"
    path = inside(source, place)
    if path in site.files or (mark == "filename" and path in site.by_path):
        return None
    if path in site.by_path:
        return (
            f"{shown(place)} is a post, not a picture or download",
            f"write {{filename}}{shown(place)}",
        )
    if any(t.file == site.file_of(path) for t in site.troubles):
        return None  # it is there, and has a finding of its own
    other = site.by_lower.get(path.lower())
    if other:
        return (
            f"{shown(place)} is spelled {shown(other)}",
            "use the same capitals and small letters",
        )
    everything = [*site.by_path] if mark == "filename" else [*site.files]
    return f"there is no file {shown(place)}", _near(path, everything, "/")


def _near(name: str, known: frozenset[str] | list[str], prefix: str = "") -> str:
    # Close matches of thousands of names would take seconds.
    near = get_close_matches(name[:100], sorted(known)[:2000], 1, 0.75)
    return f"did you mean {prefix}{near[0]}?" if near else "correct the address, or remove the link"


@site_rule("link-to-draft", "error", "a public post links to `Status: draft`", "silent")
def link_to_draft(site: Site) -> Iterator[Problem]:
    """Readers would find nothing there: the target is a draft, or not public yet."""
    for source, line, link in own_links(site):
        there = find_target(source, link.target, site)
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
            yield Problem(line, message, "remove the link", source.file, "warning")
            continue
        what = "a draft" if there.kind == "draft" else "not public yet"
        message = f"the link leads to {there.file}, which is {what}"
        yield Problem(line, message, "publish it first, or remove the link", source.file, waits)


@site_rule("broken-anchor", "error", "`[below](#no-such-heading)`")
def broken_anchor(site: Site) -> Iterator[Problem]:
    """A `#…` that names no heading or id; a warning where the theme could have one."""
    for source, line, link in own_links(site):
        anchor = unquote(link.target.partition("#")[2])
        there = find_target(source, link.target, site) if anchor else None
        if there is None or not there.readable or anchor in there.ids or anchor == "top":
            continue
        if site.theme_ids is not None and anchor in site.theme_ids:
            continue
        sure: Literal["error", "warning"] = "error" if site.theme_ids is not None else "warning"
        remedy = f"write {{#{shown(anchor)}}} after the heading that is meant"
        where = "this page" if there is source else there.file
        yield Problem(
            line, f"nothing in {where} is named #{shown(anchor)}", remedy, source.file, sure
        )


RULES = (broken_link, link_to_draft, broken_anchor)
