"""Lists the articles and pages of Pelican's generators, their categories, and digests of their
texts; keeps drafts out of the output."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from html import escape
from typing import Any

from publish.post.text import plain

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
    # A `Categories:` line, which nothing reads, is an attribute of that name too.
    given = [each for each in getattr(content, "categories", ()) if not isinstance(each, str)]
    main = getattr(content, "category", None)
    return given or ([main] if main else [])


def has_links(content: Any) -> bool:
    """Whether its body may have links whose resolution depends on other content."""
    body: str = getattr(content, "_content", None) or ""
    return "{" in body or "|" in body or hasattr(content, "_get_content")


def names_of(things: Iterable[Any] | None) -> tuple[str, ...]:
    """The names of categories, tags or authors, which are text and no HTML, each once and none
    empty (a site without AUTHOR has an empty one)."""
    names = (plain(escape(str(thing))) for thing in things or ())
    return tuple(dict.fromkeys(filter(None, names)))


def updated_of(content: Any) -> datetime | None:
    """When it last changed: the later of ``Date`` and ``Modified``; None for a page without."""
    dates = (getattr(content, name, None) for name in ("date", "modified"))
    return max(filter(None, dates), default=None)


def place_of(content: Any) -> str:
    """The source file, relative to the working directory."""
    return os.path.relpath(content.source_path) if content.source_path else str(content)


class Computed:
    """A descriptor for an attribute of articles or pages, computed when a page reads it. Drafts
    have none.

    Without ``__set__``, so that a line of that name in a post can take its place. ``made_from`` is
    everything it depends on except the article's title, address and status.
    """

    def __init__(self, name: str, work: Callable[[Any], Any], made_from: object = None) -> None:
        self._name, self._work, self.made_from = name, work, made_from

    def __get__(self, content: Any, kind: type | None = None) -> Any:
        """The value, as templates read it."""
        if content is None:
            return self
        if content.status == "draft":
            raise AttributeError(self._name)
        return self._work(content)


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
