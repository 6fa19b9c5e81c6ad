"""Extracts words from HTML; titles, text direction, and characters that XML allows. Pure."""

from __future__ import annotations

import base64
import hashlib
import html
import re
import unicodedata
from datetime import datetime, tzinfo

# Everything but the characters of https://www.w3.org/TR/xml/#charsets, which lxml refuses.
ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A lone "<" begins no tag: after it comes a letter or a slash. An attribute may hold a ">".
REST = r"""(?:[^>"']*(?:(?:"[^"]*"|'[^']*')[^>"']*)*>|[^>]*>)"""
TAG = re.compile(rf"</?([a-zA-Z][^\s/>]*){REST}")
NOTE = re.compile(r'<sup id="fnref.{0,500}?</sup>|<a class="footnote-backref".{0,500}?</a>', re.S)
"""A footnote's mark and its back link, as Markdown writes them."""
NOTES = re.compile(r'<div class="footnote">.*?</div>', re.S)
SHIFTED = re.compile(r"<(sup|sub)\b[^>]{0,200}>(.{0,200}?)</\1\s*>", re.S | re.I)
UNSEEN = (("<!--", "-->"),
          *((f"<{name}", f"</{name}>") for name in
            ("script", "style", "video", "audio", "iframe", "canvas")))  # fmt: skip
"""Beginnings and ends of what a page does not show: of a film, the words for very old browsers."""
INLINE = frozenset(
    ("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em",
     "font", "i", "ins", "kbd", "label", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small",
     "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr")
)  # fmt: skip
"""Elements that do not separate words; all others do."""
INLINE_TAG = re.compile(rf"</?(?:{'|'.join(sorted(INLINE))})(?![^\s/>]){REST}", re.I)
UNSEEN_KINDS = ("Cc", "Cf", "Zs", "Zl", "Zp")
"""Of characters, in Unicode: controls, marks of direction and the like, and blanks."""
VOID = frozenset(("br", "wbr"))
RAISED = str.maketrans("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")
LOWERED = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")
FIGURES = re.compile(r"[0-9+-]+")
RIGHT_TO_LEFT = frozenset(
    ("ar", "arc", "ckb", "dv", "fa", "he", "iw", "ks", "ps", "sd", "syr", "ug", "ur", "yi")
)
RIGHT_TO_LEFT_SCRIPTS = frozenset(("arab", "hebr", "nkoo", "rohg", "syrc", "thaa"))


def moment(when: datetime, zone: tzinfo) -> str:
    """A time as it is shown to the author everywhere: in the site's ``zone``, with its name."""
    local = when.astimezone(zone)
    return f"{local:%a %d %b %Y, %H:%M} {local.tzname()}"


def clean(text: str) -> str:
    """``text`` without the characters that XML forbids."""
    return ILLEGAL.sub("", text)


def plain(markup: object) -> str:
    """The words of a piece of HTML on one line.

    A lone ``<`` or ``&`` counts as a word. What no page shows and footnote marks are dropped; a
    block element separates words; superscript and subscript figures become Unicode ones.
    """
    text = str(markup)
    if "<" in text:
        folded = text.lower()
        for begin, stop in UNSEEN:
            if begin in folded:
                text = _without(text, begin, stop)
        text = SHIFTED.sub(_shifted, NOTE.sub("", text))
        for tags, instead in ((INLINE_TAG, ""), (TAG, " ")):
            # No tag ends after the last ">"; searching for one there would take quadratic time.
            end = text.rfind(">") + 1
            text = tags.sub(instead, text[:end]) + text[end:]
    return " ".join(clean(html.unescape(text)).split())


def without_notes(markup: str) -> str:
    """``markup`` without footnotes and their marks, for summaries."""
    return NOTE.sub("", NOTES.sub("", markup)) if "fn:" in markup else markup


def raised(before: str, text: str) -> str:
    """``text`` as a superscript after ``before``, in plain characters: ``⁹``, ``^6.5``.

    Text that forms one word with ``before`` (``1st``, ``5*``) is not changed, and two marks side by
    side (``¹ ²``) stay separate.
    """
    if FIGURES.fullmatch(text):
        apart = " " if before and ord(before[-1]) in RAISED.values() else ""
        return apart + text.translate(RAISED)
    if not before or before[-1].isspace() or not any(c.isalnum() for c in text):
        return text
    letters = text.replace(".", "").isalpha()
    ordinal = letters and (len(text) > 1 or (text in "aeo" and before[-1] in "0123456789IVXLC"))
    return text if ordinal else f"^{text}"


