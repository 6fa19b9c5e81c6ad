"""Writes issues into their folder: unchanged ones stay, others are cached or composed."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from publish.post import cache
from publish.post.issue import NAMES, key_of

from . import facts, files
from .layout import Layout
from .links import Links
from .pictures import library

log = logging.getLogger(__name__)


class Press:
    """One build's issues; ``home`` is the folder they belong into."""

    def __init__(self, generator: Any, home: Path) -> None:
        settings, context = generator.settings, generator.context
        self._home, self._engine = home, settings.get("ENGINE")
        self._site = facts.site(settings)
        self._links = Links(self._site.address)
        self._file_of = library(context, self._site.address)
        self._layout = Layout(generator.env, settings)
        self._cache = Path(settings["CACHE_PATH"]) / "issues"
        self._names: set[str] = set()
        self._found: dict[int, facts.Facts] = {}
        self._held: set[int] = set()

    def prepare(self, articles: list[Any]) -> None:
        """Let all cores compose what is new; what is unfit says so later, in :meth:`bring`."""
        if self._engine:
            self._held = {id(article) for article in articles if self._lies_there(article)}
            # What cannot be kept would be composed twice.
            new = [article for article in articles if id(article) not in self._held
                   and self._layout.made_from(self._gather(article))]  # fmt: skip
            log.disabled = True
            try:
                self._engine.shared(self._issue, new)
            finally:
                log.disabled = False

    def bring(self, article: Any) -> bool:
        """Have one post's issue in its folder; False, with an error in the log, if it is unfit.

        Raises:
            OSError: it cannot be written.
        """
        found = self._gather(article)
        self._names.add(key_of([found.uid]))
        if id(article) not in self._held:
            issue = self._issue(article)
            if issue is None:
                return False
            files.put(self._home / found.slug, issue[0])
            if issue[1]:
                log.warning("%s: %s", os.path.relpath(article.source_path), issue[1])
        for file in found.heavy:
            log.warning(
                "%s: the letter's picture %s has %d kB even at its smallest — save it with less",
                os.path.relpath(article.source_path),
                file.url.rpartition("/")[2],
                file.bytes // 1000,
            )
        return True

    def close(self) -> None:
        """Forget the issues of posts that are no more."""
        if self._cache.is_dir():
            for name in set(os.listdir(self._cache)) - self._names:  # noqa: PTH208 - thousands
                (self._cache / name).unlink(missing_ok=True)

    def _gather(self, article: Any) -> facts.Facts:
        known = self._found.get(id(article))
        if known is None:
            known = facts.gather(article, self._site, self._links, self._file_of)
            self._found[id(article)] = known
        return known

    def _lies_there(self, article: Any) -> bool:
        found = self._gather(article)
        key = self._layout.made_from(found)
        if not (self._engine and key):
            return False
        # Each is asked for, or the engine would not know of the others.
        held = [self._engine.holds(str(self._home / found.slug / name), key) for name in NAMES]
        return all(held)

    def _issue(self, article: Any) -> tuple[Mapping[str, bytes], str] | None:
        """The files of an issue by name, and a word to its author; None for one that is unfit."""
        found = self._gather(article)
        made_from = self._layout.made_from(found)
        file = self._cache / key_of([found.uid])
        kept = cache.read(file, made_from) if made_from else None
        if kept is not None:
            *texts, warning = json.loads(kept)
            return dict(zip(NAMES, (text.encode() for text in texts), strict=True)), warning
        # Only here, for they load what parses HTML and inlines styles.
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
