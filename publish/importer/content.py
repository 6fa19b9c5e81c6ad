"""What the site has already, so that nothing of it is overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from publish.post import aliases, frontmatter
from publish.post.ignore import is_left_behind
from publish.post.slug import slug_of_title
from publish.settings import Settings

LISTS = ("index", "tags", "categories", "authors", "archives")
"""Pelican's own ``DIRECT_TEMPLATES``."""


@dataclass
class Present:
    """The sources below the content folder: slugs, files, aliases and identities."""

    slugs: dict[str, str] = field(default_factory=dict)
    uids: dict[str, tuple[str, str]] = field(default_factory=dict)
    of_file: dict[str, str] = field(default_factory=dict)
    aliases: set[tuple[str, str]] = field(default_factory=set)


def present(settings: Settings, ours: frozenset[str]) -> Present:
    """Read the header of every source; ``ours`` are files that an import wrote."""
    found = Present()
    folders = {*settings.posts, *settings.pages}
    for file in sorted({f for d in folders for f in d.rglob("*")}):
        name = file.relative_to(settings.content).as_posix()
        left = any(is_left_behind(part, settings.kept_hidden) for part in name.split("/"))
        if left or file.suffix not in frontmatter.MARKDOWN:
            continue
        try:
            with file.open("rb") as stream:
                head = frontmatter.read(stream.read(1 << 16))
        except OSError:
            continue
        slug = head.get("slug") or slug_of_title(head.get("title"), settings.values) or file.stem
        found.of_file[name] = slug
        if uid := head.get("uid"):
            found.uids.setdefault(uid, (slug, name))
        if name in ours:
            continue
        found.slugs.setdefault(slug.casefold(), name)
        for text in frontmatter.names(head.get("aliases")):
            try:
                found.aliases.add(aliases.parse_alias(text).key)
            except ValueError:
                continue
    return found


def reserved(values: Mapping[str, Any]) -> set[str]:
    """Slugs that would lie where a page or a folder of the site lies."""
    names = {"theme", "images", "files", "feeds", "category", "tag", "author", "page", "search"}
    for key, value in values.items():
        if key.endswith("_SAVE_AS") and isinstance(value, str) and value:
            names.add(value.split("/")[0].removesuffix(".html"))
    names |= set(map(str, values.get("DIRECT_TEMPLATES") or LISTS))
    return {name.casefold() for name in names if name and "{" not in name}
