"""Pelican's Markdown reader, with a ``Markdown`` object that starts and reads faster."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import InlineProcessor as StockInline
from pelican.readers import MarkdownReader as Stock
from pelican.utils import pelican_open

from publish.post.installed import entry_points

from .needs import InlineProcessor

STOCK = "markdown.extensions."


class MarkdownReader(Stock):
    """Reads as the stock class does, and has its name, which templates see."""

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """As stock: the HTML and the metadata of a file."""
        self._source_path = source_path
        self._md = Quick(**self.settings["MARKDOWN"])
        with pelican_open(source_path) as text:
            content = self._md.convert(text)
        metadata = self._parse_metadata(self._md.Meta) if hasattr(self._md, "Meta") else {}
        return content, metadata


class Quick(Markdown):
    """A ``Markdown`` with our inline processor, unless an extension has set another."""

    def registerExtensions(self, extensions: Any, configs: Any) -> Markdown:
        """As stock."""
        super().registerExtensions(extensions, configs)
        for each in self.treeprocessors:
            if type(each) is StockInline:
                # In place: other objects refer to it.
                each.__class__ = InlineProcessor
        return self

    def build_extension(self, ext_name: str, configs: Mapping[str, Any]) -> Extension:
        """As stock, without searching all installed packages for entry points."""
        return _named(ext_name, configs) or super().build_extension(ext_name, configs)


def _named(name: str, configs: Mapping[str, Any]) -> Extension | None:
    """One of Markdown's own extensions by its short name or module; None for others, and for one
    that the stock method has to report an error about."""
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
