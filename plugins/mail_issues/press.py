"""Brings issues into their folder: as they lie there, else from the cache, else composed anew."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from publish.post.issue import key_of

from . import facts, files, kept, placed
from .kept import Finished
from .layout import Layout
from .links import Links
from .pictures import Asked, sizes

log = logging.getLogger(__name__)


class Press:
    """One build's issues; ``home`` is the folder they belong into."""

    def __init__(self, generator: Any, home: Path) -> None:
        settings, context = generator.settings, generator.context
        self._home = home
        self._site = facts.site(settings)
        self._links = Links(self._site.address)
        self._size_of = sizes(context, self._site.address)
        self._layout = Layout(generator.env, settings)
        self._cache = Path(settings["CACHE_PATH"]) / "issues"
        self._placed = placed.Placed(self._cache, home)
        self._names = {placed.FILE}

    def bring(self, article: Any) -> bool:
        """Have one post's issue in its folder; False, with an error in the log, if it is unfit.

        Raises:
            OSError: it cannot be written.
        """
        asked = Asked(self._size_of)
        found = facts.gather(article, self._site, self._links, asked)
        made_from = self._layout.made_from(found)
        name = key_of([found.uid])
        self._names.add(name)
        warning = self._placed.holds(found.slug, made_from, self._size_of)
        if warning is None:
            issue = self._issue(article, self._cache / name, made_from, found, asked)
            if issue is None:
                return False
            files.put(self._home / found.slug, issue.files)
            self._placed.note(found.slug, made_from, issue)
            warning = issue.warning
        if warning:
            log.warning("%s: %s", os.path.relpath(article.source_path), warning)
        return True

    def close(self) -> None:
        """Remember for the next build what this one knows.

        Raises:
            OSError: the cache cannot be written.
        """
        self._placed.save()
        kept.sweep(self._cache, self._names)

    def _issue(
        self, article: Any, file: Path, made_from: str, found: facts.Facts, asked: Asked
    ) -> Finished | None:
        if known := kept.find(file, made_from, self._size_of):
            return known
        # Only here, for they load what parses HTML and inlines styles.
        from .compose import Unfit, compose, warning

        try:
            issue = compose(found, self._layout.html, self._layout.text)
        except Unfit as error:
            log.error("%s: %s", os.path.relpath(article.source_path), error)
            return None
        made = Finished(issue.files(), warning(issue), asked.answers)
        kept.keep(file, made_from, made)
        return made
