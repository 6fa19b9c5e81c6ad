"""Blocks: the stock parser, which leaves out processors that a block has no word for."""

from __future__ import annotations

from typing import Any

from markdown import blockprocessors as stock
from markdown.blockparser import BlockParser as Stock
from markdown.extensions.abbr import AbbrBlockprocessor
from markdown.extensions.def_list import DefListProcessor
from markdown.extensions.footnotes import FootnoteBlockProcessor
from markdown.extensions.md_in_html import MarkdownInHtmlProcessor
from markdown.extensions.tables import TableProcessor
from markdown.util import STX

from .needs import Need

HASHES = r"(?:^|\n)(?P<level>#{1,6})(?P<header>(?:\\.|[^\\#]|#+(?=[^#\n]))*?)#*(?:\n|$)"
REFERENCE = (
    r"^[ ]{0,3}\[([^\[\]]*)\]:[ ]*(?:\n[ ]*)?([^\s]+)[ ]*(?:\n[ ]*)?"
    r"""((["\'])(.*)\4[ ]*|\((.*)\)[ ]*)?$"""
)
RULE = (
    r"^[ ]{0,3}(?=(?P<atomicgroup>(-+[ ]{0,2}){3,}|(_+[ ]{0,2}){3,}|(\*+[ ]{0,2}){3,}))"
    r"(?P=atomicgroup)[ ]*$"
)
ABBREVIATION = r"^[*]\[(?P<abbr>[^\\]*?)\][ ]?:[ ]*\n?[ ]*(?P<title>.*)$"
NEEDS: dict[type, tuple[str, str | None]] = {
    AbbrBlockprocessor: ("*[", ABBREVIATION),
    DefListProcessor: (": ", r"(^|\n)[ ]{0,3}:[ ]{1,3}(.*?)(\n|$)"),
    FootnoteBlockProcessor: ("[^", r"^[ ]{0,3}\[\^([^\]]*)\]:[ ]*(.*)$"),
    MarkdownInHtmlProcessor: (STX, None),
    TableProcessor: ("|", None),
    stock.BlockQuoteProcessor: (">", r"(^|\n)[ ]{0,3}>[ ]?(.*)"),
    stock.HashHeaderProcessor: ("#", HASHES),
    stock.ReferenceProcessor: ("]:", REFERENCE),
    stock.SetextHeaderProcessor: ("\n", r"^.*?\n(?:=+|-+)[ ]*(\n|$)"),
}
"""Without the first text, a processor with the second as its ``RE`` lets a block be."""


def need_of(processor: Any) -> Need:
    """What a block must hold for ``processor`` to act on it; None where nothing is known."""
    need, expression = NEEDS.get(type(processor), (None, None))
    # Extensions are known to give a class another expression, or an object another method.
    changed = {"test", "run"} & vars(processor).keys() or (
        expression and processor.RE.pattern != expression
    )
    return None if changed else need


def is_stock_rule(processor: Any) -> bool:
    """Whether ``processor`` finds horizontal rules as the library does."""
    return (
        type(processor) is stock.HRProcessor
        and not {"test", "SEARCH_RE"} & vars(processor).keys()
        and processor.SEARCH_RE.pattern == RULE
    )


def _rules_only(test: Any) -> Any:
    """``test`` for a horizontal rule, not asked of a single line that begins otherwise."""

    def ask(parent: Any, block: str) -> Any:
        return ("\n" in block or block.lstrip(" ")[:1] in "-_*") and test(parent, block)

    return ask


class BlockParser(Stock):
    """Asks, in the stock order, the processors that may act.

    As many calls deep as the stock class: where quotations stop nesting hangs on that.
    """

    _steps: list[tuple[Need, Any, Any]]

    def prepare(self) -> None:
        """Look the processors up, once all extensions have registered theirs."""
        self._steps = []
        for each in self.blockprocessors:
            test = _rules_only(each.test) if is_stock_rule(each) else each.test
            self._steps.append((need_of(each), test, each.run))

    def parseBlocks(self, parent: Any, blocks: list[str]) -> None:
        """As stock."""
        steps = self._steps
        while blocks:
            for need, test, run in steps:
                block = blocks[0]
                if need and need not in block:
                    continue
                if test(parent, block) and run(parent, blocks) is not False:
                    break
