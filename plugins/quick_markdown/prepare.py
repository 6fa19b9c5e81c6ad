"""A ``Markdown`` for a site's settings: quick, if all that is in it is known."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from importlib import import_module
from typing import Any

from markdown import Markdown
from markdown.blockparser import BlockParser as StockParser
from markdown.extensions import Extension
from markdown.extensions.footnotes import FootnoteExtension
from markdown.treeprocessors import InlineProcessor as StockInline

from publish.post.installed import entry_points

from .blocks import BlockParser
from .needs import InlineProcessor
from .reuse import FirstState

log = logging.getLogger(__name__)
STOCK = "markdown.extensions."


class Recording(Markdown):
    """A ``Markdown`` that knows its extensions, those too that an extension brought."""

    made: list[Extension]
    given: list[Extension]
    _levels: dict[str, bool]

    def registerExtensions(self, extensions: Any, configs: Any) -> Markdown:
        """As stock."""
        if "made" not in vars(self):
            self.made, self.given, self._levels = [], [], {}
        self.given += [each for each in extensions if isinstance(each, Extension)]
        return super().registerExtensions(extensions, configs)

    def build_extension(self, ext_name: str, configs: Mapping[str, Any]) -> Extension:
        """As stock, without its look through all that is installed."""
        extension = _named(ext_name, configs) or super().build_extension(ext_name, configs)
        self.made.append(extension)
        return extension

    def is_block_level(self, tag: Any) -> bool:
        """As stock, looked up once a tag and file in the long list."""
        if not isinstance(tag, str):
            return False
        if (known := self._levels.get(tag)) is None:
            known = self._levels[tag] = super().is_block_level(tag)
        return known


class Source:
    """Gives each file its ``Markdown``, equal to a new one."""

    def __init__(self, options: Mapping[str, Any], vouched: Collection[str]) -> None:
        """``options`` are Markdown's own; ``vouched`` names classes of extensions."""
        self._options = options
        self._md: Markdown = Recording(**options)
        strangers = sorted(_strangers(self._md, vouched))
        self._first: FirstState | None = None
        self._unused = True
        if strangers:
            log.info("Markdown is read the stock way, for these are unknown: %s", strangers)
            self._md.__class__ = Markdown
            return
        _quicken(self._md)
        rooms = {_room(name) for name in ("markdown", __name__, *vouched)}
        self._first = FirstState(self._md, lambda each: _room(each.__module__) in rooms)

    def take(self) -> Markdown:
        """A ``Markdown`` that remembers no text, good until the next is taken."""
        if self._first:
            self._first.restore()
        elif not self._unused:
            self._md = Markdown(**self._options)
        self._unused = False
        return self._md


def _named(name: str, configs: Mapping[str, Any]) -> Extension | None:
    """An extension by its short name, or by the module of one of Markdown's own; None for others,
    and for one of which it takes stock to tell what is wrong."""
    offered = entry_points("markdown.extensions")
    if offered is None:
        return None
    place, _, kind = offered.get(name, "").partition(":")
    try:
        if place:
            made = getattr(import_module(place), kind)(**configs)
        elif name.startswith(STOCK) and ":" not in name:
            made = import_module(name).makeExtension(**configs)
        else:
            return None
    except (AttributeError, ImportError):
        return None
    return made if isinstance(made, Extension) else None


def _room(name: str) -> str:
    return name.partition(".")[0]


def _name(extension: Extension) -> str:
    return f"{type(extension).__module__}.{type(extension).__qualname__}"


def _strangers(md: Any, vouched: Collection[str]) -> set[str]:
    """The extensions that may keep state between texts."""
    names = {_name(each) for each in [*md.made, *md.given]}
    unknown = {n for n in names if not n.startswith(STOCK) and n not in vouched}
    # One that is handed over, not named, counts all texts of a build in its prefix.
    return unknown | {_name(each) for each in md.given if isinstance(each, FootnoteExtension)}


def _quicken(md: Markdown) -> None:
    """Exchange the classes of the stock parts in place, so that who holds them holds them still."""
    if type(md.parser) is StockParser:
        md.parser.__class__ = BlockParser
        md.parser.prepare()
    for each in md.treeprocessors:
        if type(each) is StockInline:
            each.__class__ = InlineProcessor
            each.prepare()
