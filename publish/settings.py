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
from publish.setting_types import EARLY, misfits, wrong_part

IMPORTED = re.compile(r"^[ \t]*(?:from|import)[ \t]+([\w.]+)", re.M)
"""A module that a settings file imports."""


class WrongSetting(ConfigError):
    """A setting of a wrong type or form: its ``name``, and the ``text`` of the message."""

    def __init__(self, name: str, text: str, remedy: str, file: str, line: int) -> None:
        super().__init__(f"{file}:{line}: {text}", remedy)
        self.name, self.text = name, text


@dataclass(frozen=True)
class Settings:
    """The values of the settings file, with the defaults of docs/reference.md. ``modules`` are the
    files in its folder that it imports."""

    path: Path
    values: Mapping[str, Any] = field(repr=False)
    modules: tuple[str, ...] = ()

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
        return ignore.kept_of(self._list("STATIC_PATHS"))

    @property
    def ignore_files(self) -> list[str]:
        """Pelican's ``IGNORE_FILES``, and patterns for names that are never content."""
        own = map(str, self._list("IGNORE_FILES"))
        return list(dict.fromkeys([*own, *ignore.patterns(self._list("STATIC_PATHS"))]))

    @cached_property
    def plugins(self) -> frozenset[str]:
        """The short names of the plugins."""
        return frozenset(str(name).rsplit(".", 1)[-1] for name in self._list("PLUGINS"))

    @property
    def output(self) -> Path:
        """The built site (Pelican's ``OUTPUT_PATH``, default ``output``)."""
        return self.root / str(self.values.get("OUTPUT_PATH") or "output")

    def name_of(self, file: Path) -> str:
        """A file as a message names it: relative to the site's folder where that holds it."""
        inside = file.is_relative_to(self.root)
        return file.relative_to(self.root).as_posix() if inside else str(file)

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

    def _list(self, name: str) -> list[object]:
        given = self.values.get(name)
        return list(given) if isinstance(given, list | tuple) else []

    @property
    def texts(self) -> dict[str, str]:
        """The settings file and the files in its folder that it imports, each by its name with its
        text; of two that set a name, the one that counts comes first."""
        found: dict[str, str] = {}
        names = [self.path.name]
        while names:
            if (name := names.pop()) not in found and (file := self.root / name).is_file():
                found[name] = file.read_text(encoding="utf-8", errors="replace")
                imported = IMPORTED.findall(found[name])
                names += (f"{module.replace('.', '/')}.py" for module in imported)
        return found or {self.path.name: ""}

    def wrong(self, name: str, text: str, remedy: str) -> WrongSetting:
        """The error that the setting ``name`` is wrong, with its place; ``text`` says how."""
        return WrongSetting(name, text, remedy, *setting_place(self.texts, name))

    def refuse(self, values: Mapping[str, Any]) -> None:
        """Refuse ``values`` of a wrong type, on which a build would fail elsewhere, without naming
        them.

        Raises:
            WrongSetting: the first of them.
        """
        for misfit in misfits(values):
            raise self.wrong(*misfit)


def load(path: str | os.PathLike[str] = "pelicanconf.py") -> Settings:
    """Run the settings file and keep its UPPERCASE names.

    Raises:
        ConfigError: the file is missing or fails; the message names its line.
    """
    # One spelling for each file: records of a build hold the names of its files.
    file = Path(os.path.abspath(path))  # noqa: PTH100 - absolute() keeps "..", resolve() no links
    if not file.is_file():
        raise ConfigError(
            f"{path}: there is no such settings file",
            "run this in the site's folder, or name the file with --settings",
        )
    light.install()
    try:
        # Its output must not mix with a command's result.
        aside = contextlib.redirect_stdout(sys.stderr)
        with aside, neighbours_first(file.parent), _unloaded(file.parent) as modules:
            try:
                found = runpy.run_path(str(file))
            except light.StubUsed:
                light.unload()
                found = runpy.run_path(str(file))
    except (Exception, SystemExit) as error:  # a settings file may raise anything
        raise ConfigError(
            f"{_place(error, file)}: the settings file fails: "
            f"{type(error).__name__}: {_first_line(error)}",
            "fix that line",
        ) from None
    values = {k: v for k, v in found.items() if k.isupper()}
    early = {
        name: values[name]
        for name in EARLY & values.keys()
        if values[name] is None
        or isinstance(values[name], float | int)
        or wrong_part(name, values[name]) is not None
    }
    settings = Settings(file, values, tuple(modules))
    settings.refuse(early)
    return settings


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


