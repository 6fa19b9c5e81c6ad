"""The marks in Markdown become comments in HTML, round blocks that Markdown parses as ever."""

from __future__ import annotations

import re
from typing import Any

from markdown import Extension, Markdown
from markdown.preprocessors import Preprocessor

OPEN = re.compile(r":::[ \t]*(email|web)-only[ \t]*$")
CLOSE = re.compile(r":::[ \t]*$")
BEGIN = "<!--only:{}-->"
END = "<!--/only-->"


class Marks(Preprocessor):
    """Lines of their own, at the margin; inside fenced code they are words like others."""

    def run(self, lines: list[str]) -> list[str]:
        """Called by Markdown, once a text."""
        found: list[str] = []
        for line in lines:
            if opened := OPEN.match(line):
                found += ["", BEGIN.format(opened.group(1)), ""]
            elif CLOSE.match(line):
                found += ["", END, ""]
            else:
                found.append(line)
        return found


class OnlyBlocks(Extension):
    """The Markdown extension."""

    def extendMarkdown(self, md: Markdown) -> None:
        """Called by Markdown."""
        # After fenced code (25) has been put away, before raw HTML (20) is read.
        md.preprocessors.register(Marks(md), "only_blocks", 22)

    def __eq__(self, other: Any) -> bool:
        # Pelican's cache compares settings; two of us are the same.
        return isinstance(other, OnlyBlocks)

    def __hash__(self) -> int:
        return hash(OnlyBlocks)
