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
from datetime import datetime
from functools import cached_property
from pathlib import Path
from string import Formatter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from publish import light
from publish.errors import ConfigError, PublishError, Refused
from publish.post import ignore


class Kind(NamedTuple):
    """The type that the settings of these ``names`` must have, with an example. ``*`` at the end of
    a name matches a family; text may also be None or False, for none. Of ``*_URL`` only Pelican's
    own count: a theme may define others of any type."""

    what: str
    types: tuple[type, ...]
    example: str
    names: tuple[str, ...]


KINDS = (
    Kind("text", (str, os.PathLike, type(None)), '"text"', (
        "SITEURL", "PATH", "OUTPUT_PATH", "THEME", "TIMEZONE", "DEFAULT_LANG", "DEFAULT_CATEGORY",
        "AUTHOR", "DEFAULT_DATE_FORMAT", "CACHE_PATH", "SLUGIFY_SOURCE", "SUMMARY_END_SUFFIX",
        "NEWSLETTER_*URL", "NEWSLETTER_SIGNUP_ACTION", "NEWSLETTER_FROM_NAME",
        "NEWSLETTER_AUDIENCE", "FEED_DOMAIN", "STRUCTURED_DATA_LOGO", "THEME_STATIC_DIR",
        "*_SAVE_AS",
        "ARTICLE_*URL", "PAGE_*URL", "DRAFT_*URL", "STATIC_URL", "*_ARCHIVE_URL", "CATEGORY_URL",
        "TAG_URL", "AUTHOR_URL", "FEED_*ATOM", "FEED_*RSS", "*_FEED_ATOM", "*_FEED_RSS",
    )),
    Kind("pattern", (str, re.Pattern, type(None)), r'r"(?P<slug>.+)"', (
        "FILENAME_METADATA", "PATH_METADATA", "INTRASITE_LINK_REGEX",
    )),
    Kind("number", (int, float), "10, without quotes", (
        "DEFAULT_PAGINATION", "DEFAULT_ORPHANS", "FEED_MAX_ITEMS", "SUMMARY_MAX_LENGTH",
    )),
    Kind("list", (list, tuple), '["one", "two"]', (
        "ARTICLE_PATHS", "ARTICLE_EXCLUDES", "PAGE_PATHS", "PAGE_EXCLUDES", "STATIC_PATHS",
        "STATIC_EXCLUDES", "PLUGINS", "PLUGIN_PATHS", "DIRECT_TEMPLATES", "IGNORE_FILES",
        "PAGINATION_PATTERNS", "SHARE_LINKS", "THEME_STATIC_PATHS", "THEME_TEMPLATES_OVERRIDES",
        "*_REGEX_SUBSTITUTIONS", "FORMATTED_FIELDS", "OUTPUT_RETENTION", "REDIRECT_FILES",
        "MENUITEMS", "LINKS", "SOCIAL",
    )),
    Kind("mapping", (dict,), '{"name": "value"}', (
        "MARKDOWN", "DEFAULT_METADATA", "EXTRA_PATH_METADATA", "TEMPLATE_PAGES", "DATE_FORMATS",
        "JINJA_ENVIRONMENT", "JINJA_FILTERS", "JINJA_GLOBALS", "JINJA_TESTS", "READERS",
        "PAGINATED_TEMPLATES",
    )),
)  # fmt: skip
"""The settings with a required type, but for those that `send` and `deploy` read themselves."""
NAMES = ("*_PATHS", "*_EXCLUDES", "DIRECT_TEMPLATES", "IGNORE_FILES", "THEME_TEMPLATES_OVERRIDES",
         "FORMATTED_FIELDS")  # fmt: skip
