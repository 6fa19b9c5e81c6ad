"""A source's header, read as Python-Markdown's meta extension reads it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

KEY = re.compile(r" {0,3}([A-Za-z0-9_-]+):\s*(.*)")
MORE = re.compile(r" {4,}(.*)")
BEGIN = re.compile(r"-{3}(\s|$)")
END = re.compile(r"(-{3}|\.{3})(\s|$)")


class Field(NamedTuple):
    """One header line with those that continue it. ``line`` counts from 1."""

    key: str
    value: str
    line: int

    @property
    def name(self) -> str:
        """The key as Pelican knows it: in small letters."""
        return self.key.lower()


@dataclass(frozen=True)
class Header:
    """All fields in their order. ``body_line`` is where the body begins, from 1.

    ``ended`` tells how: by an empty line or a fence, by a line that is no header line
    (``text``), or because the file did (``file``).
    """

    fields: tuple[Field, ...]
    body_line: int
    ended: Literal["blank", "text", "file"]

    def __iter__(self) -> Iterator[Field]:
        return iter(self.fields)

    def field(self, name: str) -> Field | None:
        """The first field of that name: Pelican too takes the first of several."""
        return self._by_name.get(name)

    @cached_property
    def _by_name(self) -> Mapping[str, Field]:
        return {field.name: field for field in reversed(self.fields)}


def parse(lines: list[str]) -> Header:
    """Read the header off the beginning of a text."""
    fields: list[Field] = []
    start = 1 if lines and BEGIN.match(lines[0]) else 0
    for index in range(start, len(lines)):
        line = lines[index].expandtabs(4)
        if not line.strip() or END.match(line):
            return Header(tuple(fields), index + 2, "blank")
        if found := KEY.match(line):
            fields.append(Field(found.group(1), found.group(2).strip(), index + 1))
        elif fields and (more := MORE.match(line)):
            last = fields[-1]
            fields[-1] = Field(last.key, f"{last.value} {more.group(1)}".strip(), last.line)
        else:
            return Header(tuple(fields), index + 1, "text")
    return Header(tuple(fields), len(lines) + 1, "file")
