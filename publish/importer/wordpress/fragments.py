"""HTML fragments common to all page builders. Pure."""

from __future__ import annotations

import base64
import json
import re
from contextlib import suppress
from html import escape
from typing import Any

from publish.importer.tree import unescaped

TAG = re.compile(r"(<(?:/?[a-zA-Z][^<>]*|!--.*?--)>)", re.S)
HOLDERS = [
    re.compile(pattern, re.S | re.I)
    for pattern in (
        r"<h[1-6]\b[^<>]*>((?:(?!</?h[1-6]\b|<a\b).)+)</h[1-6]>",
        r"<p\b[^<>]*>((?:(?!</?p\b|<a\b).)+)</p>",
        r"\A\s*([^\s<](?:(?!\n\s*\n)[^<])*)",
        r"\A(?:(?!<a\b).)*?(<img\b[^<>]*>)",
    )
]
"""What can be a link and is none: a heading, a paragraph, words without a tag, a picture."""


def _value(text: str) -> str:
    """A text as an attribute's value, whether its signs were escaped before or not."""
    return escape(unescaped(text))


def image(src: str, alt: str, to: str = "") -> str:
    """A picture, linked if there is an address."""
    made = f'<img src="{_value(src)}" alt="{_value(alt)}">'
    return f'<a href="{_value(to)}">{made}</a>' if to else made


def figure(shown: str, note: str) -> str:
    """What is shown, with its caption in HTML."""
    words = f"<figcaption>{note}</figcaption>" if note.strip() else ""
    return f"<figure>{shown}{words}</figure>"


def paragraph(*parts: str, between: str = "") -> str:
    """A paragraph of those parts that are not empty; nothing where all are."""
    words = between.join(filter(None, parts))
    return f"<p>{words}</p>" if words else ""


def button(words: str, to: str) -> str:
    """A button as a link."""
    return f'<p class="button">{linked(words, to)}</p>'


def linked(words: str, to: str) -> str:
    """Words, linked if there is an address."""
    return f'<a href="{_value(to)}">{text(words)}</a>' if to and words else text(words)


def leading(body: str, to: str) -> str:
    """HTML that led to an address as a whole: its heading leads there, else its first words or its
    picture, unless something in it does already."""
    if _value(to) in body:
        return body
    for part in HOLDERS:
        if found := part.search(body):
            start, end = found.span(1)
            return f'{body[:start]}<a href="{_value(to)}">{body[start:end]}</a>{body[end:]}'
    return body + paragraph(linked(to, to))


def media(src: str, kind: str) -> str:
    """A video or audio in a frame, which is later converted to a link."""
    return f'<p><iframe src="{_value(src)}" title="{kind}"></iframe></p>' if src else ""


def text(value: str) -> str:
    """Words that may hold markup and entities; a "<" that begins no tag is escaped."""
    parts = enumerate(TAG.split(value))
    return "".join(part if n % 2 else escape(unescaped(part), quote=False) for n, part in parts)


def of_json(value: str) -> Any:
    """The value of a text in JSON; None for any other text."""
    with suppress(ValueError, RecursionError):
        return json.loads(value)
    return None


def of_base64(value: str) -> str:
    """The text in Base64; ``""`` if it is none."""
    with suppress(ValueError):
        data = base64.b64decode(value + "=" * (-len(value) % 4), validate=True)
        return data.decode("utf-8", "replace")
    return ""


def at(value: Any, *path: str) -> Any:
    """The value at a path of keys; None if there is none."""
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value
