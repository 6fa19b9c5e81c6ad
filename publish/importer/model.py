"""The contents of an export as plain values. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple

DESCRIPTIONS = (
    "_yoast_wpseo_metadesc",
    "rank_math_description",
    "_aioseo_description",
    "_aioseop_description",
    "_genesis_description",
)
"""Where SEO plugins keep a post's description."""


def number_of(text: object, otherwise: int = 0) -> int:
    """The number that a text is, else ``otherwise``; no item has the number 0."""
    return int(str(text)) if re.fullmatch(r"\s*[+-]?\d{1,15}\s*", str(text), re.A) else otherwise


class Term(NamedTuple):
    """A category, a tag or another term of a post."""

    name: str
    slug: str


class Comment(NamedTuple):
    """A reader's approved comment. E-mail and IP addresses are never read."""

    author: str
    date: str
    text: str


class Known(NamedTuple):
    """An existing source of the site: its file below the content folder, and its header's
    values."""

    file: str
    slug: str
    uid: str
    aliases: Sequence[str]
    public: bool


@dataclass
class Channel:
    """The site of the export.

    ``link``, ``home`` and ``blog`` are its addresses (``wp:base_site_url``, ``wp:base_blog_url``).
    ``terms`` maps (taxonomy, slug) to the name, ``described`` to the description; ``parents``
    maps a category's slug to its parent's; ``repairs`` is the number of repairs in the file.
    """

    title: str = ""
    link: str = ""
    home: str = ""
    blog: str = ""
    authors: dict[str, str] = field(default_factory=dict)
    terms: dict[tuple[str, str], str] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    described: dict[tuple[str, str], str] = field(default_factory=dict)
    repairs: int = 0

    @property
    def url(self) -> str:
        """The blog's address without a last slash."""
        return (self.blog or self.link or self.home).rstrip("/")

    def add(self, other: Channel) -> None:
        """Several files are one export: the first one's values for the site win."""
        for name, found in vars(other).items():
            here = getattr(self, name)
            setattr(self, name, {**found, **here} if isinstance(found, dict) else here or found)


@dataclass
class Item:
    """One ``<item>`` of an export, its values as text without blanks around them.

    ``id`` is WordPress' post id, or a negative number made of the item's address where the export
    has none. ``lang`` is the language that Polylang or WPML gives it. ``meta`` holds the few post
    meta values that are used, ``unread`` the keys of the others; ``terms`` are by their taxonomy,
    ``nameless`` such as make no address, with their kind.
    """

    id: int
    type: str = "post"
    status: str = ""
    title: str = ""
    link: str = ""
    guid: str = ""
    slug: str = ""
    creator: str = ""
    date: str = ""
    date_gmt: str = ""
    modified: str = ""
    modified_gmt: str = ""
    pub_date: str = ""
    password: bool = False
    parent: int = 0
    body: str = ""
    excerpt: str = ""
    attachment: str = ""
    lang: str = ""
    terms: dict[str, list[Term]] = field(default_factory=dict)
    nameless: list[tuple[str, str]] = field(default_factory=list)
    sticky: bool = False
    meta: dict[str, str] = field(default_factory=dict)
    old_slugs: list[str] = field(default_factory=list)
    old_dates: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)


@dataclass(frozen=True)
class Options:
    """The options of the command line.

    ``only`` is ``posts``, ``pages`` or None for both; ``since`` leaves out what is older;
    ``authors`` and ``categories`` map names as WordPress has them to those to write; ``again`` are
    files whose edits may be replaced.
    """

    uploads: Path | None = None
    fetch: bool = False
    dry_run: bool = False
    only: str | None = None
    since: date | None = None
    authors: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    keep_end: bool = False
    comments: bool = False
    again: tuple[Path, ...] = ()
    jobs: int = 0