"""Lists of text alone."""
WHOLE = ("DEFAULT_PAGINATION", "DEFAULT_ORPHANS", "FEED_MAX_ITEMS", "SUMMARY_MAX_LENGTH")
EARLY = frozenset({
    "SITEURL", "PATH", "OUTPUT_PATH", "THEME", "ARTICLE_PATHS", "PAGE_PATHS", "STATIC_PATHS",
    "PLUGIN_PATHS",
})  # fmt: skip
"""Settings that are read before any rule can judge them."""
NEEDED = frozenset({
    "THEME", "DEFAULT_LANG", "DEFAULT_CATEGORY", "DEFAULT_DATE_FORMAT", "DATE_FORMATS", "MARKDOWN",
    "JINJA_ENVIRONMENT", "JINJA_FILTERS", "JINJA_GLOBALS", "JINJA_TESTS",
})  # fmt: skip
"""Settings that must not be None; if left out, Pelican's own apply."""
PAIRS = ("MENUITEMS", "LINKS", "SOCIAL")
"""Settings that themes show as links."""
IMPORTED = re.compile(r"^[ \t]*(?:from|import)[ \t]+(\w+)", re.M)
"""A module that a settings file imports."""
EXPRESSIONS = ("FILENAME_METADATA", "PATH_METADATA", "INTRASITE_LINK_REGEX",
               "*_REGEX_SUBSTITUTIONS")  # fmt: skip


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

    @property
    def texts(self) -> dict[str, str]:
        """The settings file and the files beside it that it imports, each by its name with its
        text; of two that set a name, the one that counts comes first."""
        found: dict[str, str] = {}
        names = [self.path.name]
        while names:
            if (name := names.pop()) not in found and (file := self.root / name).is_file():
                found[name] = file.read_text(encoding="utf-8", errors="replace")
                names += (f"{module}.py" for module in IMPORTED.findall(found[name]))
        return found or {self.path.name: ""}

    def wrong(self, name: str, text: str, remedy: str) -> WrongSetting:
        """The error that the setting ``name`` is wrong, with its place; ``text`` says how."""
        return WrongSetting(name, text, remedy, *setting_place(self.texts, name))

    def refuse(self, values: Mapping[str, Any]) -> None:
        """Refuse ``values`` of a wrong type.

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
    file = Path(path).absolute()
    if not file.is_file():
        raise ConfigError(
            f"{path}: there is no such settings file",
            "run this in the site's folder, or name the file with --settings",
        )
    light.install()
    try:
        # Its output must not mix with a command's result.
        with contextlib.redirect_stdout(sys.stderr), neighbours_first(file.parent), \
                _unloaded(file.parent):  # fmt: skip
            try:
                found = runpy.run_path(str(file))
            except light.StubUsed:
                light.unload()
                found = runpy.run_path(str(file))
    except (Exception, SystemExit) as error:  # a settings file may raise anything
        raise ConfigError(
            f"{_place(error, file)}: the settings file fails: "
            f"{type(error).__name__}: {_first_line(error)}",
            "mend that line",
        ) from None
    values = {k: v for k, v in found.items() if k.isupper()}
    early = {name: values[name] for name in EARLY & values.keys()
             if values[name] is None or isinstance(values[name], float | int)
             or _part(name, values[name]) is not None}  # fmt: skip
    settings = Settings(file, values)
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
def _unloaded(root: Path) -> Iterator[None]:
    """Unload the modules of the site that its settings file imports, so that the next one to import
    them, who may record what is read, reads them again."""
    known, inside = set(sys.modules), f"{root}{os.sep}"
    try:
        yield
    finally:
        for name in sys.modules.keys() - known:
            file = str(getattr(sys.modules[name], "__file__", None) or "")
            ours = name.partition(".")[0] == "publish"
            if file.startswith(inside) and "-packages" not in file and not ours:
                del sys.modules[name]


def require_kinds(settings: Settings) -> None:
    """Refuse settings of a wrong type, on which a build would fail elsewhere, without naming them.

    Raises:
        ConfigError: a setting is of a wrong type; the message names its line.
    """
    settings.refuse(settings.values)


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


def misfits(values: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """The settings of a wrong type: name, what is wrong, and what to write. Pure."""
    from publish.post.diagnostic import quoted

    for name, given in values.items():
        kinds = (kind for kind in KINDS if any(_is(name, each) for each in kind.names))
        kind = next(kinds, None)
        off = given is None and name not in EARLY
        off |= kind is not None and kind.what == "text" and given is False
        missing = given is None and name in NEEDED
        if kind and (missing or not (off or isinstance(given, kind.types))):
            message = f"{name} is no {kind.what}: {quoted(repr(given), 40)}"
            yield name, message, f"write {kind.example}"
        elif (wrong := _part(name, given)) is not None:
            yield name, f"{name} holds {quoted(repr(wrong[0]), 40)}", f"write {wrong[1]}"


def _part(name: str, given: Any) -> tuple[Any, str] | None:
    """An invalid part of a setting of the right type, and what to write instead; None for none."""
    if name in WHOLE and isinstance(given, float):
        return given, "a whole number"
    if name == "PAGINATED_TEMPLATES" and given:
        sizes = (v for v in given.values() if v is not None)
        return next(((v, "10, or None") for v in sizes if not isinstance(v, int) or v < 0), None)
    if given == "" and name in ("DEFAULT_LANG", "AUTHOR"):
        return given, "text, or remove the line"
    if given and any(_is(name, each) for each in EXPRESSIONS):
        texts = [given]
        if isinstance(given, list | tuple):
            pairs = (isinstance(each, list | tuple) and len(each) == 2 for each in given)
            if not all(pairs):
                return given, '[("what is sought", "what replaces it")]'
            texts = [pair[0] for pair in given]
        return next(((text, wrong) for text in texts if (wrong := _no_expression(text))), None)
    if given and name in PAIRS:
        pairs = (isinstance(each, list | tuple) and len(each) > 1 for each in given)
        return None if all(pairs) else (given, '[("words", "address")]')
    if name == "PAGINATION_PATTERNS" and given is not None:
        return _no_pagination(given)
    if name == "DEFAULT_DATE" and given:
        return _no_date(given)
    if name == "LOCALE" and not isinstance(given, str | list | tuple):
        return given, '["de_DE.UTF-8"]'
    if name == "EXTRA_PATH_METADATA" and given:
        return next(((v, '{"path": "…"}') for v in given.values() if not isinstance(v, dict)), None)
    if given and any(_is(name, each) for each in NAMES):
        return next(((v, "text") for v in given if not isinstance(v, str | os.PathLike)), None)
    return None


def _no_date(given: Any) -> tuple[Any, str] | None:
    """A date for posts without one that is none."""
    from publish.post.dates import parse

    try:
        if isinstance(given, str) and given != "fs":
            parse(given, ZoneInfo("UTC"))
        elif not isinstance(given, str):
            datetime(*given)  # noqa: DTZ001 - it is only tried
    except (TypeError, ValueError):
        return given, '"fs", or a date such as "2026-11-16"'
    return None


def _no_pagination(rules: Any) -> tuple[Any, str] | None:
    """The first of Pelican's rules that is none; all of them where none is for the first page."""
    example = 'rules such as (1, "{url}", "{save_as}")'
    for rule in rules:
        try:
            first, *patterns = rule
            for pattern in patterns:
                fields(pattern)
        except (TypeError, ValueError):
            return rule, example
        if not isinstance(first, int) or len(patterns) != 2:
            return rule, example
    return None if any(rule[0] in (0, 1) for rule in rules) else (rules, example)


