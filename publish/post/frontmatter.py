"""A source's header: read as Python-Markdown's meta extension reads it, and edited in place. Pure.

The grammar is that of Markdown's ``meta``: an optional ``---`` line, then ``Key: value`` lines,
each continued by lines that begin with four spaces, up to an empty line, a ``---`` or a ``...``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple
from urllib.parse import unquote

KEY = re.compile(r" {0,3}([A-Za-z0-9_-]+):\s*(.*)")
MORE = re.compile(r" {4,}(.*)")
BEGIN = re.compile(r"-{3}")
END = re.compile(r"-{3}|\.{3}")
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
"""A line with its ending, as Python's universal newlines cut a text."""
NOT_TYPED = str.maketrans("", "", "\x02\x03")
"""Markdown removes these two characters first."""
BOM = "\ufeff"
MARKDOWN = (".md", ".markdown", ".mkd", ".mdown")
"""The suffixes of files that Pelican reads as Markdown."""
OTHER = re.compile(
    r"""^:([\w-]+):[^\S\n]*(.*)"""
    r"""|<meta\b(?=[^<>]*?\sname=["']([\w-]+)["'])(?:(?=[^<>]*?\scontent=(["'])(.*?)\4)|)""",
    re.I | re.M,
)
"""A key with its value in reStructuredText or HTML."""


class Field(NamedTuple):
    """One key with its value. ``line`` counts from 1; ``last`` is the last that continues it.

    ``value`` joins the lines with spaces; ``first`` is the value of the first line, the only one
    that Pelican uses for keys that are no lists.
    """

    key: str
    value: str
    line: int
    last: int
    first: str

    @property
    def name(self) -> str:
        """The key as Pelican has it: in small letters."""
        return self.key.lower()


@dataclass(frozen=True)
class Header:
    """All fields in order. ``body_line`` is the first line of the body, from 1. ``ended`` tells by
    what the header ends: an empty line or a fence (``blank``), a line that is no header line
    (``text``), or the end of the file (``file``). ``fenced``: it begins with ``---``."""

    fields: tuple[Field, ...]
    body_line: int
    ended: Literal["blank", "text", "file"]
    fenced: bool = False

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def field(self, name: str) -> Field | None:
        """The first field of that name, as in Pelican."""
        return self._by_name.get(name)

    def get(self, name: str) -> str:
        """The value of the first field of that name; ``""`` where there is none."""
        found = self.field(name)
        return found.value if found else ""

    def all(self, name: str) -> tuple[Field, ...]:
        """Every field of that name."""
        return tuple(field for field in self.fields if field.name == name)

    @cached_property
    def _by_name(self) -> Mapping[str, Field]:
        return {field.name: field for field in reversed(self.fields)}

    @property
    def lines(self) -> dict[str, int]:
        """The line of each key, which is in small letters; of several the first."""
        return {name: field.line for name, field in self._by_name.items()}


def parse(lines: Iterable[str]) -> Header:
    """Parse the header of a text, given as lines without their endings."""
    fields: list[Field] = []
    fenced, number = False, 0
    for number, given in enumerate(lines, 1):
        if number == 1 and BEGIN.match(given):
            fenced = True
            continue
        line = given.translate(NOT_TYPED).expandtabs(4)
        if not line.strip() or END.match(line):
            return Header(tuple(fields), number + 1, "blank", fenced)
        if found := KEY.match(line):
            value = found.group(2).strip()
            fields.append(Field(found.group(1), value, number, number, value))
        elif fields and (more := MORE.match(line)):
            last = fields[-1]
            value = f"{last.value} {more.group(1).strip()}".strip()
            fields[-1] = last._replace(value=value, last=number)
        else:
            return Header(tuple(fields), number, "text", fenced)
    return Header(tuple(fields), number + 1, "file", fenced)


def parse_other(text: str) -> Header:
    """The fields of reStructuredText, up to its first line of text, or of HTML."""
    fields: list[Field] = []
    end, start, line = 0, 0, 1
    for found in OTHER.finditer(text):
        if found[1] and fields and re.search(r"^\S", text[end : found.start()], re.M):
            break
        end = found.end()
        line += text.count("\n", start, found.start())
        start = found.start()
        key, value = found[1] or found[3], (found[2] or found[5] or "").strip()
        fields.append(Field(key, value, line, line, value))
    return Header(tuple(fields), 1, "blank")


def read(data: bytes) -> Header:
    """The header of a source's bytes; bytes that are not UTF-8 are read as replacement
    characters."""
    text = data.decode("utf-8", "surrogateescape").removeprefix(BOM)
    return parse(found.group().rstrip("\r\n") for found in LINE.finditer(text))


