"""A source for rules: its record, and its text for line numbers. Pure."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import pairwise
from typing import Literal, NamedTuple
from urllib.parse import unquote

from publish.checks import prose, secret_keys
from publish.post import frontmatter
from publish.post.diagnostic import Complaint, Problem
from publish.post.frontmatter import MARKDOWN, Header, yes_no
from publish.post.record import Heading, Link, Post
from publish.post.slug import slugify

Kind = Literal["post", "page", "draft", "scheduled"]
MOST_LINKS = 5000
"""Links of one source that are checked; a rule reports more."""
TOKEN = re.compile(r"[^\s()<>\"'\[\]]+")
SETEXT = re.compile(r"(?:=+|-+)[ ]*$")
EMPTY = ("]()", 'href=""', "]( )", "](<>)", 'src=""')
"""How a link or a picture without an address is written."""
HEADING = re.compile(r"\s*(?:#{1,6}|<h[1-6]\b)", re.I)


@dataclass(frozen=True)
class ReadOptions:
    """The settings that affect the rules over a source's text. ``by_folder``: whether a folder's
    name is a category; ``status``, ``category`` and ``keys`` are defaults. ``plugins`` are short
    names, ``markdown`` the settings of Markdown as text."""

    status: str = ""
    markdown: str = ""
    plugins: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    by_folder: bool = True
    category: str = "misc"

    def uses(self, plugin: str) -> bool:
        """Whether a plugin of ours is certainly enabled."""
        return plugin in self.plugins

    @property
    def commas(self) -> bool:
        """Whether a comma separates two categories."""
        return self.uses("multi_category")

    @property
    def sane_lists(self) -> bool:
        """Whether a list may begin at another number than 1."""
        return "sane_lists" in self.markdown

    @property
    def now(self) -> datetime:
        """The time of the check."""
        return datetime.now(UTC)


class Facts(NamedTuple):
    """Cached facts of a source's text: the problems of cacheable rules by rule, its header, whether
    it is text, and the lines that look like keys."""

    problems: Mapping[str, tuple[Problem, ...]]
    header: Header
    readable: bool
    secrets: tuple[int, ...] = ()


@dataclass(frozen=True, eq=False)
class Source:
    """A post or a page with any bytes; nothing here raises. ``path`` is below the content folder,
    ``file`` in the project. ``content`` are the bytes, or a function that reads them. ``post`` is
    its record, None if Pelican could not read it or skips it; then the header is used, and
    ``complaints`` are the reasons. ``facts`` are cached facts of its text, None without any."""

    path: str
    file: str
    content: bytes | Callable[[], bytes] = field(repr=False)
    is_page: bool
    reading: ReadOptions
    post: Post | None = field(default=None, repr=False)
    complaints: tuple[Complaint, ...] = ()
    facts: Facts | None = field(default=None, repr=False)

    @cached_property
    def raw(self) -> bytes:
        """The file's bytes."""
        return self.content if isinstance(self.content, bytes) else self.content()

    @cached_property
    def text(self) -> str:
        """The file's text with normalized line breaks; ``""`` if its bytes are no text."""
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
        return self.facts.readable if self.facts else bool(self.text)

    @cached_property
    def is_markdown(self) -> bool:
        """Whether it is Markdown; for other formats only the record is used."""
        return self.path.lower().endswith(MARKDOWN)

    @cached_property
    def header(self) -> Header:
        """The lines before the body."""
        if self.facts:
            return self.facts.header
        if not self.is_markdown:
            header = frontmatter.parse_other(self.text)
            known = self.post.fields if self.post else header.lines
            return replace(header, fields=tuple(f for f in header if f.name in known))
        return frontmatter.parse(self.text.split("\n"))

    @cached_property
    def secrets(self) -> tuple[int, ...]:
        """The lines that look like secret keys."""
        return self.facts.secrets if self.facts else secret_keys.lines(self.raw)

    def get(self, name: str) -> str:
        """A header field's value; ``""`` if it is missing or empty."""
        if self.post and not self.is_markdown:
            return self.post.fields.get(name, "")
        return self.header.get(name)

    def line(self, *names: str) -> int:
        """The line of the first of these header fields that there is, else 1."""
        lines = self.post.lines if self.post else self.header.lines
        return next((lines[name] for name in names if name in lines), 1)

    @property
    def address_line(self) -> int:
        """The line that determines its address."""
        return self.line("slug" if self.get("slug") else "title")

    def line_text(self, line: int) -> str:
        """A line of the file, counted from 1."""
        lines = self.text.split("\n")
        return lines[line - 1] if 0 < line <= len(lines) else ""

    def find(self, *words: str) -> int:
        """The first line of the body that holds all ``words``, else the body's first."""
        for line, text in enumerate(self.body.split("\n"), self.header.body_line):
            if all(word in text for word in words):
                return line
        return min(self.header.body_line, self.text.count("\n") + 1)

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
    def summary(self) -> tuple[tuple[int, str], ...]:
        """The line of the summary, which is Markdown too, with its text as in ``prose_lines``;
        empty without one."""
        given = self.get("summary")
        return ((self.line("summary"), prose.mask(given)),) if given else ()

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Links, pictures and other resources of the page; ``line_of`` gives the line of each."""
        return self.post.links[:MOST_LINKS] if self.post else ()

    def line_of(self, link: Link) -> int:
        """The line in the file of one of ``links``, or of the cover."""
        if link.tag == "cover":
            return self.line("image")
        return self._by_link[id(link)]

    @cached_property
    def _by_link(self) -> dict[int, int]:
        lines = self._lines(link.written for link in self.links)
        return dict(zip(map(id, self.links), lines, strict=True))

    def _lines(self, targets: Iterable[str]) -> Iterator[int]:
        """The lines of addresses as written; the n-th occurrence of one has the line of its n-th
        place."""
        text = self.prose
        places: dict[str, list[int]] = {}
        for token in TOKEN.finditer(text):
            places.setdefault(token.group(), []).append(token.start())
        breaks = [found.start() for found in re.finditer("\n", text)]
        used: dict[str, int] = {}
        searches = 200
        for target in targets:
            found = places.get(target)
            if found is None and searches:
                searches -= 1
                found = places[target] = list(self._places(target))
            number = used.get(target, 0)
            used[target] = number + 1
            at = found[min(number, len(found) - 1)] if found else 0
            yield self.header.body_line + bisect_right(breaks, at - 1)

    def _places(self, target: str) -> Iterator[int]:
        """The places of an address that is written differently in the source than on the page."""
        bare = target.removeprefix("mailto:")
        likely = (target, bare, html.escape(target), bare.replace("_", r"\_"), unquote(target))
        for spelling in dict.fromkeys(likely) if target else EMPTY:
            for text in (self.prose, self.body):
                at = text.find(spelling) if spelling else -1
                while at >= 0:
                    yield at
                    at = text.find(spelling, at + len(spelling))
                if spelling in text:
                    return

    @cached_property
    def headings(self) -> tuple[tuple[int, Heading], ...]:
        """Headings of the page, each with its line in the file."""
        if self.post is None or not self.post.headings:
            return ()
        lines = self.prose.split("\n")
        likely = [
            number
            for number, (line, below) in enumerate(pairwise((*lines, "")))
            if HEADING.match(line) or (line.strip() and SETEXT.match(below))
        ]
        found: list[tuple[int, Heading]] = []
        at = 0
        for heading in self.post.headings:
            words = re.findall(r"\w+", heading.words)[:3]
            at = next(
                (
                    place
                    for place in range(at, len(likely))
                    if all(word in lines[likely[place]] for word in words)
                ),
                at,
            )
            line = likely[at] if at < len(likely) else 0
            found.append((self.header.body_line + line, heading))
            at += 1
        return tuple(found)

    @property
    def status(self) -> str:
        """In small letters; the site's default if none is given."""
        return (self.get("status") or self.reading.status or "published").lower()

    @property
    def date(self) -> datetime | None:
        """Aware, as Pelican reads it; None if missing or bad."""
        return self.post.date if self.post else None

    @cached_property
    def kind(self) -> Kind:
        """``draft``: never public; ``scheduled``: not public yet."""
        if self.post is None and self.status in ("draft", "skip"):
            return "draft"
        if self.post and self.post.visibility in ("draft", "scheduled"):
            return "draft" if self.post.visibility == "draft" else "scheduled"
        return "page" if self.is_page else "post"

    @property
    def public(self) -> bool:
        """Whether the built site holds it now; an unreadable one counts as public."""
        return self.kind in ("post", "page")

    @property
    def slug(self) -> str:
        """Pelican's slug; for an unreadable source the one it would have."""
        return self.post.slug if self.post else self.get("slug") or slugify(self.get("title"))

    @property
    def categories(self) -> tuple[str, ...]:
        """The names of its categories, the main one first."""
        return self.post.categories if self.post and not self.is_page else ()

    @property
    def named_categories(self) -> tuple[str, ...]:
        """The names in its ``Category`` line, as written."""
        given = self.get("category")
        return tuple(frontmatter.names(given) if self.reading.commas else filter(None, [given]))

    @cached_property
    def aliases(self) -> tuple[str, ...]:
        """Old addresses that lead here."""
        return tuple(dict.fromkeys(frontmatter.names(self.get("aliases"))))

    @property
    def mailed(self) -> bool:
        """Whether it goes out as an issue."""
        if self.is_page or not self.reading.uses("mail_issues"):
            return False
        return yes_no(self.get("newsletter")) is not False