def lowered(text: str) -> str:
    """``text`` as a subscript, in plain characters: ``₂``."""
    return text.translate(LOWERED) if FIGURES.fullmatch(text) else text


def title_html(title: object) -> str:
    """A title as HTML that can only be inline: matched tags such as ``<em>`` stay tags.

    Those of a link are left out, as lists put the title into a link of its own. Everything else is
    text: ``<details>``, an ``<em>`` that is never closed, a lone ``<``.
    """
    text = clean(str(title))
    if "<" not in text and "&" not in text and ">" not in text:
        return text
    kept: set[int] = set()
    opened: list[tuple[str, int]] = []
    for tag in TAG.finditer(text, 0, text.rfind(">") + 1):
        name = tag[1].lower()
        if name in VOID:
            kept.add(tag.start())
        elif name in INLINE and not tag[0].startswith("</"):
            opened.append((name, tag.start()))
        elif name in [other for other, _ in opened]:
            # Tags opened inside it and not closed are text.
            while opened[-1][0] != name:
                opened.pop()
            kept |= {opened.pop()[1], tag.start()}
    pieces: list[str] = []
    end = 0
    for tag in TAG.finditer(text, 0, text.rfind(">") + 1):
        if tag.start() in kept:
            own = "" if tag[1].lower() == "a" else tag[0]
            pieces += (_escaped(text[end : tag.start()]), own)
            end = tag.end()
    return "".join([*pieces, _escaped(text[end:])])


def plain_title(title: object) -> str:
    """The words of a title on one line, for every place that shows no markup; ``""`` if no
    character is visible."""
    words = plain(title_html(title))
    return words if any(unicodedata.category(c) not in UNSEEN_KINDS for c in words) else ""


def shorten(text: str, most: int) -> str:
    """The first words of ``text``, at most ``most`` characters, with a "…" where some are left."""
    if len(text) <= most:
        return text
    return text[: text.rfind(" ", 0, most) if " " in text[:most] else most - 1].rstrip(" ,;:") + "…"


def count(number: int, one: str, many: str = "") -> str:
    """``1 reader``, ``1,204 readers``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def direction(lang: object) -> str:
    """``rtl`` or ``ltr``: how a language, given as a BCP 47 tag, is written."""
    parts = re.split(r"[-_]", str(lang).lower())
    scripts = [part for part in parts[1:] if len(part) == 4 and part.isalpha()]
    rtl = scripts[0] in RIGHT_TO_LEFT_SCRIPTS if scripts else parts[0] in RIGHT_TO_LEFT
    return "rtl" if rtl else "ltr"


def csp_hash(text: str) -> str:
    """The Content-Security-Policy source of a style or script element with exactly this text."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _without(text: str, begin: str, end: str) -> str:
    """``text`` without each passage from ``begin`` to the next ``end``, in linear time."""
    folded = text.lower() if begin.upper() != begin else text
    if len(folded) != len(text):
        return text
    pieces: list[str] = []
    at = 0
    while (start := folded.find(begin, at)) >= 0 and (stop := folded.find(end, start)) >= 0:
        pieces.append(text[at:start])
        at = stop + len(end)
    return "".join([*pieces, text[at:]])


def _shifted(found: re.Match[str]) -> str:
    inner = html.unescape(TAG.sub("", found[2]).strip())
    if found[1].lower() == "sub":
        return _escaped(lowered(inner))
    there = found.string[max(0, found.start() - 80) : found.start()]
    before = TAG.sub("", there)
    if there.lower().endswith("</sup>"):
        before = f"{before[:-1]}{before[-1:].translate(RAISED)}"
    return _escaped(raised(before, inner))


def _escaped(text: str) -> str:
    text = re.sub(r"&(?!#\d+;|#x[0-9a-fA-F]+;|[a-zA-Z][a-zA-Z0-9]*;)", "&amp;", text)
    return text.replace("<", "&lt;").replace(">", "&gt;")
