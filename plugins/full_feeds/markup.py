"""HTML on its way into a feed: absolute addresses, plain words, no characters XML forbids."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from urllib.parse import urljoin

# Everything but the characters of https://www.w3.org/TR/xml/#charsets
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
TAG = re.compile(r"<!--.*?-->|</?[a-zA-Z][^>]*>", re.DOTALL)
BLOCK = re.compile(
    r"</?(?:p|div|br|hr|li|[uod]l|d[td]|h[1-6]|pre|blockquote|fig\w+|table|t[rdh]|section)\b[^>]*>",
    re.IGNORECASE,
)
ATTRIBUTE = re.compile(
    r"""(?<=[\s"'/])(?P<name>[^\s"'>/=]+)\s*=\s*(?P<value>"[^"]*"|'[^']*'|[^\s"'>]+)"""
)
# One candidate of a `srcset`: what separates it, its address, its width or density. A comma ends
# an address only where a space or the end follows, so `data:image/png;base64,…` stays whole.
CANDIDATE = re.compile(r"(?P<lead>[\s,]*)(?P<url>\S*[^\s,])(?P<size>[^,]*)")
ADDRESSES = {"src", "href", "poster", "cite", "data"}
ADDRESS_LISTS = {"srcset", "imagesrcset"}


def clean(text: str) -> str:
    """``text`` without the characters that XML forbids."""
    return ILLEGAL.sub("", text)


def words(markup: str) -> str:
    """The words of a title or summary, on one line. A lone ``<`` or ``&`` is a word too."""
    text = TAG.sub("", BLOCK.sub(" ", markup))
    return " ".join(clean(html.unescape(text)).split())


def absolute(markup: str, base: str) -> str:
    """``markup`` with every address in it, ``#fn:1`` too, absolute to ``base``.

    Only the values of attributes that hold an address change. A parser that writes the whole
    tree anew would lose what its own HTML does not know (``<picture>``, inline SVG).
    """
    markup = clean(markup)
    tags = _StartTags(markup)
    pieces: list[str] = []
    end = 0
    for start, raw in tags.found:
        pieces += (markup[end:start], ATTRIBUTE.sub(lambda m: _attribute(m, base), raw))
        end = start + len(raw)
    return "".join([*pieces, markup[end:]])


class _StartTags(HTMLParser):
    """Where each start tag stands, and its text; comments and scripts hold none."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[tuple[int, str]] = []
        self._lines = [0, *(m.end() for m in re.finditer("\n", markup))]
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, column = self.getpos()
        self.found.append((self._lines[line - 1] + column, self.get_starttag_text() or ""))


def _attribute(match: re.Match[str], base: str) -> str:
    name = match["name"].lower()
    if name not in ADDRESSES and name not in ADDRESS_LISTS:
        return match[0]
    given = match["value"]
    given = html.unescape(given[1:-1] if given[0] in "\"'" else given)
    if name in ADDRESSES:
        value = join(base, given)
    else:
        value = CANDIDATE.sub(lambda m: m["lead"] + join(base, m["url"]) + m["size"], given)
    return match[0] if value == given else f'{match["name"]}="{html.escape(value)}"'


def join(base: str, address: str) -> str:
    """``address`` absolute to ``base``; as it is where it is empty or no address at all."""
    try:
        return urljoin(base, address.strip()) if address.strip() else address
    except ValueError:
        return address
