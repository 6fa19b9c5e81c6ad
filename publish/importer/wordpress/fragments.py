"""HTML fragments common to all page builders. Pure."""

from __future__ import annotations

import re
from html import escape

TAG = re.compile(r"<(?:/?[a-zA-Z][^<>]*|!--.*?--)>", re.S)


def image(src: str, alt: str) -> str:
    """A picture."""
    return f'<img src="{escape(src)}" alt="{escape(alt)}">'


def paragraph(*parts: str, between: str = "") -> str:
    """A paragraph of those parts that are not empty; nothing where all are."""
    words = between.join(filter(None, parts))
    return f"<p>{words}</p>" if words else ""


def button(words: str, to: str) -> str:
    """A button as a link."""
    return f'<p class="button">{linked(words, to)}</p>'


def linked(words: str, to: str) -> str:
    """Words, linked if there is an address."""
    return f'<a href="{escape(to)}">{text(words)}</a>' if to and words else text(words)


def media(src: str, kind: str) -> str:
    """A video or audio in a frame, which is later converted to a link."""
    return f'<p><iframe src="{escape(src)}" title="{kind}"></iframe></p>' if src else ""


def text(value: str) -> str:
    """Words that may hold markup; a "<" that begins no tag is escaped."""
    if "<" not in value:
        return escape(value, quote=False)
    out, at = [], 0
    for tag in TAG.finditer(value):
        out += [escape(value[at : tag.start()], quote=False), tag[0]]
        at = tag.end()
    return "".join([*out, escape(value[at:], quote=False)])
