"""Parses shortcodes into a tree, in one pass and without losing text. Pure.

``[sic]``, ``[1]`` and ``[laughs]`` are prose: brackets are a shortcode if the name is known or
holds an underscore, or if there is a named attribute or a closing tag.
"""

from __future__ import annotations

import re
from collections.abc import Container

from publish.importer.wordpress.nesting import Code, Mark, nested

NAME = re.compile(r"\[(?P<slash>/?)(?P<name>[A-Za-z][A-Za-z0-9_-]{0,80})(?=[\s\]/=])")
SPACE = re.compile(r"(?:\s|&nbsp;|&#160;|\xa0|<br ?/?>)*")
KEY = re.compile(r"([A-Za-z_][\w:-]{0,100})(?:\s|\xa0)*=(?:\s|\xa0)*")
BARE = re.compile(r"[^\s\[\]\"'<>]{1,2000}")
# Editors turn a shortcode's quotes into entities and curly ones; a value ends with any quote of the
# same kind.
QUOTE = re.compile(
    r"\"|'|&quot;|&#0*34;|&#0*39;|&#x22;|&#x27;|&apos;|&#822[012];|&#824[23];|&#821[67];"
    r"|&[lr][ds]quo;|&[Pp]rime;|[“”″„‘’′]"
)
DOUBLE = ("&quot;", "&#34;", "&#034;", "&#x22;")
# A value may hold such quotes itself: the one that ends it is followed by another key or the
# shortcode's end.
LAST = r"(?=(?:\s|&nbsp;|\xa0){0,20}(?:/?\]|[A-Za-z_][\w:-]{0,100}\s{0,20}=))"
CURVED = {
    "curly": re.compile(rf"(?:&#822[012];|&#824[23];|&[lr]dquo;|&Prime;|[“”″„]|\"){LAST}"),
    "single": re.compile(rf"(?:&#821[67];|&#824[23];|&[lr]squo;|&prime;|[‘’′]|'){LAST}"),
}


def parse(text: str, known: Container[str]) -> list[Code | str]:
    """Text and shortcodes in order."""
    if "[" not in text:
        return [text]
    tokens = _tokens(text)
    closers = {t.name for t in tokens if t.closing}
    return nested(text, (t for t in tokens if _is_code(t, known, closers)))


def escaped(text: str) -> str:
    """``[[name]]`` shows ``[name]`` in WordPress."""
    return re.sub(r"\[(\[/?[A-Za-z][\w-]{0,80}[^\[\]]{0,2000}\])\]", r"\1", text)


def _is_code(token: Mark, known: Container[str], closers: Container[str]) -> bool:
    name = token.name
    if name in known or "_" in name:
        return True
    if token.closing:
        return name.islower()
    # [emphasis added] and [x=1] are prose; attributes without a proper name do not count.
    named = len(name) > 2 and any(not key.isdigit() for key in token.attributes)
    return (named or name in closers) and name.islower()


def _tokens(text: str) -> list[Mark]:
    found: list[Mark] = []
    at = 0
    ends = _Next(text)
    while match := NAME.search(text, at):
        at = match.start() + 1
        doubled = text[match.start() - 1 : match.start()] == "["
        token = _token(text, match, ends)
        if token is None:
            continue
        if doubled and text[token.end : token.end + 1] == "]":
            at = token.end
            continue
        found.append(token)
        at = token.end
    return found


def _token(text: str, match: re.Match[str], ends: _Next) -> Mark | None:
    name, start = match["name"].lower(), match.start()
    if match["slash"]:
        end = SPACE.match(text, match.end())
        stop = end.end() if end else match.end()
        return (
            Mark(start, stop + 1, name, True, {}, False) if text[stop : stop + 1] == "]" else None
        )
    at = match.end()
    values: dict[str, str] = {}
    count = 0
    if text[at : at + 1] == "=":  # [url=https://…]
        found = BARE.match(text, at + 1)
        if not found:
            return None
        values["0"], at = found[0], found.end()
    while True:
        space = SPACE.match(text, at)
        at = space.end() if space else at
        here = text[at : at + 1]
        if here == "]":
            return Mark(start, at + 1, name, False, values, False)
        if here == "/" and text[at + 1 : at + 2] == "]":
            return Mark(start, at + 2, name, False, values, True)
        if not here or here in "[<" or len(values) > 2000:
            return None
        key = KEY.match(text, at)
        value, at = _value(text, key.end() if key else at, ends)
        if at < 0:
            return None
        if key:
            values.setdefault(key[1].lower(), value)
        else:
            values[str(count)] = value
            count += 1


def _value(text: str, at: int, ends: _Next) -> tuple[str, int]:
    """A value and its end; -1 if there is none."""
    quote = QUOTE.match(text, at)
    if not quote:
        bare = BARE.match(text, at)
        if not bare:
            return "", -1
        value = bare[0]
        # [gallery ids=1/] closes itself.
        if value.endswith("/") and text[bare.end() : bare.end() + 1] == "]" and len(value) > 1:
            return _plain(value[:-1]), bare.end() - 1
        return _plain(value), bare.end()
    stop, end = ends.find(quote[0], quote.end())
    if stop < 0:
        return "", -1
    return _plain(text[quote.end() : stop]), end


class _Next:
    """Finds the next quote of a kind; every position is examined once per kind, for linear time."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[str, tuple[int, int, int]] = {}

    def find(self, quote: str, at: int) -> tuple[int, int]:
        kind = quote
        if quote not in ('"', "'", *DOUBLE):
            kind = next((k for k, ends in CURVED.items() if ends.match(f"{quote}]")), quote)
        since, start, end = self._known.get(kind, (-1, -2, -2))
        if since >= 0 and since <= at and (start >= at or start == -1):
            return start, end
        if kind in CURVED:
            match = CURVED[kind].search(self._text, at)
            start, end = (match.start(), match.end()) if match else (-1, -1)
        else:
            start = self._text.find(kind, at)
            end = start + len(kind)
        self._known[kind] = (at, start, end)
        return start, end


PERCENT = {"%22": '"', "%91": "[", "%93": "]", "%92": "\\", "%5b": "[", "%5d": "]"}
PERCENT_CODE = re.compile(r"%(?:22|9[123]|5[bBdD])")


def _plain(value: str) -> str:
    if "%" in value and "://" not in value:
        value = PERCENT_CODE.sub(lambda m: PERCENT[m[0].lower()], value)
    elif "%22" in value or "%9" in value:
        # %22 stays in an address; Divi's codes for brackets are not UTF-8 there.
        value = re.sub(r"%9[13]", lambda m: PERCENT[m[0]], value)
    return value
