"""Writes issues into their folder: unchanged ones stay, others come from the cache or are
composed."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from publish.post import cache
from publish.post.contents import categories_of, digest_of
from publish.post.issue import NAMES, key_of

from . import facts, files
from .layout import Layout
from .pictures import library

log = logging.getLogger(__name__)

NAMED = ("title", "slug", "subject", "preheader", "uid", "was", "locale_date", "page_digest")


class IssueBuilder:
    """One build's issues; ``home`` is the folder they belong into."""

    def __init__(self, generator: Any, home: Path) -> None:
        settings, context = generator.settings, generator.context
        self._home, self._engine = home, settings.get("ENGINE")
        self._site = facts.site(settings)
        self._file_of = library(context, self._site.address)
        self._cache = Path(settings["CACHE_PATH"]) / "issues"
        file = Path(settings["CACHE_PATH"]) / "issues-state"
        self._state = cache.State(file, Path(__file__).parent)
        self._known = self._state.value or {}
        self._layout = Layout(generator.env, settings)
        self._now: dict[str, tuple[bytes, str, str]] = {}
        self._names: set[str] = set()
        self._found: dict[int, tuple[facts.Facts, str]] = {}
        self._held: set[int] = set()
        self._composed: dict[int, str] = {}

    @cached_property
    def _shared_hash(self) -> Any:
        """A hash object over everything that the letters of all posts share; copied and updated for
        each."""
        return hashlib.sha256(repr((self._layout.digest, self._site)).encode())

    def compose_new(self, articles: list[Any]) -> None:
        """Compose new issues on all cores; errors of unfit ones are logged later, by
        :meth:`ensure`."""
        if self._engine:
            self._held = {id(article) for article in articles if self._is_current(article)}
            # What cannot be cached would be composed twice.
            new = [
                article
                for article in articles
                if id(article) not in self._held and self._gather(article)[1]
            ]
            log.disabled = True
            try:
                said = self._engine.shared(self._put, new)
            finally:
                log.disabled = False
            # Of two in one folder, the later one stays.
            folders = Counter(article.slug for article in articles)
            self._composed = {
                id(article): word
                for article, word in zip(new, said, strict=True)
                if word is not None and folders[article.slug] == 1
            }

    def ensure(self, article: Any) -> bool:
        """Have one post's issue in its folder; False, with an error in the log, if it is unfit.

        Raises:
            OSError: it cannot be written.
        """
        if id(article) in self._held and id(article) not in self._found:
            self._names.add(self._now[article.relative_source_path][2])
            return True
        found, _ = self._gather(article)
        self._names.add(key_of([found.uid]))
        if id(article) not in self._held:
            warning = self._composed.get(id(article))
            if warning is None:
                warning = self._put(article)
            if warning is None:
                return False
            if warning:
                log.warning("%s: %s", os.path.relpath(article.source_path), warning)
        for file in found.heavy:
            log.warning(
                "%s: the letter's picture %s has %d kB even at its smallest — save it with less",
                os.path.relpath(article.source_path),
                file.url.rpartition("/")[2],
                file.bytes // 1000,
            )
        return True

    def close(self) -> None:
        """Remove the issues of posts that no longer exist, and record what the others are made
        from."""
        if self._cache.is_dir():
            for name in set(os.listdir(self._cache)) - self._names:  # noqa: PTH208 - thousands
                (self._cache / name).unlink(missing_ok=True)
        if self._engine:
            self._state.keep(self._now)

    def _gather(self, article: Any) -> tuple[facts.Facts, str]:
        """The facts of an article, and the digest of everything its issue is made from."""
        known = self._found.get(id(article))
        if known is None:
            found = facts.gather(article, self._site, self._file_of)
            known = self._found[id(article)] = found, self._layout.made_from(found)
        return known

    def _is_current(self, article: Any) -> bool:
        """Whether the engine holds the issue in its current state. Where the fingerprint is
        unchanged, the facts need not be gathered."""
        if not self._layout.digest:
            return False
        fingerprint, source = self._fingerprint(article), article.relative_source_path
        known = self._known.get(source)
        if not fingerprint or known is None or known[0] != fingerprint:
            found, made_from = self._gather(article)
            known = fingerprint, made_from, key_of([found.uid])
        if fingerprint:
            self._now[source] = known
        folder = f"{self._home}{os.sep}{article.slug}{os.sep}"
        # No short circuit: the engine must record every file.
        held = [self._engine.holds(folder + name, known[1]) for name in NAMES]
        return all(held)

    def _fingerprint(self, article: Any) -> bytes:
        """A digest of everything that :func:`facts.gather` reads; ``b""`` if that includes
        files."""
        web, mail = article._content or "", getattr(article, "email_content_source", None)
        if article.metadata.get("image") or "<img" in f"{web}\0{mail}".lower():
            return b""
        site = self._site.address
        bodies = [facts.resolved(article, body, site) for body in (web, mail or "")]
        values = (
            [getattr(article, name, "") for name in NAMED],
            article.metadata.get("summary"),
            article.url,
            article.date,
            str(article.lang),
            str(article.relative_source_path),
            article.source_path,
            [str(author) for author in getattr(article, "authors", ())],
            [str(category) for category in categories_of(article)],
            _shares(article),
            mail is None,
            *map(digest_of, bodies),
        )
        digest = self._shared_hash.copy()
        digest.update(repr(values).encode("utf-8", "surrogatepass"))
        return digest.digest()

    def _put(self, article: Any) -> str | None:
        """Write an issue's files; returns a warning for the author (``""`` for none), or None for
        an unfit post."""
        issue = self._issue(article)
        if issue is not None:
            files.put(self._home / article.slug, issue[0])
        return issue and issue[1]

    def _issue(self, article: Any) -> tuple[Mapping[str, bytes], str] | None:
        """The files of an issue by name, and a warning for the author; None for an unfit post."""
        found, made_from = self._gather(article)
        file = self._cache / key_of([found.uid])
        cached = cache.read(file, made_from) if made_from else None
        if cached is not None:
            *texts, warning = json.loads(cached)
            return dict(zip(NAMES, (text.encode() for text in texts), strict=True)), warning
        # Imported late: they load lxml and css-inline.
        from .compose import Unfit, compose, warning_of

        try:
            issue = compose(found, self._layout.html, self._layout.text)
        except Unfit as error:
            log.error("%s: %s", os.path.relpath(article.source_path), error)
            return None
        made, warning = issue.files(), warning_of(issue)
        if made_from and not found.guessed:
            texts = [made[name].decode() for name in NAMES]
            cache.keep(file, made_from, json.dumps([*texts, warning]).encode())
        return made, warning


def _shares(article: Any) -> Any:
    """What the share links depend on beside title, address and status: an article's own list, or
    the settings of all."""
    made_from = getattr(getattr(type(article), "share_links", None), "made_from", None)
    if made_from is None or "share_links" in vars(article):
        return getattr(article, "share_links", ())
    return made_from, article.status
