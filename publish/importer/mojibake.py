"""Repairs UTF-8 that was decoded as Windows-1252 ("â€™") where the bytes prove it. Pure."""

from __future__ import annotations

import re

_BYTES = {bytes([b]).decode("cp1252", "ignore") or chr(b): b for b in range(0x80, 0x100)}
_BYTES |= {chr(b): b for b in range(0x80, 0xA0)}


def _of(first: int, last: int) -> str:
    """A class of the characters that stand for these bytes."""
    return f"[{''.join(re.escape(c) for c, byte in _BYTES.items() if first <= byte <= last)}]"


_MORE = _of(0x80, 0xBF)
PIECE = re.compile(
    f"{_of(0xC2, 0xDF)}{_MORE}|{_of(0xE0, 0xEF)}{_MORE}{{2}}|{_of(0xF0, 0xF4)}{_MORE}{{3}}"
)
"""One character of UTF-8."""
RUN = re.compile(f"(?:{PIECE.pattern})+")
HIGH = re.compile(r"[\x80-\xff]|[\u0152-\u2122]")
CONTROL = re.compile(r"[\x80-\x9f]")
# Typography that may follow a letter in a correct text: “SPAß” ends with ß and ”.
_WEAK = set("“”‘’–—…•‹›„‚†‡™ŠšŽžŒœŸˆ˜€ƒ‰")


def repair(text: str) -> tuple[str, list[str]]:
    """``text`` with broken runs repaired, and the original runs."""
    if not HIGH.search(text):
        return text, []
    found: list[str] = []
    for _ in range(3):  # Some were decoded wrongly twice.
        sure = any(_repaired(piece, False) != piece for piece in PIECE.findall(text))
        before = text

        def one(run: re.Match[str], sure: bool = sure) -> str:
            better = PIECE.sub(lambda found: _repaired(found[0], sure), run[0])
            found.extend([run[0]] if better != run[0] else [])
            return better

        text = RUN.sub(one, text)
        if text == before:
            break
    # Latin-1's control characters are quotation marks in Windows-1252.
    text = CONTROL.sub(lambda m: m[0].encode("latin-1").decode("cp1252", "ignore"), text)
    return text, found


def _repaired(piece: str, sure: bool) -> str:
    """The character that a ``piece`` stands for; the piece if it is none, or may be correct."""
    try:
        better = bytes(_BYTES[c] for c in piece).decode("utf-8")
    except UnicodeDecodeError:
        return piece
    return better if _proved(piece, better, sure) else piece


def _proved(piece: str, better: str, sure: bool) -> bool:
    if len(piece) == 4:
        return piece[0] == "ð" and 0x1F000 <= ord(better) <= 0x1FBFF
    if len(piece) == 3:
        # Punctuation, symbols and letters only, as in any text.
        return better.isprintable() and (piece[0] in "âï" or sure)
    if piece[0] not in "ÂÃ":
        return sure and better.isprintable()
    return sure or piece[1] not in _WEAK
