"""Everything the rules judge, as frozen values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from publish.checks.source import Source
from publish.post.identity import Recorded


@dataclass(frozen=True)
class Trouble:
    """Something met while reading; ``rule`` is the id of the rule that tells it."""

    rule: str
    file: str
    line: int
    detail: str = ""


@dataclass(frozen=True)
class Issue:
    """Sizes in bytes of a composed issue as it lies in the issues folder."""

    slug: str
    file: str
    html: int
    text: int


@dataclass(frozen=True, eq=False)
class Site:
    """The sources and what they may refer to.

    ``files`` are the content folder's other files, by their path in it, with their size in
    bytes; ``content`` is that folder's name in the project. ``theme_ids`` is None when the
    theme could not be read, ``mentions`` holds file names that theme or settings speak of.
    """

    values: Mapping[str, Any] = field(repr=False)
    content: str
    sources: tuple[Source, ...]
    files: Mapping[str, int]
    animated: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    """Sources in formats that are not read here, such as reStructuredText."""
    theme_ids: frozenset[str] | None = None
    mentions: frozenset[str] = frozenset()
    troubles: tuple[Trouble, ...] = ()
    issues: tuple[Issue, ...] = ()
    recorded: Recorded = field(default_factory=Recorded)
    recorded_fault: tuple[str, str] | None = None
    """The file of the ledger that is damaged, and what is wrong with it."""

    @cached_property
    def by_path(self) -> Mapping[str, Source]:
        """The sources by their path in the content folder."""
        return {source.path: source for source in self.sources}

    @cached_property
    def by_lower(self) -> Mapping[str, str]:
        """Paths of files and sources by their spelling in small letters."""
        return {path.lower(): path for path in (*self.files, *self.by_path)}

    def file_of(self, path: str) -> str:
        """A path in the content folder as one in the project."""
        return f"{self.content}/{path}" if self.content not in ("", ".") else path
