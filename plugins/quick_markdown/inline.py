"""Patterns inside a line: the stock processor, which leaves out those that cannot match."""

from __future__ import annotations

from typing import Any

from markdown.treeprocessors import InlineProcessor as Stock
from markdown.util import AtomicString

from .needs import Need, need_of

Step = tuple[Any, Need]


class InlineProcessor(Stock):
    """Tries, in the stock order, the patterns whose characters are there.

    It goes exactly as deep as the stock class, a call for a call: how deep marks may be nested
    hangs on that.
    """

    _steps: list[Step]

    def prepare(self) -> None:
        """Look the patterns up, once all extensions have registered theirs."""
        self._steps = [(pattern, need_of(pattern)) for pattern in self.inlinePatterns]

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
