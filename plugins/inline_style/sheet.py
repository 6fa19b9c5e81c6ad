"""A style sheet made small, and fit to stand in a page."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""(?P<kept> "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | url\(\s*[^"'\s)][^)]*\)
                 | \\. )
      | (?P<gap> (?: \s | /\*.*?(?:\*/|\Z) )+ )
      | (?P<plain> [^\s"'/{};,:>uU\\]+ | . )""",
    re.S | re.X | re.I,
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.S)
_TIGHT = "{};,>"
"""On neither side of these does a space mean anything, wherever they stand."""


def small(css: str) -> str:
    """The same rules without comments and without space that means nothing.

    A space before a colon or beside ``+``, ``-``, ``*`` and brackets can mean something and stays.
    """
    out: list[str] = []
    gap = ""
    for token in _TOKEN.finditer(css):
        if token["gap"]:
            # A comment alone still parts what stands on its sides.
            gap = " " if _COMMENT.sub("", token[0]) else "/**/"
            continue
        last = out[-1][-1] if out else "{"
        if gap and last not in _TIGHT + ":" and token[0] not in _TIGHT:
            out.append(gap)
        gap = ""
        if token[0] == "}" and last == ";":
            out.pop()
        out.append(token[0])
    # No string may end the element it stands in; only in a string does it mean anything.
    return "".join(out).replace("</", "<\\/")


def leans(css: str) -> bool:
    """Whether it names a file by an address that begins at the style sheet's own folder."""
    for address in re.findall(r"url\(\s*[\"']?([^\"')]*)", css, re.I):
        if not re.match(r"data:|#|/|[a-z]+://", address.strip(), re.I):
            return True
    return bool(re.search(r"@import\b", css, re.I))
