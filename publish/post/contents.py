"""Lists the articles and pages of Pelican's generators, their categories, and digests of their
texts; keeps drafts out of the output."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

PUBLIC = (
    "translations", "articles", "hidden_translations", "hidden_articles", "pages", "hidden_pages",
)  # fmt: skip
"""Lists of Pelican's generators, in the order in which it writes them."""
DRAFTS = ("drafts", "drafts_translations", "draft_pages", "draft_translations")
known: dict[str, str] = {}
"""Digests by text in this run, at most ``MOST``."""
MOST = 1 << 16


def contents(generators: Iterable[Any], *, public: bool = False) -> Iterator[Any]:
    """Every article and page of a run, or those that are ``public``: listed or hidden."""
    held = list(generators)
    for names in (PUBLIC,) if public else (PUBLIC, DRAFTS):
        for generator in held:
            for name in names:
                yield from getattr(generator, name, ())


def keep_drafts_out(generator: Any) -> None:
    """Where the settings give a draft no file, its own ``Save_as`` line gives it none either:
    Pelican would publish it there."""
    for draft in (each for name in DRAFTS for each in getattr(generator, name, ())):
        key = "save_as" if draft.in_default_lang else "lang_save_as"
        if hasattr(draft, "override_save_as") and not draft._expand_settings(key):
            draft.override_save_as = ""


def categories_of(content: Any) -> list[Any]:
    """Pelican's categories of an article, the main one first; none of a page."""
    given = getattr(content, "categories", None)
    main = getattr(content, "category", None)
    return list(given) if given else [main] if main else []


def digest_of(text: str) -> str:
    """64 hex digits of a text, memoized, as several plugins need the digest of the same body; one
    that is ``known`` is not computed."""
    found = known.get(text)
    if found is None:
        if len(known) >= MOST:
            known.clear()
        data = text.encode("utf-8", "surrogatepass")
        found = known[text] = hashlib.sha256(data).hexdigest()
    return found