def fields(pattern: str) -> list[str]:
    """The names in the braces of a pattern of addresses; what stands behind one, as in
    ``{date:%Y}``, is left to Pelican.

    Raises:
        ValueError: a brace has no partner.
    """
    parts = Formatter().parse(pattern)
    return [re.split(r"[.[]", name)[0] for _, name, _, _ in parts if name is not None]


def _no_expression(text: Any) -> str:
    """What to write instead of an invalid regular expression; ``""`` if it is valid."""
    try:
        re.compile(text)
    except (re.error, TypeError) as error:
        return f"a regular expression: {error}"
    return ""


def _is(name: str, each: str) -> bool:
    begin, star, end = each.partition("*")
    if not star:
        return name == each
    return len(name) >= len(begin) + len(end) and name.startswith(begin) and name.endswith(end)


def setting_place(texts: Mapping[str, str], name: str) -> tuple[str, int]:
    """The file of ``Settings.texts`` that sets ``name``, and its last line that begins with it; the
    first line of the settings file where it comes from elsewhere."""
    for file, text in texts.items():
        if found := [match.start() for match in re.finditer(rf"^{re.escape(name)}\b", text, re.M)]:
            return file, text.count("\n", 0, found[-1]) + 1
    return next(iter(texts)), 1


def _place(error: BaseException, file: Path) -> str:
    """The last place in the settings file or a file beside it that an error went through."""
    places = [(each.filename, each.lineno) for each in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError):
        places.append((error.filename or "", error.lineno))
    own = [(Path(name), line) for name, line in places if Path(name).parent == file.parent]
    place, line = own[-1] if own else (file, 1)
    return f"{place.name}:{line or 1}"


def _first_line(error: BaseException) -> str:
    text = error.msg if isinstance(error, SyntaxError) else str(error)
    return text.splitlines()[0] if text else "no message"
