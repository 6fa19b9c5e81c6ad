"""Where an issue's own article lies in its bodies, so that several can be joined in one mail. Pure.

The templates say it with two marks. They are taken out again; what is kept is two offsets.
"""

from __future__ import annotations

from dataclasses import dataclass

Part = tuple[int, int]
"""Characters (Unicode code points) of a finished body: the first, and the one after the last."""


@dataclass(frozen=True)
class Marks:
    """What a template writes before and after the article; no author can type either."""

    begin: str
    end: str

    def variables(self) -> dict[str, str]:
        """The two as a template's variables."""
        return {"article_begins": self.begin, "article_ends": self.end}


IN_HTML = Marks("<!--article-->", "<!--/article-->")
"""A comment outlives the inliner; an author's comments are dropped with the rest of the noise."""
IN_TEXT = Marks("\x01", "\x02")
"""Characters that are taken out of whatever an author types."""


def cut(body: str, marks: Marks) -> tuple[str, Part | None]:
    """``body`` without its marks, and the part between them; None where they are not both there.

    White space at the part's ends is not part of it.
    """
    before, begun, rest = body.partition(marks.begin)
    own, ended, after = rest.partition(marks.end)
    if not (begun and ended):
        return body.replace(marks.begin, "").replace(marks.end, ""), None
    start = len(before) + len(own) - len(own.lstrip())
    return before + own + after, (start, start + len(own.strip()))
