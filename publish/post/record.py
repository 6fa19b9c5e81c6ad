"""The record of a post or page: what Pelican and the plugins made of one source, as plain values.

``publish.site`` makes it from Pelican's objects once every link is resolved; checks, newsletter,
deploy and the desk read it instead of the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, NamedTuple
from urllib.parse import unquote

from publish.post.diagnostic import Complaint

Visibility = Literal["public", "hidden", "scheduled", "draft"]
"""``hidden`` is public and in no list, ``scheduled`` becomes public by its date."""
PLAYERS = ("audio", "video", "source", "track")
FRAMES = ("iframe", "frame", "embed", "object")


class Link(NamedTuple):
    """An address in a rendered body.

    ``tag`` is the element that holds it. ``written`` is the address before Pelican resolved it
    (``{filename}other.md``), ``address`` after. ``words`` are a link's text or a picture's
    alternative text, None where a picture has no ``alt`` at all. ``mail`` marks one that only
    the mail shows.
    """

    tag: str
    written: str
    address: str
    words: str | None = ""
    mail: bool = False

    @property
    def image(self) -> bool:
        """Whether it is a picture, and not a link, a player or a frame."""
        return self.tag == "img"


class Heading(NamedTuple):
    """A heading of a rendered body: its level from 1, its words, and its id (``""`` for none)."""

    level: int
    words: str
    id: str


class Cover(NamedTuple):
    """The picture of the ``Image`` line. ``path`` is its file below the content folder (``""``
    for another site's), ``url`` its address (from the site's root, or absolute)."""

    written: str
    path: str
    url: str
    alt: str


@dataclass(frozen=True)
class Post:
    """A post (``kind`` "article") or a page.

    ``source`` is its path below the content folder, with slashes; ``fields`` are the values of its
    front matter as text and ``lines`` the lines in the file where they stand, by their keys in
    small letters.
    ``url`` and ``save_as`` are Pelican's for its present status, ``permalink`` is the address it
    has or will have in public. ``title`` and ``summary`` are HTML; ``plain_title``,
    ``plain_summary`` and ``text`` are words. ``body_digest`` is equal for equal ones of these
    three, links, headings and ids; ``""`` if it is not known. ``inline`` are the elements of its
    body that a strict content security policy blocks: with a style of their own, or a script.
    """

    source: str
    kind: Literal["article", "page"]
    visibility: Visibility
    title: str
    plain_title: str
    slug: str
    url: str
    save_as: str
    permalink: str
    lang: str = ""
    direction: str = "ltr"
    uid: str = ""
    was: tuple[str, ...] = ()
    date: datetime | None = None
    modified: datetime | None = None
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    cover: Cover | None = None
    summary: str = ""
    plain_summary: str = ""
    text: str = ""
    links: tuple[Link, ...] = ()
    headings: tuple[Heading, ...] = ()
    ids: tuple[str, ...] = ()
    inline: tuple[str, ...] = ()
    page_digest: str = ""
    body_digest: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def is_page(self) -> bool:
        """Whether it is a page, which has no date and is in no feed."""
        return self.kind == "page"

    @property
    def public(self) -> bool:
        """Whether the built site holds it now."""
        return self.visibility in ("public", "hidden")

    @cached_property
    def names(self) -> frozenset[str]:
        """The valid fragments (``#…``) of links to it."""
        return frozenset(self.ids)


@dataclass(frozen=True)
class Library:
    """A site's records, and what else an address may lead to.

    ``sources`` are the paths of all sources below the content folder by their kind, read or not.
    ``files`` are the files that are copied into the site: path below the content folder to size in
    bytes. ``places`` are the addresses of lists, feeds and the like, ``terms`` the slugs of the
    categories, tags and authors. ``settings`` are Pelican's, defaults filled in, as far as they are
    plain values; ``plugins`` the names of those at work. ``complaints`` are the errors of Pelican
    and the plugins, which a build refuses. ``no_template`` are the sources whose template the theme
    does not have, with its name.
    """

    content: str
    posts: tuple[Post, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    """Texts beside the sources that Pelican does not take for posts."""
    files: Mapping[str, int] = field(default_factory=dict)
    addresses: Mapping[str, str] = field(default_factory=dict)
    """The address of each of ``files``."""
    spellings: Mapping[str, str] = field(default_factory=dict)
    """Other paths by which a link finds one of ``files``."""
    places: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    """The files of lists, feeds and the theme, relative to the output."""
    terms: Mapping[str, frozenset[str]] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)
    plugins: tuple[str, ...] = ()
    complaints: tuple[Complaint, ...] = ()
    no_template: Mapping[str, str] = field(default_factory=dict)
    failed: bool = False
    """Whether the settings, a plugin or a generator failed, so that nothing else is known."""

    @cached_property
    def by_source(self) -> Mapping[str, Post]:
        """The records by their source."""
        return {post.source: post for post in self.posts}

    @cached_property
    def written(self) -> frozenset[str]:
        """The known files that a build writes, relative to the output."""
        pages = {unquote(post.save_as) for post in self.public if post.save_as}
        return frozenset(pages | self.lists | {*self.addresses.values()})

    @cached_property
    def public(self) -> tuple[Post, ...]:
        """The posts and pages that the built site holds now."""
        return tuple(post for post in self.posts if post.public)
