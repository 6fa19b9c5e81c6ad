"""A new post: a draft with a permanent identity."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from publish.errors import ConfigError
from publish.post.slug import slugify
from publish.settings import Settings
from publish.site.sources import named, refuse_taken

LONGEST = 120
"""Characters of a slug: file systems and readers both have their limit."""
STARTER = "Write here. The lines above end at the first empty line; leave Uid as it is."


def new_post(
    settings: Settings,
    title: str,
    *,
    categories: Sequence[str] = (),
    tags: Sequence[str] = (),
    date: datetime | None = None,
    now: datetime | None = None,
) -> Path:
    """Write the draft and return its path. Nothing is ever overwritten.

    A ``date`` without a zone is in the site's own; without a ``date`` it is ``now``.

    Raises:
        ConfigError: the title makes no slug, holds a line break, or its slug is taken.
    """
    for value in (title, *categories, *tags):
        if not value.strip() or any(unicodedata.category(c) in ("Cc", "Zl", "Zp") for c in value):
            raise ConfigError(
                "a title, category or tag is empty or holds a line break", "reword it"
            )
    slug = slugify(title, settings.values)
    if not slug.strip("-") or "/" in slug:
        raise ConfigError(f"the title {title!r} makes no address", "use letters or digits")
    if len(slug) > LONGEST:
        raise ConfigError(
            f"the title makes an address of {len(slug)} characters",
            "shorten the title; it can be made longer in the file",
        )
    refuse_taken(settings, slug)
    path = settings.posts[0] / f"{slug}.md"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as stream:
            stream.write(_draft(settings, title.strip(), slug, categories, tags, date or now))
    except FileExistsError:
        raise ConfigError(
            f"{named(path, settings)}: there is such a file already", "choose another title"
        ) from None
    except OSError as error:
        raise ConfigError(
            f"{named(path, settings)}: cannot be written: {error.strerror}", "mend its folder"
        ) from None
    return path


def _draft(
    settings: Settings,
    title: str,
    slug: str,
    categories: Sequence[str],
    tags: Sequence[str],
    date: datetime | None,
) -> str:
    zone = ZoneInfo(settings.timezone)
    moment = date or datetime.now(zone)
    moment = moment.astimezone(zone) if moment.tzinfo else moment
    lines = [f"Title: {title}", f"Date: {moment:%Y-%m-%d %H:%M}"]
    for name, values in (("Category", categories), ("Tags", tags)):
        if values:
            lines.append(f"{name}: {', '.join(value.strip() for value in values)}")
    author = f"Author: {settings.values.get('AUTHOR') or ''}".rstrip()
    lines += [f"Slug: {slug}", author, "Summary:", "Status: draft", f"Uid: {secrets.token_hex(8)}"]
    return "\n".join([*lines, "", STARTER, ""])
