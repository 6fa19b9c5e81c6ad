"""Inline style: the theme's style sheet as a string, with its digest, in every template's context.

``inline_style`` goes into a ``<style>`` element as it is; ``inline_style_hash`` names exactly that
text in a Content-Security-Policy. Both are computed at every build, so after an edit of the style
sheet a build is all it takes. Without the plugin a theme links the file.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

from pelican import signals

INCREMENTAL = True

log = logging.getLogger(__name__)

DEFAULT = "css/site.css"
_TOKEN = re.compile(
    r"""(?P<kept> "(?:[^"\\\n]|\\.)*" | '(?:[^'\\\n]|\\.)*' | url\(\s*[^"'\s)][^)]*\)
                 | \\. )
      | (?P<gap> (?: \s | /\*.*?(?:\*/|\Z) )+ )
      | (?P<plain> [^\s"'/{};,:>uU\\]+ | . )""",
    re.S | re.X | re.I,
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.S)
_TIGHT = "{};,>"
"""Characters beside which a space is never significant."""


def assign(generators: list[Any]) -> None:
    """Set the two strings, after all content is read and before anything is written."""
    from publish.post.text import csp_hash

    for generator in generators[:1]:
        # One context is shared by all generators.
        settings = generator.settings
        name = settings.get("INLINE_STYLE", DEFAULT)
        file = _file(settings, name)
        if file is None:
            log.warning("INLINE_STYLE: the theme has no %s — pages link their style sheet", name)
            return
        text = small(file.read_text(encoding="utf-8-sig"))
        if has_relative_addresses(text):
            log.warning(
                "%s names other files — pages link it, for inside a page it would not find them",
                name,
            )
            return
        generator.context["inline_style"] = text
        generator.context["inline_style_hash"] = csp_hash(text)


def _file(settings: Any, name: str) -> Path | None:
    """The file that Pelican will copy: of several static folders the last one wins."""
    folders = [Path(settings["THEME"], place) for place in settings["THEME_STATIC_PATHS"]]
    return next((f for folder in reversed(folders) if (f := folder / name).is_file()), None)


def small(css: str) -> str:
    """The style sheet without comments and insignificant white space.

    A space before a colon or beside ``+``, ``-``, ``*`` and brackets can mean something and stays.
    """
    out: list[str] = []
    gap = ""
    for token in _TOKEN.finditer(css):
        if token["gap"]:
            # A comment alone still separates its neighbours.
            gap = " " if _COMMENT.sub("", token[0]) else "/**/"
            continue
        last = out[-1][-1] if out else "{"
        if gap and last not in _TIGHT + ":" and token[0] not in _TIGHT:
            out.append(gap)
        gap = ""
        while token[0] == "}" and out and out[-1] == ";":
            out.pop()
        out.append(token[0])
    # ``</`` would end the ``<style>`` element. It is only legal in a string, where it can be
    # escaped.
    return "".join(out).replace("</", "<\\/")


def has_relative_addresses(css: str) -> bool:
    """Whether the style sheet refers to a file by an address relative to its own folder."""
    for address in re.findall(r"url\(\s*[\"']?([^\"')]*)", css, re.I):
        if not re.match(r"data:|#|/|[a-z]+://", address.strip(), re.I):
            return True
    return bool(re.search(r"@import\b", css, re.I))


def register() -> None:
    """Called by Pelican."""
    signals.all_generators_finalized.connect(assign)
