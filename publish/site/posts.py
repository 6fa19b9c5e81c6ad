"""Reads the sources on disk by the header grammar alone, without Pelican: for commands that write
one."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from fnmatch import translate
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from publish.errors import ConfigError
from publish.post import dates, frontmatter, stamps
from publish.post.diagnostic import quoted
from publish.post.frontmatter import MARKDOWN, Header
from publish.post.identity import uid_of, was_of
from publish.post.record import Visibility
from publish.post.slug import slugify
from publish.post.text import plain_title
from publish.post.urls import normal, permalink
from publish.settings import Settings
from publish.site.addresses import recorded


@dataclass(frozen=True)
class Source:
    """A Markdown source: its bytes, and the identity and address in its header."""

    file: Path
    settings: Settings = field(repr=False)
    data: bytes = field(repr=False)

    @cached_property
    def header(self) -> Header:
        """As Markdown reads it."""
        return frontmatter.read(self.data)

    @property
    def name(self) -> str:
        """Its name in messages."""
        return self.settings.name_of(self.file)

    @property
    def path(self) -> str:
        """Its path below the content folder."""
        return self.file.relative_to(self.settings.content).as_posix()

    @property
    def uid(self) -> str:
        """Its permanent identity."""
        field = self.header.field("uid")
        return uid_of(field.first if field else "", self.path)

    @property
    def uids(self) -> tuple[str, ...]:
        """Its identities: its own, then those of its ``Was`` line."""
        return (self.uid, *was_of(self.header.get("was")))

    @property
    def digest(self) -> str:
        """SHA-256 of its bytes, as hex."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def title(self) -> str:
        """Its title as plain words; its file's name where it shows none."""
        return plain_title(self.header.get("title")) or self.file.stem

    @property
    def mailed(self) -> bool:
        """Whether it has a letter, unless its ``Newsletter`` line says no."""
        return frontmatter.yes_no(self.header.get("newsletter")) is not False

    @property
    def fixed(self) -> bool:
        """Whether a header line sets its address, independent of its slug."""
        return bool(self.header.get("url") or self.header.get("save_as"))

    @property
    def slug(self) -> str:
        """The slug under which Pelican publishes it."""
        values = self.settings.values
        given = self.header.get("slug") or self._from_name.get("slug", "")
        if given:
            return given
        if values.get("SLUGIFY_SOURCE", "title") == "basename":
            return slugify(self.file.stem, values)
        return slugify(self.header.get("title"), values) or self.file.stem

    @property
    def lang(self) -> str:
        """Its language as Pelican has it: as it is written; the site's where it names none."""
        default = str(self.settings.values.get("DEFAULT_LANG") or "en").lower()
        return self.header.get("lang") or default

    @property
    def aliases(self) -> list[str]:
        """The old addresses of all its ``Aliases`` lines."""
        return [a for field in self.header.all("aliases") for a in frontmatter.names(field.value)]

    @property
    def categories(self) -> list[str]:
        """The names of its ``Category`` line: several where a plugin parts them."""
        given = self.header.get("category")
        if "multi_category" in self.settings.plugins:
            return frontmatter.names(given)
        return [given] if given else []

    @property
    def status(self) -> str:
        """In small letters; the site's default where it names none."""
        default = frontmatter.defaults(self.settings.values.get("DEFAULT_METADATA")).get("status")
        return (self.header.get("status") or str(default or "published")).lower()

    @property
    def public(self) -> bool:
        """Whether a build now would show it."""
        return self.visibility(datetime.now(UTC)) in ("public", "hidden")

    def visibility(self, now: datetime) -> Visibility:
        """Who sees it at the moment ``now``; a date that is none counts as none."""
        return dates.visibility(self.status, self.date, now)

    @cached_property
    def date(self) -> datetime | None:
        """Its date as Pelican reads it, aware; None if it is missing or invalid."""
        try:
            return self.read_date()
        except ConfigError:
            return None

    def read_date(self) -> datetime | None:
        """Its date as Pelican reads it, aware; None if it has none.

        Raises:
            ConfigError: the date or its time zone is invalid.
        """
        name = self.header.get("timezone") or self.settings.timezone
        try:
            zone = ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ConfigError(
                f"{self.name}: there is no time zone {quoted(name, 40)}",
                "use a name such as Europe/Vienna",
            ) from None
        field = self.header.field("date")
        given: Any = field.first if field else self._from_name.get("date")
        if given is None:
            given = self.settings.values.get("DEFAULT_DATE")
            if isinstance(given, list | tuple):
                return datetime(*given).replace(tzinfo=zone)  # noqa: DTZ001 - given just after
            if given == "fs":
                return datetime.fromtimestamp(self.file.stat().st_mtime, zone)
        try:
            return dates.parse(str(given), zone) if given else None
        except ValueError:
            where = f"{self.name}:{field.line}" if field else self.name
            raise ConfigError(
                f"{where}: Date is not a date: {quoted(str(given), 40)}",
                "write it as 2026-11-20 07:30",
            ) from None

    def address(self, slug: str) -> str:
        """The address it has with ``slug``; ``""`` if that does not follow from the header
        alone."""
        if self.fixed:
            return ""
        return permalink(self.settings.values, "article", slug, lang=self.lang, date=self.date)

    @property
    def _from_name(self) -> dict[str, str]:
        """The metadata that Pelican takes from the file's name."""
        default = r"(?P<date>\d{4}-\d{2}-\d{2}).*"
        pattern = str(self.settings.values.get("FILENAME_METADATA", default) or "")
        try:
            found = re.match(pattern, self.file.stem) if pattern else None
        except re.error:
            return {}
        return {key: value for key, value in found.groupdict().items() if value} if found else {}


