"""Which front-matter keys may become attributes of a page, and which must be text."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

# Keys that Pelican reads although its classes have members of that name.
MEANT = {"save_as", "status", "summary", "url"}

# Instance attributes that Pelican sets itself. (The other ones, such as `title`, `date`, `lang`,
# `slug`, `timezone` and `date_format`, may be given.)
OF_EACH_PAGE = {
    "in_default_lang",
    "locale_date",
    "locale_modified",
    "metadata",
    "relative_source_path",
    "settings",
    "source_path",
    "translations",
}

# The Markdown reader makes a list of a value that spans several lines, and of a key that is given
# twice. Texts are joined; of any other key the first line counts.
WORDS = {"image_alt", "preheader", "subject", "title"}
ONE = {"image", "lang", "newsletter", "template", "uid"}


def shadowing(keys: Iterable[str]) -> list[str]:
    """Those of ``keys``, sorted, that would shadow an attribute Pelican's own code relies on."""
    taken = _taken()
    return sorted(key for key in keys if key.lower() in taken or key.startswith("_"))


@cache
def _taken() -> frozenset[str]:
    from pelican.contents import Article, Page

    return frozenset(({*dir(Article), *dir(Page)} | OF_EACH_PAGE) - MEANT)


def join_lines(metadata: dict[str, Any]) -> None:
    """Join the lines of each key that must be text, in place."""
    for key in (WORDS | ONE) & metadata.keys():
        if isinstance(metadata[key], list):
            lines = [str(line).strip() for line in metadata[key]]
            metadata[key] = (" ".join(lines) if key in WORDS else lines[0]).strip()
