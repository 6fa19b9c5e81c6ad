"""The input of site rules, as frozen values. Pure."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from publish.checks.source import Source
from publish.post.diagnostic import Problem
from publish.post.identity import Recorded
from publish.post.record import Library
from publish.post.urls import folded
from publish.settings import setting_place


@dataclass(frozen=True)
class Trouble:
    """A fault found while reading; ``rule`` is the id of the rule that reports it."""

    rule: str
    file: str
    line: int
    detail: str = ""


@dataclass(frozen=True)
class IssueSizes:
    """Sizes in bytes of a composed issue as it lies in the issues folder."""

    slug: str
    file: str
    html: int
    text: int


@dataclass(frozen=True, eq=False)
class Site:
    """The sources, the records made of them, and what they may refer to.

    ``damaged`` maps broken pictures, by their path in the content folder, to their fault.
    ``theme_ids`` is None if the theme could not be read; ``mentions`` holds file names that theme
    or settings contain. ``policy`` is the theme's content security policy: each directive with its
    sources, empty where there is none. ``settings_texts`` are ``Settings.texts``, ``given`` its
    values without defaults.
    """

    library: Library
    sources: tuple[Source, ...]
    settings_texts: Mapping[str, str] = field(
        default_factory=lambda: {"pelicanconf.py": ""}, repr=False
    )
    given: Mapping[str, Any] = field(default_factory=dict, repr=False)
    animated: frozenset[str] = frozenset()
    damaged: Mapping[str, str] = field(default_factory=dict)
    theme_ids: frozenset[str] | None = None
    mentions: frozenset[str] = frozenset()
    policy: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    troubles: tuple[Trouble, ...] = ()
    issues: tuple[IssueSizes, ...] = ()
    recorded: Recorded = field(default_factory=Recorded)
    recorded_fault: tuple[str, str] | None = None
    """The file of the ledger that is damaged, and what is wrong with it."""

    @property
    def values(self) -> Mapping[str, Any]:
        """Pelican's settings, defaults filled in."""
        return self.library.settings

    @property
    def files(self) -> Mapping[str, int]:
        """The files copied into the site, by their path in the content folder, with their size."""
        return self.library.files

    @cached_property
    def by_path(self) -> Mapping[str, Source]:
        """The sources by their path in the content folder."""
        return {source.path: source for source in self.sources}

    @cached_property
    def by_file(self) -> Mapping[str, Source]:
        """The sources by their name in messages."""
        return {source.file: source for source in self.sources}

    @cached_property
    def by_folded(self) -> Mapping[str, str]:
        """Paths of files and sources by folded name."""
        return {folded(path): path for path in (*self.files, *self.library.sources)}

    def file_of(self, path: str) -> str:
        """A path in the content folder as one in the project."""
        content = self.library.content
        return f"{content}/{path}" if content not in ("", ".") else path

    def file_at(self, path: str) -> str:
        """The file that a link to ``path`` in the content folder finds, however an accent in its
        name is put together."""
        return self.library.spellings.get(path, path)

    def met(self, rule: str, message: str, remedy: str) -> Iterator[Problem]:
        """The troubles to be reported by the rule of that id; ``{}`` in ``message`` is their
        detail."""
        for trouble in self.troubles:
            if trouble.rule == rule:
                yield Problem(trouble.line, message.format(trouble.detail), remedy, trouble.file)

    def of_setting(self, name: str, message: str, remedy: str) -> Problem:
        """The problem at the line that sets ``name``."""
        file, line = setting_place(self.settings_texts, name)
        return Problem(line, message, remedy, file)


def printable(path: str) -> str:
    """A path with slashes, with undecodable bytes made printable."""
    text = os.fsencode(path.replace(os.sep, "/")).decode("utf-8", "replace")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
