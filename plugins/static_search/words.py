"""From a text to the words that can be searched. theme/static/js/search.js does the same.

Nothing here knows a language: endings are the business of the page that asks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LONGEST = 24
"""Characters of a word that count; beyond are addresses and keys, no words."""

_ACCENTS = re.compile("[\u0300-\u036f]")
# No word goes on after it: what follows is ASCII, or a book's dash or quotation mark.
_CLITIC = re.compile("'(?:s|t|d|m|ll|re|ve)(?![^\x00-/:-`{-\x7f\u2010-\u2027])")
_WORD = re.compile("[a-z0-9]+")
_FOREIGN = re.compile("[^\x00-\x7f\u2010-\u2027]")
# Scripts that put no blanks between words: Thai to Lao, Burmese, Khmer, kana, Han.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]+)"
)


class _Letters(dict[int, str]):
    """Letters, marks and numbers are themselves, an apostrophe is one, all else is a blank."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kept = char if unicodedata.category(char)[0] in "LMN" else " "
        self[code] = "'" if char in "'’" else kept
        return self[code]


_LETTERS = _Letters()
# What Unicode does not take apart, as a reader without that key would type it.
_PLAIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th",
     "ı": "i", "ς": "σ"}
)  # fmt: skip


def words(text: str) -> list[str]:
    """The words of a text without markup, folded: no capitals, no accents, no "’s".

    What is written without blanks gives its overlapping pairs of characters.
    """
    if not _FOREIGN.search(text):
        # What most texts in English are, at a fifth of the price.
        bare = _CLITIC.sub(" ", text.lower().replace("’", "'"))
        return [word[:LONGEST] for word in _WORD.findall(bare)]
    text = unicodedata.normalize("NFKD", text).lower()
    text = unicodedata.normalize("NFKC", _ACCENTS.sub("", text)).translate(_PLAIN)
    runs = _CLITIC.sub(" ", text.translate(_LETTERS)).replace("'", " ").split()
    return [word[:LONGEST] for run in runs for word in _spaced(run)]


def _spaced(run: str) -> Iterator[str]:
    for number, part in enumerate(_UNSPACED.split(run)):
        if number % 2 and len(part) > 1:
            yield from (part[n : n + 2] for n in range(len(part) - 1))
        elif part:
            yield part
