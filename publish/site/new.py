"""A new post: a draft with a permanent identity."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from publish.errors import ConfigError
from publish.post import starter
from publish.post.files import write_whole
from publish.post.slug import slug_of_title
from publish.settings import Settings
from publish.site.posts import Source, refuse_owned, refuse_taken

LONGEST = 120
"""Characters of a slug, for file systems and readers."""
UNWRITTEN = ("Cc", "Cs", "Zl", "Zp")
"""Unicode's categories of what no header line holds: controls, bytes that are no text, breaks."""


def new_post(
    settings: Settings,
    title: str,
    *,
    categories: Sequence[str] = (),
    tags: Sequence[str] = (),
    date: datetime | None = None,
) -> Path:
    """Write the draft and return its path. Nothing is ever overwritten.

    A ``date`` without a zone is in the site's own; without a ``date`` it is this moment.

    Raises:
        ConfigError: the title makes no slug, holds a line break, or its slug or address is taken.
        OSError: the file cannot be written; there is none then.
    """
    for value in (title, *categories, *tags):
        if not value.strip() or any(unicodedata.category(c) in UNWRITTEN for c in value):
            what = "a title, category or tag is empty, or holds a line break or no UTF-8"
            raise ConfigError(what, "reword it")
    slug = slug_of_title(title, settings.values)
    if not slug.strip("-") or "/" in slug:
        raise ConfigError(f"the title {title!r} makes no address", "use letters or digits")
    if len(slug) > LONGEST:
        raise ConfigError(
            f"the title makes an address of {len(slug)} characters",
            "shorten the title; it can be made longer in the file",
        )
    if not settings.posts:
        raise settings.wrong(
            "ARTICLE_PATHS", "ARTICLE_PATHS names no folder for posts", 'name one: ["posts"]'
        )
    refuse_taken(settings, slug)
    zone = ZoneInfo(settings.timezone)
    moment = date or datetime.now(zone)
    text = starter.draft(
        title.strip(),
        slug,
        secrets.token_hex(8),
        moment.astimezone(zone) if moment.tzinfo else moment,
        author=str(settings.values.get("AUTHOR") or ""),
        categories=categories,
        tags=tags,
    )
    path = settings.posts[0] / f"{slug}.md"
    if address := Source(path, settings, text.encode()).address(slug):
        refuse_owned(settings, address)
    if path.exists():
        raise ConfigError(
            f"{settings.name_of(path)}: there is such a file already", "choose another title"
        )
    write_whole(path, text.encode())
    return path