def key_lines(data: bytes, name: str) -> dict[str, int]:
    """The line of each key, in small letters, of the source of that file name."""
    if name.lower().endswith(MARKDOWN):
        return read(data).lines
    return parse_other(data.decode("utf-8", "surrogateescape")).lines


def line_of(key: str, file: str | os.PathLike[str]) -> int:
    """The line of a key in a file, for a message where no record is at hand; 1 if it has none."""
    try:
        with open(file, "rb") as stream:  # noqa: PTH123 - a plugin has its path as text
            return key_lines(stream.read(), os.fspath(file)).get(key, 1)
    except OSError:
        return 1


def line_naming(words: Sequence[str], file: str | os.PathLike[str]) -> int:
    """The first line of a file that holds the last of ``words`` it can, percent-encoded or not, or
    as a key in any case; 1 if none does. For a message where no record is at hand."""
    try:
        with open(file, encoding="utf-8", errors="replace") as stream:  # noqa: PTH123 - as above
            lines = [f"{line}\0{unquote(line)}" for line in stream]
    except OSError:
        return 1
    for word in reversed(words):
        for number, line in enumerate(lines, 1):
            if word in line or (word.endswith(":") and line.lower().startswith(word.lower())):
                return number
    return 1


def set_key(data: bytes, key: str, value: str) -> bytes:
    """``data`` with ``key`` set to ``value``: in its place, or as the header's last line.

    Every other byte stays: a byte order mark, line endings, fences, the body. Of a key that is
    given several times the first is kept, with the spelling the author gave it.

    Raises:
        ValueError: ``value`` holds a line break, or ``key`` is no header key.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]+", key) or re.search(r"[\r\n]", value):
        raise ValueError(f"no header line: {key}: {value!r}")
    mark, lines, header = _taken_apart(data)
    given = header.all(key.lower())
    for field in reversed(given[1:]):
        del lines[field.line - 1 : field.last]
    if given:
        first = given[0]
        before = lines[first.line - 1]
        begin = re.match(r"\s*[A-Za-z0-9_-]+:[^\S\r\n]*", before)
        assert begin is not None
        start = begin.group() if begin.group()[-1].isspace() else f"{begin.group()} "
        lines[first.line - 1 : first.last] = [f"{start}{value}{_ending(lines[first.last - 1])}"]
    else:
        _insert(lines, header, f"{key}: {value}")
    return (mark + "".join(lines)).encode("utf-8", "surrogateescape")


def remove_key(data: bytes, key: str) -> bytes:
    """``data`` without the fields named ``key``; every other byte stays."""
    mark, lines, header = _taken_apart(data)
    for field in reversed(header.all(key.lower())):
        del lines[field.line - 1 : field.last]
    # Without a field in front, the closing fence would open a header.
    if header.fields and lines and not header.fenced and END.match(lines[0]):
        lines[0] = _ending(lines[0]) or "\n"
    return (mark + "".join(lines)).encode("utf-8", "surrogateescape")


def names(value: object) -> list[str]:
    """The names in a comma-separated value, or in a list of such values."""
    given = ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
    return [part.strip() for part in given.split(",") if part.strip()]


def defaults(value: object) -> dict[str, object]:
    """The setting DEFAULT_METADATA, a mapping or a list of pairs as Pelican takes it; empty where
    it is none of these."""
    try:
        return dict(value or {})  # type: ignore[call-overload, no-any-return]
    except (TypeError, ValueError):
        return {}


def yes_no(value: object) -> bool | None:
    """The boolean that a value such as ``yes`` or ``no`` stands for; None for any other and for an
    empty one."""
    said = str(value or "").strip().lower()
    if said in ("no", "false", "off", "0"):
        return False
    return True if said in ("yes", "true", "on", "1") else None


def _taken_apart(data: bytes) -> tuple[str, list[str], Header]:
    text = data.decode("utf-8", "surrogateescape")
    mark = BOM if text.startswith(BOM) else ""
    lines = LINE.findall(text.removeprefix(BOM))
    return mark, lines, parse([line.rstrip("\r\n") for line in lines])


def _insert(lines: list[str], header: Header, line: str) -> None:
    """Add ``line`` behind the last field; where there is no header, make one."""
    ending = next((found for each in lines if (found := _ending(each))), "\n")
    at = header.fields[-1].last if header.fields else int(header.fenced)
    if at and not _ending(lines[at - 1]):
        lines[at - 1] += ending
        lines.append(line)
        return
    lines.insert(at, line + ending)
    if not header.fields and not header.fenced and header.ended == "text":
        lines.insert(at + 1, ending)


def _ending(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]
