"""Repairs UTF-8 that was decoded as Windows-1252 ("â€™") where the bytes prove it. Pure."""

from __future__ import annotations

import re

_BYTES = {bytes([b]).decode("cp1252", "ignore") or chr(b): b for b in range(0x80, 0x100)}
_BYTES |= {chr(b): b for b in range(0x80, 0xA0)}
_ALL = "".join(re.escape(c) for c in _BYTES)
HIGH = re.compile(r"[\x80-\xff]|[\u0152-\u2122]")
RUN = re.compile(f"[{_ALL}]{{2,}}")
CONTROL = re.compile(r"[\x80-\x9f]")
# Typography that may follow a letter in a correct text: “SPAß” ends with ß and ”.
_WEAK = set("“”‘’–—…•‹›„‚†‡™ŠšŽžŒœŸˆ˜€ƒ‰")


def mend(text: str) -> tuple[str, list[str]]:
    """``text`` with broken runs repaired, and the original runs."""
    if not HIGH.search(text):
        return text, []
    found: list[str] = []
    for _ in range(3):  # Some were decoded wrongly twice.
        sure = any(_mended(run, False) is not None for run in RUN.findall(text))
        before = text

        def one(match: re.Match[str], sure: bool = sure) -> str:
            better = _mended(match[0], sure)
            if better is None:
                return match[0]
            found.append(match[0])
            return better

        text = RUN.sub(one, text)
        if text == before:
            break
    # Latin-1's control characters are quotation marks in Windows-1252.
    text = CONTROL.sub(lambda m: m[0].encode("latin-1").decode("cp1252", "ignore"), text)
    return text, found


def _mended(run: str, sure: bool) -> str | None:
    """The repaired ``run``; None if its bytes are not UTF-8 or it may be correct."""
    out: list[str] = []
    at, changed = 0, False
    while at < len(run):
        lead = _BYTES[run[at]]
        wide = 2 if 0xC2 <= lead <= 0xDF else 3 if 0xE0 <= lead <= 0xEF else 4
        piece = run[at : at + wide]
        better = _decoded(piece) if 0xC2 <= lead <= 0xF4 else None
        if better is None or not _proved(piece, better, sure):
            out.append(run[at])
            at += 1
            continue
        out.append(better)
        at += wide
        changed = True
    return "".join(out) if changed else None


def _decoded(piece: str) -> str | None:
    try:
        better = bytes(_BYTES[c] for c in piece).decode("utf-8")
    except UnicodeDecodeError:
        return None
    return better if len(better) == 1 else None


def _proved(piece: str, better: str, sure: bool) -> bool:
    if len(piece) == 4:
        return piece[0] == "ð" and 0x1F000 <= ord(better) <= 0x1FBFF
    if len(piece) == 3:
        # Punctuation, symbols and letters only, as in any text.
        return better.isprintable() and (piece[0] in "âï" or sure)
    if piece[0] not in "ÂÃ":
        return sure and better.isprintable()
    return sure or piece[1] not in _WEAK
