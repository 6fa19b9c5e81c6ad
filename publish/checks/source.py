"""A source file as the rules see it: bytes, header, body and what can be told from them. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from itertools import islice
from typing import Literal, NamedTuple

from publish.checks import dates, keys, marks, outline, prose
from publish.checks.slugs import slugify
from publish.post import frontmatter
from publish.post.diagnostic import Problem
from publish.post.frontmatter import Header

Kind = Literal["post", "page", "draft", "scheduled"]

MOST_LINKS = 5000
"""Of one source; a rule tells when there are more, which are not looked at."""


@dataclass(frozen=True)
class Reading:
    """What of the settings decides how a source is read.

    ``future`` tells whether posts of the future are public, ``commas`` whether a comma parts
    two categories, ``toc`` whether headings get ids, ``sane_lists`` whether a list may begin at
    another number than 1. ``dated`` tells whether the settings date what has no date,
    ``by_folder`` whether a folder's name is a category; ``status``, ``category`` and ``keys``
    are what they give by default. ``plugins`` are short names in order, none if the settings
    leave it to Pelican.
    """

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    zone: tzinfo = UTC
    future: bool = False
    commas: bool = True
    filename: str = r"(?P<date>\d{4}-\d{2}-\d{2}).*"
    status: str = ""
    toc: bool = False
    sane_lists: bool = False
    plugins: tuple[str, ...] = ()
    dated: bool = False
    keys: tuple[str, ...] = ()
    by_folder: bool = True
    category: str = "misc"

    def uses(self, plugin: str) -> bool:
        """Whether a plugin of ours is surely at work."""
        return plugin in self.plugins


class Known(NamedTuple):
    """What a source's bytes, name and ``Reading`` alone tell, whatever the time and the other
    sources are; ``problems`` of every lasting rule that finds some, by its id."""

    readable: bool
    header: Header
    links: tuple[tuple[int, marks.Link], ...]
    ids: frozenset[str]
    secrets: tuple[int, ...]
    problems: Mapping[str, tuple[Problem, ...]]


@dataclass(frozen=True, eq=False)
class Source:
    """A post or a page, whatever its bytes are; nothing here raises.

    ``path`` is relative to the content folder, ``file`` to the project. ``known`` is what an
    earlier check found out, so that the text need not be read again.
    """

    path: str
    file: str
    raw: bytes = field(repr=False)
    is_page: bool
    reading: Reading
    known: Known | None = field(default=None, repr=False)

    @cached_property
    def text(self) -> str:
        """The file's, with line breaks of one kind; ``""`` if its bytes are no text."""
        try:
            text = self.raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            return ""
        if b"\0" in self.raw or not text.strip():
            return ""
        return text.replace("\r\n", "\n").replace("\r", "\n")

    @cached_property
    def readable(self) -> bool:
        """False when the bytes are no text; then there is neither header nor body."""
        return self.known.readable if self.known else bool(self.text)

    @cached_property
    def header(self) -> Header:
        """The lines before the body."""
        return self.known.header if self.known else frontmatter.parse(self.text.split("\n"))

    @cached_property
    def secrets(self) -> tuple[int, ...]:
        """The lines that hold something shaped like a secret key."""
        return self.known.secrets if self.known else keys.lines(self.raw)

    def get(self, name: str) -> str:
        """A header's value; ``""`` if it is not there or empty."""
        found = self.header.field(name)
        return found.value if found else ""

    def line(self, name: str) -> int:
        """A header's line, else 1."""
        found = self.header.field(name)
        return found.line if found else 1

    @cached_property
    def body(self) -> str:
        """The text under the header."""
        return "\n".join(self.text.split("\n")[self.header.body_line - 1 :])

    @cached_property
    def prose(self) -> str:
        """The body with code and comments blanked; every character in its place."""
        return prose.mask(self.body)

    @cached_property
    def prose_lines(self) -> tuple[tuple[int, str], ...]:
        """``prose`` by line, each with its number in the file."""
        return tuple(enumerate(self.prose.split("\n"), self.header.body_line))

    @cached_property
    def links(self) -> tuple[tuple[int, marks.Link], ...]:
        """Links and pictures of the body, each with its line in the file."""
        if self.known:
            return self.known.links
        breaks = [found.start() for found in re.finditer("\n", self.body)]
        return tuple(
            (self.header.body_line + bisect_right(breaks, link.offset - 1), link)
            for link in islice(marks.links(self.body, self.prose), MOST_LINKS)
        )

    @cached_property
    def headings(self) -> tuple[tuple[int, outline.Heading], ...]:
        """Headings of the body, each with its line in the file."""
        found = outline.headings(self.prose)
        return tuple((self.header.body_line + heading.index, heading) for heading in found)

    @cached_property
    def ids(self) -> frozenset[str]:
        """What a ``#…`` to this page may name."""
        if self.known:
            return self.known.ids
        return outline.ids(self.prose, tuple(h for _, h in self.headings), self.reading.toc)

    @cached_property
    def status(self) -> str:
        """In small letters; the site's default if none is given."""
        return (self.get("status") or self.reading.status or "published").lower()

    @cached_property
    def date(self) -> datetime | None:
        """Aware; from the header, else from the file's name; None if missing or bad."""
        given = self.get("date") or self.filename_fields.get("date", "")
        return dates.parse(given, self.reading.zone)

    @cached_property
    def filename_fields(self) -> dict[str, str]:
        """What the site takes from a file's name (Pelican's ``FILENAME_METADATA``)."""
        stem = self.path.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        found = re.match(self.reading.filename, stem) if self.reading.filename else None
        return {k: v for k, v in found.groupdict().items() if v} if found else {}

    @cached_property
    def kind(self) -> Kind:
        """``draft`` is whatever the site never shows, ``scheduled`` what it does not show yet."""
        if self.status not in ("published", "hidden"):
            return "draft"
        if self.is_page:
            return "page"
        late = self.date is not None and self.date > self.reading.now
        return "scheduled" if late and not self.reading.future else "post"

    @property
    def public(self) -> bool:
        """Whether the built site holds it now."""
        return self.kind in ("post", "page")

    @cached_property
    def slug(self) -> str:
        """Its own, else the one Pelican makes of the title."""
        given = self.get("slug") or self.filename_fields.get("slug", "")
        return given or slugify(self.get("title"))

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """The names of its ``Category`` line, the main one first."""
        given = self.get("category")
        parts = given.split(",") if self.reading.commas else [given]
        return tuple(part.strip() for part in parts if part.strip())

    def names(self, key: str) -> tuple[str, ...]:
        """Tags or authors: parted by semicolons if there are any, else by commas."""
        given = self.get(key)
        return tuple(p.strip() for p in given.split(";" if ";" in given else ",") if p.strip())

    @cached_property
    def aliases(self) -> tuple[str, ...]:
        """Old addresses that lead here."""
        return tuple(part.strip() for part in self.get("aliases").split(",") if part.strip())

    @property
    def mailed(self) -> bool:
        """Whether it goes out as an issue."""
        no = ("no", "false", "off", "0")
        return not self.is_page and self.get("newsletter").lower() not in no
