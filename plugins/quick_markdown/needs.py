"""Markdown's inline processor without the patterns that cannot match.

A pattern is skipped where the text lacks a character that it requires.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from markdown import inlinepatterns as stock
from markdown.extensions import smarty
from markdown.treeprocessors import InlineProcessor as Stock
from markdown.util import AtomicString

Need = str | None
"""A text without which the pattern cannot match; None if unknown."""

FOOTNOTE_RE = r"\[\^([^\]]*)\]"
WIKILINK_RE = r"\[\[([\w0-9_ -]+)\]\]"
EM_DASH_RE = r"(?<!-)---(?!-)"
EN_DASH_RE = r"(?<!-)--(?!-)"
ELLIPSIS_RE = r"(?<!\.)\.{3}(?!\.)"

NEEDS = {
    stock.BACKTICK_RE: "`",
    stock.ESCAPE_RE: "\\",
    stock.LINK_RE: "[",
    stock.IMAGE_LINK_RE: "![",
    stock.AUTOLINK_RE: "://",
    stock.AUTOMAIL_RE: "@",
    stock.LINE_BREAK_RE: "  \n",
    stock.HTML_RE: "<",
    stock.ENTITY_RE: "&",
    FOOTNOTE_RE: "[^",
    WIKILINK_RE: "[[",
    r"\n": "\n",
    smarty.HTML_STRICT_RE: "<",
    smarty.singleQuoteStartRe: "'",
    smarty.doubleQuoteStartRe: '"',
    smarty.doubleQuoteSetsRe: "\"'",
    smarty.singleQuoteSetsRe: "'\"",
    smarty.doubleQuoteSetsRe2: "'\"",
    smarty.singleQuoteSetsRe2: "\"'",
    smarty.decadeAbbrRe: "'",
    smarty.openingSingleQuotesRegex: "'",
    smarty.closingSingleQuotesRegex: "'",
    smarty.closingSingleQuotesRegex2: "'",
    smarty.remainingSingleQuotesRegex: "'",
    smarty.openingDoubleQuotesRegex: '"',
    smarty.closingDoubleQuotesRegex: '"',
    smarty.closingDoubleQuotesRegex2: '"',
    smarty.remainingDoubleQuotesRegex: '"',
    EM_DASH_RE: "---",
    EN_DASH_RE: "--",
    ELLIPSIS_RE: "...",
    r"\<\<": "<<",
    r"\>\>": ">>",
}

_FLAGS = int(re.DOTALL | re.UNICODE)


def need_of(pattern: Any) -> Need:
    """The characters that ``pattern`` (an inline processor) requires, known by its regular
    expression. A subclass may handle a match in any way, unless it overrides the search."""
    if (
        not isinstance(pattern, stock.InlineProcessor)
        or type(pattern).getCompiledRegExp is not stock.Pattern.getCompiledRegExp
        or "getCompiledRegExp" in vars(pattern)
    ):
        return None
    expression = pattern.compiled_re
    return NEEDS.get(expression.pattern) if expression.flags == _FLAGS else None


class InlineProcessor(Stock):
    """Tries, in the stock order, the patterns whose required characters are present. It recurses
    exactly as the stock class does: how deeply marks may be nested depends on that."""

    @cached_property
    def _steps(self) -> list[tuple[Any, Need]]:
        """The patterns, looked up when the first text is read: all are registered by then."""
        return [(pattern, need_of(pattern)) for pattern in self.inlinePatterns]

    def _InlineProcessor__handleInline(self, data: str, patternIndex: int = 0) -> str:
        if isinstance(data, AtomicString):
            return data
        steps = self._steps
        for index in range(patternIndex, len(steps)):
            pattern, need = steps[index]
            if need and need not in data:
                continue
            start, matched = 0, True
            while matched:
                data, matched, start = self._InlineProcessor__applyPattern(
                    pattern, data, index, start
                )
                if matched and need and data.find(need, start) < 0:
                    break
        return data
