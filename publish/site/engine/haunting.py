"""Where ghosts may stand for posts: sites whose code leaves a post's making to Pelican."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from pelican import contents, signals
from pelican.contents import Article
from pelican.readers import Readers

from publish.site.engine.complaints import Complaints
from publish.site.engine.ghosts import Ghosts, packed
from publish.site.engine.parsed import Parsed


class Haunting:
    """Puts ghosts in the place of posts that are as they were at the last build."""

    def __init__(self, parsed: Parsed, complaints: Complaints) -> None:
        self.ghosts = Ghosts()
        self._parsed, self._complaints = parsed, complaints
        self._awaiting = False
        self._made: Any = None

    def begin(self, settings: Mapping[str, Any]) -> None:
        """Take hold of the reading of posts; for sites whose code is plain, see ``plain``."""
        formats = (settings.get("DEFAULT_DATE_FORMAT"), *settings.get("DATE_FORMATS", {}).values())
        if any(isinstance(how, tuple) for how in formats):
            return  # making a post then changes the locale for whatever comes after
        if settings.get("DEFAULT_DATE") == "fs" or settings.get("TYPOGRIFY"):
            return
        self.ghosts.install()
        contents.signals = _Signals(self)
        stock = Readers.read_file

        def read_file(readers: Any, *args: Any, **named: Any) -> Any:
            if args or named.get("content_class") is not Article or named.get("fmt"):
                return stock(readers, *args, **named)
            return self._read(lambda: stock(readers, **named), readers.settings, named)

        Readers.read_file = read_file

    def made(self, post: Any) -> None:
        """Pelican has made ``post``, and no plugin has seen it yet."""
        if self._awaiting:
            self._made = packed(post)

    def _read(self, stock: Callable[[], Any], settings: Any, named: Mapping[str, Any]) -> Any:
        path = os.path.abspath(os.path.join(named["base_path"], named["path"]))  # noqa: PTH100, PTH118
        if kept := self._parsed.ghost(path):
            post = self.ghosts.make(*kept, settings, named["context"])
            if post is not None:
                self._parsed.stays(path)
                return post
        heard = self._complaints.heard
        self._awaiting, self._made = True, None
        try:
            post = stock()
        finally:
            self._awaiting = False
        # What is complained of while a post is made has to be heard at every build.
        if self._made and self._complaints.heard == heard:
            self._parsed.replace(path, *self._made)
        return post


class _Signals:
    """Pelican's signals, as its contents see them."""

    def __init__(self, haunting: Haunting) -> None:
        self.content_object_init = _Made(haunting)

    def __getattr__(self, name: str) -> Any:
        return getattr(signals, name)


class _Made:
    def __init__(self, haunting: Haunting) -> None:
        self._haunting = haunting

    def __getattr__(self, name: str) -> Any:
        return getattr(signals.content_object_init, name)

    def send(self, post: Any) -> Any:
        """Tell the engine first, then everybody."""
        self._haunting.made(post)
        return signals.content_object_init.send(post)
