"""The settings file as plain values, read without importing Pelican.

Newsletter commands need a dozen values; importing Pelican to get them would cost more than
the rest of the command.
"""

from __future__ import annotations

import contextlib
import os
import re
import runpy
import sys
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from publish import light
from publish.errors import ConfigError, PublishError, Refused
from publish.post import ignore
from publish.setting_kinds import EARLY, misfits, wrong_part


class WrongSetting(ConfigError):
    """A setting of a wrong type or form: its ``name``, and the ``file``, the ``line`` and the
    ``text`` of the message."""

    def __init__(self, name: str, text: str, remedy: str, file: str, line: int) -> None:
        super().__init__(f"{file}:{line}: {text}", remedy)
        self.name, self.text, self.file, self.line = name, text, file, line


@dataclass(frozen=True)
class Settings:
    """The values of the settings file, with the defaults of docs/reference.md."""

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
        """Hidden names that are content, because ``STATIC_PATHS`` names them."""
        return ignore.kept_of(self._static_paths)

    @property
    def ignore_files(self) -> list[str]:
        """Pelican's ``IGNORE_FILES``, and patterns for names that are never content."""
        given = self.values.get("IGNORE_FILES")
        own = [str(name) for name in given] if isinstance(given, list | tuple) else []
        return list(dict.fromkeys([*own, *ignore.patterns(self._static_paths)]))

    @property
    def _static_paths(self) -> list[object]:
        given = self.values.get("STATIC_PATHS")
        return list(given) if isinstance(given, list | tuple) else []

    @cached_property
    def plugins(self) -> frozenset[str]:
        """The short names of the plugins."""
        given = self.values.get("PLUGINS")
        named = given if isinstance(given, list | tuple) else ()
        return frozenset(str(name).rsplit(".", 1)[-1] for name in named)

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

    def wrong(self, name: str, text: str, remedy: str) -> WrongSetting:
        """The error that the setting ``name`` is wrong, with its place; ``text`` says how."""
        return _wrong(self.path.name, self.path, name, text, remedy)


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
        # Its output must not mix with a command's result.
        with contextlib.redirect_stdout(sys.stderr), neighbours_first(file.parent):
            try:
                found = runpy.run_path(str(file))
            except light.StubUsed:
                light.unload()
                found = runpy.run_path(str(file))
    except (Exception, SystemExit) as error:  # a settings file may raise anything
        raise ConfigError(
            f"{path}:{_line(error, file)}: the settings file fails: "
            f"{type(error).__name__}: {_first_line(error)}",
            "mend that line",
        ) from None
    values = {k: v for k, v in found.items() if k.isupper()}
    early = {name: values[name] for name in EARLY & values.keys()
             if values[name] is None or isinstance(values[name], float | int)
             or wrong_part(name, values[name]) is not None}  # fmt: skip
    _refuse(os.fspath(path), file, early)
    return Settings(file, values)


@contextlib.contextmanager
def neighbours_first(root: Path) -> Iterator[None]:
    """Let a settings file import the files of its own folder ``root``: an installed program's
    folder, with a ``pelicanconf.py`` too, may come before it in the search path."""
    sys.path.insert(0, str(root))
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):
            sys.path.remove(str(root))


def require_kinds(settings: Settings) -> None:
    """Refuse settings of a wrong type, on which a build would fail elsewhere, without naming them.

    Raises:
        ConfigError: a setting is of a wrong type; the message names its line.
    """
    _refuse(settings.path.name, settings.path, settings.values)


def require_folders(settings: Settings) -> None:
    """Refuse a site without a content folder, or whose output would overwrite its sources.

    Raises:
        ConfigError: the message names the setting's line.
        Refused: the same, where a file lies in the place of the output folder.
    """
    fault: type[PublishError] = ConfigError
    content, output = settings.content.resolve(), settings.output.resolve()
    root, theme = settings.root.resolve(), settings.values.get("THEME")
    sources = {content, *([(root / str(theme)).resolve()] if theme else [])}
    if not content.is_dir():
        name, what = "PATH", f"names {settings.content.name}/, which is no folder"
        remedy = "make it, or correct PATH"
    elif content in root.parents:
        name, what, remedy = "PATH", "names a folder above the site's", "name the content's folder"
    elif output.exists() and not output.is_dir():
        name, remedy, fault = "OUTPUT_PATH", "name a folder, or remove the file", Refused
        what = f"names {settings.output.name}, which is a file: it cannot be written"
    elif output in (sources - {root}) or output in root.parents:
        name, what = "OUTPUT_PATH", "names a folder that holds sources"
        remedy = 'name one of its own, such as "output"'
    else:
        return
    raise fault(settings.wrong(name, f"{name} {what}", remedy).message, remedy)


def _refuse(named: str, file: Path, values: Mapping[str, Any]) -> None:
    for name, message, remedy in misfits(values):
        raise _wrong(named, file, name, message, remedy)


def _wrong(named: str, file: Path, name: str, message: str, remedy: str) -> WrongSetting:
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    return WrongSetting(name, message, remedy, named, setting_line(text, name))


def setting_line(text: str, name: str) -> int:
    """The last line of a settings file that begins with ``name``; 1 where it comes from
    elsewhere."""
    found = [found.start() for found in re.finditer(rf"^{re.escape(name)}\b", text, re.M)]
    return text.count("\n", 0, found[-1]) + 1 if found else 1


def _line(error: BaseException, file: Path) -> int:
    if isinstance(error, SyntaxError) and error.filename == str(file):
        return error.lineno or 1
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame.lineno for frame in frames if frame.filename == str(file)]
    return (own[-1] if own else None) or 1


def _first_line(error: BaseException) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return text.splitlines()[0] if text else "no message"
