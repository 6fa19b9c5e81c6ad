"""A source file as the rules see it: bytes, header, body and what can be told from them. Pure."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from itertools import islice
from typing import Literal

from publish.checks import dates, header, marks, outline, prose
from publish.checks.slugs import slugify

Kind = Literal["post", "page", "draft", "scheduled"]

MOST_LINKS = 5000
"""Of one source; a rule tells when there are more, which are not looked at."""


@dataclass(frozen=True)
class Reading:
    """What of the settings decides how a source is read.

    ``future`` tells whether posts of the future are public, ``commas`` whether a comma parts
    two categories.
    """

    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    zone: tzinfo = UTC
    future: bool = False
    commas: bool = True
    filename: str = r"(?P<date>\d{4}-\d{2}-\d{2}).*"
    status: str = "published"
    toc: bool = False


@dataclass(frozen=True)
class Source:
    """A post or a page.

    ``path`` is relative to the content folder, ``file`` to the project. ``readable`` is False
    when the bytes are no text; then there is neither header nor body.
    """

    path: str
    file: str
    raw: bytes = field(repr=False)
    is_page: bool
    reading: Reading
    text: str = field(repr=False)
    header: header.Header
    readable: bool

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
        return outline.ids(self.prose, tuple(h for _, h in self.headings), self.reading.toc)

    @cached_property
    def status(self) -> str:
        """In small letters; the site's default if none is given."""
        return (self.get("status") or self.reading.status).lower()

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


def parse(path: str, file: str, raw: bytes, is_page: bool, reading: Reading) -> Source:
    """Make a source of a file's bytes. Never raises, whatever they are."""
    try:
        text = raw.decode("utf-8-sig")
        readable = b"\0" not in raw and bool(text.strip())
    except UnicodeDecodeError:
        text, readable = "", False
    text = text.replace("\r\n", "\n").replace("\r", "\n") if readable else ""
    return Source(path, file, raw, is_page, reading, text, header.parse(text.split("\n")), readable)
