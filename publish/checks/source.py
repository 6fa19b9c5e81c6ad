"""A source file as the rules see it: header with line numbers, body line by line. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

HEADER = re.compile(r"[ ]{0,3}([A-Za-z0-9_-]+):\s*(.*)")
MORE = re.compile(r"[ ]{4,}(.*)")
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
CODE = re.compile(r"(`+)(?:(?!\1).){0,400}?\1")
COMMENT = re.compile(r"<!--.*?-->")


@dataclass(frozen=True)
class Value:
    """A header's value and its line, from 1."""

    text: str
    line: int


@dataclass(frozen=True)
class Source:
    """A post or page. ``path`` is relative to the project, ``inside`` to the content folder."""

    path: str
    inside: str
    kind: str
    text: str
    headers: Mapping[str, Value]
    begin: int
    timezone: str = "UTC"

    def get(self, name: str) -> str:
        """A header's text; ``""`` if it is not there."""
        value = self.headers.get(name)
        return value.text if value else ""

    def line(self, name: str) -> int:
        """A header's line, else 1."""
        value = self.headers.get(name)
        return value.line if value else 1

    @property
    def status(self) -> str:
        """``published`` unless it says otherwise."""
        return (self.get("status") or "published").strip().lower()

    @property
    def slug(self) -> str:
        """Its own, or the one Pelican makes of the title."""
        return self.get("slug").strip() or slugify(self.get("title"))

    @cached_property
    def date(self) -> datetime | None:
        """With its zone; None if missing or bad."""
        moment = parse_date(self.get("date"))
        if moment is None or moment.tzinfo:
            return moment
        return moment.replace(tzinfo=ZoneInfo(self.timezone))

    @cached_property
    def prose(self) -> tuple[tuple[int, str], ...]:
        """Line numbers and lines of the body without code and comments, which say nothing."""
        found: list[tuple[int, str]] = []
        fence, in_comment = "", False
        for number, line in enumerate(self.text.split("\n")[self.begin :], self.begin + 1):
            mark = FENCE.match(line)
            if fence:
                if mark and mark.group(1).startswith(fence):
                    fence = ""
                continue
            if mark:
                fence = mark.group(1)
                continue
            if in_comment:
                in_comment = "-->" not in line
                continue
            if "<!--" in line and "-->" not in line.rpartition("<!--")[2]:
                in_comment = True
                line = line.rpartition("<!--")[0]
            found.append((number, COMMENT.sub("", CODE.sub("", line))))
        return tuple(found)


def parse(path: str, inside: str, kind: str, text: str, timezone: str = "UTC") -> Source:
    """Read a source as Markdown's meta extension does."""
    lines = text.split("\n")
    headers: dict[str, Value] = {}
    begin, name = 0, ""
    if lines and re.fullmatch(r"-{3}\s*", lines[0]):
        begin = 1
    for index in range(begin, len(lines)):
        line = lines[index].rstrip("\r")
        if not line.strip() or re.fullmatch(r"(-{3}|\.{3})\s*", line):
            begin = index + 1
            break
        if found := HEADER.fullmatch(line):
            name = found.group(1).lower()
            headers.setdefault(name, Value(found.group(2).strip(), index + 1))
        elif name and (more := MORE.fullmatch(line)):
            old = headers[name]
            headers[name] = Value(f"{old.text} {more.group(1)}".strip(), old.line)
        else:
            begin = index
            break
    else:
        begin = len(lines)
    return Source(path, inside, kind, text, headers, begin, timezone)


def slugify(title: str) -> str:
    """The slug Pelican makes of a title with its stock settings."""
    text = unicodedata.normalize("NFKD", re.sub(r"<[^>]*>", "", title))
    text = re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", text).strip())
    return text.encode("ascii", "ignore").decode().lower()


def parse_date(text: str) -> datetime | None:
    """A date in one of the forms Pelican reads; None if it is none."""
    text = text.strip().replace("/", "-")
    if not re.match(r"\d{4}-\d{1,2}(-\d{1,2})?", text):
        return None
    padded = re.sub(r"(?<!\d)(\d)(?!\d)", r"0\1", text)
    if re.fullmatch(r"\d{4}-\d{2}", padded):
        padded += "-01"
    try:
        return datetime.fromisoformat(padded)
    except ValueError:
        return None
