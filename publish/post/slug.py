"""Slugs as Pelican makes them. Pure."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from publish.post.text import plain_title

SUBSTITUTIONS: tuple[tuple[str, str], ...] = (
    (r"[^\w\s-]", ""),
    (r"(?u)\A\s*", ""),
    (r"(?u)\s*\Z", ""),
    (r"[-\s]+", "-"),
)
"""Pelican's own ``SLUG_REGEX_SUBSTITUTIONS``."""


def slugify(title: str, values: Mapping[str, Any] | None = None) -> str:
    """The slug that ``pelican.utils.slugify`` makes of ``title`` under the settings ``values``."""
    from markupsafe import Markup
    from unidecode import unidecode

    values = values or {}
    # Tags are stripped only for the slug; the result is never shown as markup.
    text = unicodedata.normalize("NFKC", Markup(title).striptags())  # noqa: S704
    if not values.get("SLUGIFY_USE_UNICODE"):
        text = unidecode(text)
    for pattern, instead in values.get("SLUG_REGEX_SUBSTITUTIONS", SUBSTITUTIONS):
        text = re.sub(
            unicodedata.normalize("NFKC", pattern),
            unicodedata.normalize("NFKC", instead),
            text,
            flags=re.IGNORECASE,
        )
    return (text if values.get("SLUGIFY_PRESERVE_CASE") else text.lower()).strip()


def slug_of_title(title: str, values: Mapping[str, Any] | None = None) -> str:
    """A new post's slug: Pelican's, with every word that the title shows. Pelican would drop ``<2
    or >`` as a tag."""
    return slugify(html.escape(plain_title(title)), values)