@contextlib.contextmanager
def _unloaded(root: Path) -> Iterator[list[str]]:
    """Unload the modules of the site that its settings file imports, so that the next one to import
    them, who may record what is read, reads them again. Their files are listed at the end."""
    known, inside, files = set(sys.modules), f"{root}{os.sep}", list[str]()
    try:
        yield files
    finally:
        for name in sys.modules.keys() - known:
            file = str(getattr(sys.modules[name], "__file__", None) or "")
            ours = name.partition(".")[0] == "publish"
            if file.startswith(inside) and "-packages" not in file and not ours:
                files.append(file)
                del sys.modules[name]


def require_folders(settings: Settings, target: Path | None = None) -> None:
    """Refuse a site without a content folder, or whose output would overwrite its sources;
    ``target`` is the folder of ``--output``, if that is given.

    Raises:
        ConfigError: the message names the setting's line.
        Refused: the same, where a file lies in the place of the output folder.
    """
    fault: type[PublishError] = ConfigError
    content, output = settings.content.resolve(), (target or settings.output).resolve()
    root, theme = settings.root.resolve(), settings.values.get("THEME")
    sources = {content, *([(root / str(theme)).resolve()] if theme else [])}
    if not content.is_dir():
        name, what = "PATH", f"names {settings.content.name}/, which is no folder"
        remedy = "make it, or correct PATH"
    elif content in root.parents:
        name, what, remedy = "PATH", "names a folder above the site's", "name the content's folder"
    elif output.exists() and not output.is_dir():
        name, remedy, fault = "OUTPUT_PATH", "name a folder, or remove the file", Refused
        what = f"names {output.name}, which is a file: it cannot be written"
    elif output in (sources - {root} | {settings.cache.resolve()}) or output in root.parents:
        name, what = "OUTPUT_PATH", "names a folder that holds sources or caches"
        remedy = 'name one of its own, such as "output"'
    else:
        return
    if target and name == "OUTPUT_PATH":
        raise fault(f"--output {what}", remedy)
    raise fault(settings.wrong(name, f"{name} {what}", remedy).message, remedy)


def setting_place(texts: Mapping[str, str], name: str) -> tuple[str, int]:
    """The file of ``Settings.texts`` that sets ``name``, and its last line that does, also beside
    others or indented; the first line of the settings file where it comes from elsewhere."""
    name = re.escape(name)
    beside = rf"[ \t]*(?:[A-Z_]+[ \t]*[,=][ \t]*)*{name}[ \t]*[,=](?!=)"
    for file, text in texts.items():
        if found := [m.start() for m in re.finditer(rf"^(?:{name}\b|{beside})", text, re.M)]:
            return file, text.count("\n", 0, found[-1]) + 1
    return next(iter(texts)), 1


def _place(error: BaseException, file: Path) -> str:
    """The last place in the settings file or a file of its folder that an error went through."""
    places = [(each.filename, each.lineno) for each in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        places.append((error.filename or "", error.lineno))
    inside, program = f"{file.parent}{os.sep}", f"{Path(__file__).parent}{os.sep}"
    own = [
        (name, line)
        for name, line in places
        if name.startswith(inside) and "-packages" not in name and not name.startswith(program)
    ]
    place, line = own[-1] if own else (str(file), 1)
    return f"{place.removeprefix(inside)}:{line or 1}"


def _first_line(error: BaseException) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return text.splitlines()[0] if text else "no message"
