"""Whole calls of Pelican's writer that would write what lies in the output: one look for all.

A call writes a page or, where lists are split, several. It writes the same if it is given the
same, and if what its pages read of the site is the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from pelican.urlwrappers import URLWrapper
from pelican.utils import sanitised_join

from publish.site.engine.look import Look
from publish.site.engine.values import digest, mark
from publish.site.engine.views import alike

Group = tuple[str, tuple[str, ...]]
"""The digest of what a call was given, and the pages it wrote."""


class Groups:
    """The calls of this run by the file each names; ``old`` are those of the last build.

    ``term`` says of a category, tag or author whether it is a plain one.
    """

    def __init__(self, old: Mapping[str, Group], look: Look, term: Callable[[Any], bool]) -> None:
        self.old, self.new = dict(old), dict[str, Group]()
        self._look, self._term = look, term
        self._lists: dict[int, tuple[list[Any], list[Any], str]] = {}
        self._words: dict[int, tuple[Any, str]] = {}
        self._file, self._given = "", ""
        self._pages: list[str] = []

    def given(self, file: str, root: str, named: Mapping[str, Any]) -> str:
        """The digest of a call's arguments; ``""`` if nobody can say what they are."""
        try:
            words = [f"{name}={self._worded(value)}" for name, value in named.items()]
        except Exception:  # a plugin may hand its templates anything
            return ""
        return digest("\0".join((file, root, *words)))

    def begin(self, file: str, given: str) -> None:
        """The call goes to the writer."""
        self._file, self._given, self._pages = file, given, []

    def wrote(self, page: str) -> None:
        """It wrote or kept this page."""
        self._pages.append(page)

    def end(self) -> None:
        """The writer is done with it."""
        if self._given:
            self.new[self._file] = (self._given, tuple(self._pages))
        self._given = ""

    def stands(self, file: str, given: str) -> tuple[str, ...]:
        """The pages of a call that was made like this at the last build; none if it was not."""
        known, pages = self.old.get(file, ("", ()))
        return pages if given and known == given else ()

    def keep(self, file: str, writer: Any) -> bool:
        """Note its pages as written; not if one has been already, for the writer to object."""
        given, pages = self.old[file]
        base = f"{os.path.abspath(writer.output_path)}{os.sep}"  # noqa: PTH100 - as the writer's
        paths = [
            sanitised_join(writer.output_path, page) if "//" in page or "./" in page
            else base + page for page in pages
        ]  # fmt: skip
        if not writer._overridden_files.isdisjoint(paths):
            return False
        if not writer._written_files.isdisjoint(paths):
            return False
        writer._written_files.update(paths)
        self.new[file] = (given, pages)
        return True

    def forget(self) -> None:
        """A page may have changed the lists."""
        self._lists.clear()
        self._words.clear()

    def _worded(self, value: Any) -> str:
        if type(value) is list:
            known = self._lists.get(mark(value))
            if known is None or not alike(known[1], value):
                token = digest("\0".join(map(self._word, value)))
                known = self._lists[mark(value)] = (value, list(value), token)
            return known[2]
        return self._word(value)

    def _word(self, value: Any) -> str:
        known = self._words.get(mark(value))
        if known is not None:
            return known[1]
        if isinstance(value, URLWrapper) and not self._term(value):
            raise TypeError("its name does not say all there is to say of it")
        token, parts = self._look.value(value)
        if any(type(part) is list for part in parts):
            raise TypeError("a list inside another is not looked into")
        if parts:
            self._words[mark(value)] = (value, token)
        return token
