"""Pelican's reader of Markdown, with one ``Markdown`` for all its files."""

from __future__ import annotations

from typing import Any

from pelican.readers import MarkdownReader as Stock
from pelican.utils import pelican_open

from .prepare import Source


class MarkdownReader(Stock):
    """Reads as the stock class does; named as it is, for Pelican shows the name to templates."""

    _source: Source | None = None
    _options: Any = None

    def read(self, source_path: str) -> tuple[str, dict[str, Any]]:
        """As stock: the HTML and the metadata of a file."""
        self._source_path = source_path
        self._md = self._take()
        with pelican_open(source_path) as text:
            content = self._md.convert(text)
        metadata = self._parse_metadata(self._md.Meta) if hasattr(self._md, "Meta") else {}
        return content, metadata

    def _take(self) -> Any:
        vouched = self.settings.get("QUICK_MARKDOWN_EXTENSIONS", ())
        options = (self.settings["MARKDOWN"], tuple(vouched))
        # A plugin may change the settings between two files.
        if self._source is None or self._options != options:
            self._options = _copied(options)
            self._source = Source(options[0], options[1])
        return self._source.take()


def _copied(value: Any) -> Any:
    """A copy of a setting's containers that shares their leaves."""
    if isinstance(value, dict):
        return {key: _copied(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_copied(each) for each in value)
    return value