def files(settings: Settings, folders: tuple[Path, ...]) -> list[Path]:
    """Every Markdown file below ``folders`` that is an author's, each once, by its path."""
    return sorted({file for folder in folders for file in _below(settings, folder)})


def sources(settings: Settings, folders: tuple[Path, ...]) -> Iterator[Source]:
    """Every Markdown source below ``folders`` that can be read, each once, by its path."""
    for file in files(settings, folders):
        try:
            yield Source(file, settings, file.read_bytes())
        except OSError:
            # A dangling link or an unreadable file: `check` and `build` report it.
            continue


def find(settings: Settings, name: str) -> Source:
    """The post of a slug or a path.

    Raises:
        ConfigError: there is no such post, or several have that slug.
    """
    return only(matching(settings, name), name, "name it by its slug or its path")


def matching(settings: Settings, name: str) -> list[Source]:
    """The posts of a path, from the site's folder, from the content folder or of its end; else of
    a slug."""
    wanted = name.replace("\\", "/").removeprefix("./").strip("/")
    posts, typed = list(sources(settings, settings.posts)), os.path.abspath(name)  # noqa: PTH100
    return (
        [p for p in posts if os.path.abspath(p.file) == typed or wanted in (p.name, p.path)]  # noqa: PTH100
        or [p for p in posts if p.name.endswith(f"/{wanted}")]
        or [p for p in posts if p.slug == wanted]
    )


def only(found: list[Source], name: str, remedy: str) -> Source:
    """The one post ``found`` by ``name``.

    Raises:
        ConfigError: there is none, or there are several.
    """
    if not found:
        raise ConfigError(f"{name or 'an empty name'}: there is no such post", remedy)
    if len(found) > 1:
        both = " and ".join(post.name for post in found[:2])
        raise ConfigError(f"{name}: {both} are both of that name", "name it by its path")
    return found[0]


def refuse_taken(settings: Settings, slug: str, lang: str = "", but: Path | None = None) -> None:
    """Raise if a source other than ``but``, or a page of the site, has ``slug``.

    Sources in another ``lang`` do not count: a translation has the slug of its original.

    Raises:
        ConfigError: it is taken; the message names by what.
    """
    for other in sources(settings, (*settings.posts, *settings.pages)):
        if other.file == but or (lang and other.lang != lang):
            continue
        if slug == other.slug:
            raise ConfigError(f"{other.name}: has the slug {slug} already", "choose another")
    # A post named "Archives" would lie where the list of all posts lies.
    save_as = str(settings.values.get("ARTICLE_SAVE_AS") or "{slug}.html")
    place = save_as.replace("{slug}", slug)
    for name, value in settings.values.items():
        if name.endswith("_SAVE_AS") and value == place:
            raise ConfigError(
                f"the address of {slug} is taken by a page of the site ({name})", "choose another"
            )


def refuse_owned(
    settings: Settings, address: str, uids: tuple[str, ...] = (), but: Path | None = None
) -> None:
    """Raise if ``address`` was published with an identity other than ``uids``, or is an alias of a
    source other than ``but``.

    Raises:
        ConfigError: it is; the message names the source.
        Refused: the record of published addresses is damaged.
    """
    owner = recorded(settings).uid_at(address)
    if owner and owner not in uids:
        raise ConfigError(f"{address} was published as another post", "choose another")
    for other in sources(settings, (*settings.posts, *settings.pages)):
        if other.file != but and normal(address) in map(normal, other.aliases):
            raise ConfigError(f"{other.name}: has {address} among its Aliases", "choose another")


def _below(settings: Settings, folder: Path) -> Iterator[Path]:
    ignored = _any_of(tuple(settings.ignore_files)).match
    for file in stamps.walk(str(folder), set(), lambda name: bool(ignored(name))):
        if file.endswith(MARKDOWN):
            yield Path(file)


@cache
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """All patterns in one regular expression, as a thousand names are matched."""
    return re.compile("|".join(translate(pattern) for pattern in patterns) or r"(?!)")
