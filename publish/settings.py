"""The settings file as plain values, read without importing Pelican.

Newsletter commands need a dozen values; importing Pelican to get them would cost more than
the rest of the command.
"""

from __future__ import annotations

import os
import re
import runpy
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from publish import light
from publish.errors import ConfigError
from publish.post import ignore

TEXTS = frozenset({"SITEURL", "PATH", "OUTPUT_PATH", "THEME"})
LISTS = frozenset({"ARTICLE_PATHS", "PAGE_PATHS", "STATIC_PATHS", "PLUGIN_PATHS"})
"""Settings that are read before any rule can judge them; the rules judge all others."""


@dataclass(frozen=True)
class Settings:
    """What the settings file says, with the defaults of docs/reference.md."""

    path: Path
    values: Mapping[str, Any] = field(repr=False)

    @cached_property
    def root(self) -> Path:
        """The folder the settings file lies in; every relative path starts here."""
        return self.path.parent

    @property
    def cache(self) -> Path:
        """``.publish/``: build state, composed issues, sandbox. Deletable at any time."""
        return self.root / ".publish"

    @cached_property
    def content(self) -> Path:
        """The folder the Markdown lies in (Pelican's ``PATH``, default ``content``)."""
        return self.root / str(self.values.get("PATH") or "content")

    @property
    def posts(self) -> tuple[Path, ...]:
        """The folders that hold articles (Pelican's ``ARTICLE_PATHS``)."""
        return tuple(self.content / p for p in self.values.get("ARTICLE_PATHS", [""]))

    @property
    def pages(self) -> tuple[Path, ...]:
        """The folders that hold pages (Pelican's ``PAGE_PATHS``)."""
        return tuple(self.content / p for p in self.values.get("PAGE_PATHS", ["pages"]))

    @property
    def kept_hidden(self) -> tuple[str, ...]:
        """Hidden names that are content all the same, for ``STATIC_PATHS`` names them."""
        return ignore.kept_of(self._static_paths)

    @property
    def ignore_files(self) -> list[str]:
        """Pelican's ``IGNORE_FILES``, and what is content in no site."""
        given = self.values.get("IGNORE_FILES")
        own = [str(name) for name in given] if isinstance(given, list | tuple) else []
        return list(dict.fromkeys([*own, *ignore.patterns(self._static_paths)]))

    @property
    def _static_paths(self) -> list[object]:
        given = self.values.get("STATIC_PATHS")
        return list(given) if isinstance(given, list | tuple) else []

    @property
    def output(self) -> Path:
        """The built site (Pelican's ``OUTPUT_PATH``, default ``output``)."""
        return self.root / str(self.values.get("OUTPUT_PATH") or "output")

    @property
    def issues(self) -> Path:
        """The composed issues, one folder a post."""
        return self.root / str(self.values.get("NEWSLETTER_ISSUES_PATH") or ".publish/issues")

    @property
    def siteurl(self) -> str:
        """The public address without a slash at its end; ``""`` when it is not set."""
        return str(self.values.get("SITEURL") or "").rstrip("/")

    @property
    def timezone(self) -> str:
        """The site's time zone by its IANA name."""
        return str(self.values.get("TIMEZONE") or "UTC")


def load(path: str | os.PathLike[str] = "pelicanconf.py") -> Settings:
    """Run the settings file and keep its UPPERCASE names.

    Raises:
        ConfigError: the file is missing or fails; the message names its line.
    """
    file = Path(path).absolute()
    if not file.is_file():
        raise ConfigError(
            f"{path}: there is no such settings file",
            "run this in the site's folder, or name the file with --settings",
        )
    light.install()
    try:
        try:
            found = runpy.run_path(str(file))
        except light.StubUsed:
            light.forget()
            found = runpy.run_path(str(file))
    except (Exception, SystemExit) as error:  # whatever a settings file may do wrong
        raise ConfigError(
            f"{path}:{_line(error, file)}: the settings file fails: "
            f"{type(error).__name__}: {_first_line(error)}",
            "mend that line",
        ) from None
    values = {k: v for k, v in found.items() if k.isupper()}
    for name, given in values.items():
        if (name in TEXTS and isinstance(given, float | int)) or (
            name in LISTS and (given is None or isinstance(given, float | int))
        ):
            what, example = ("text", '"text"') if name in TEXTS else ("list", '["one", "two"]')
            raise ConfigError(
                f"{path}:{_setting_line(file, name)}: {name} is no {what}: {given!r}",
                f"write {example}",
            )
    return Settings(file, values)


def _setting_line(file: Path, name: str) -> int:
    """The last line that begins with ``name``; 1 where it comes from elsewhere."""
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    found = [number for number, line in enumerate(lines, 1) if re.match(rf"{name}\b", line)]
    return found[-1] if found else 1


def _line(error: BaseException, file: Path) -> int:
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return error.lineno or 1
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame.lineno for frame in frames if frame.filename == str(file)]
    return (own[-1] if own else None) or 1


def _first_line(error: BaseException) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return text.splitlines()[0] if text else "no message"
