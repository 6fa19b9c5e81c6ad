"""The Markdown sources' header lines and the addresses they take, read without Pelican."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from publish.errors import ConfigError
from publish.post.slug import slugify
from publish.settings import Settings

SUFFIXES = (".md", ".markdown", ".mkd", ".mdown")
HEADER = re.compile(r"^(?P<name>[A-Za-z0-9_-]+):[ \t]*(?P<value>.*?)[ \t]*\r?$", re.M)


def headers(file: Path) -> dict[str, str]:
    """The header lines of a source by their names in small letters; the first of two counts."""
    with file.open("rb") as stream:
        text = stream.read(65536).decode("utf-8-sig", "replace")
    head = re.split(r"\r?\n[ \t]*\r?\n", text, maxsplit=1)[0]
    found: dict[str, str] = {}
    for match in HEADER.finditer(head):
        found.setdefault(match["name"].lower(), match["value"])
    return found


def slug_of(file: Path, settings: Settings) -> str:
    """The slug under which a source is published."""
    head = headers(file)
    if "slug" in head:
        return head["slug"]
    if settings.values.get("SLUGIFY_SOURCE", "title") == "basename":
        return slugify(file.stem, settings.values)
    return slugify(head.get("title", ""), settings.values) or file.stem


def sources(folders: tuple[Path, ...]) -> Iterator[Path]:
    """Every Markdown file below ``folders``, each once, sorted."""
    yield from sorted({f for d in folders for f in d.rglob("*") if f.suffix in SUFFIXES})


def refuse_taken(settings: Settings, slug: str, but: Path | None = None) -> None:
    """Make sure that no source other than ``but``, and no page of the site, has ``slug``.

    Raises:
        ConfigError: it is taken; the message names by what.
    """
    for file in sources((*settings.posts, *settings.pages)):
        if file != but and slug in (slug_of(file, settings), file.stem):
            raise ConfigError(
                f"{named(file, settings)}: has the slug {slug} already", "choose another"
            )
    # A post named "Archives" would lie where the list of all posts lies.
    save_as = str(settings.values.get("ARTICLE_SAVE_AS") or "{slug}.html")
    place = save_as.replace("{slug}", slug)
    for name, value in settings.values.items():
        if name.endswith("_SAVE_AS") and value == place:
            raise ConfigError(
                f"the address of {slug} is taken by a page of the site ({name})", "choose another"
            )


def named(file: Path, settings: Settings) -> str:
    """The source as a message names it: relative to the site's folder where that holds it."""
    inside = file.is_relative_to(settings.root)
    return file.relative_to(settings.root).as_posix() if inside else str(file)
