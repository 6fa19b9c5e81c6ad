"""UTF-8 that was once read as Windows-1252 ("â€™") is mended where the bytes prove it. Pure."""

from __future__ import annotations

import re

_BYTES = {bytes([b]).decode("cp1252", "ignore") or chr(b): b for b in range(0x80, 0x100)}
_BYTES |= {chr(b): b for b in range(0x80, 0xA0)}
_ALL = "".join(re.escape(c) for c in _BYTES)
HIGH = re.compile(r"[\x80-\xff]|[\u0152-\u2122]")
RUN = re.compile(f"[{_ALL}]{{2,}}")
CONTROL = re.compile(r"[\x80-\x9f]")
# Typography that also stands after a letter in an honest text: “SPAß” ends with ß and ”.
_WEAK = set("“”‘’–—…•‹›„‚†‡™ŠšŽžŒœŸˆ˜€ƒ‰")


def mend(text: str) -> tuple[str, list[str]]:
    """``text`` with broken runs mended, and the runs as they were."""
    if not HIGH.search(text):
        return text, []
    found: list[str] = []
    for _ in range(3):  # Some were read wrongly twice.
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
    # The control characters of Latin-1 are Windows-1252's quotation marks, in fact.
    text = CONTROL.sub(lambda m: m[0].encode("latin-1").decode("cp1252", "ignore"), text)
    return text, found


def _mended(run: str, sure: bool) -> str | None:
    """What ``run`` was meant to be; None where its bytes are no UTF-8 or may be honest."""
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
        # Punctuation, symbols and letters; never what no text holds.
        return better.isprintable() and (piece[0] in "âï" or sure)
    if piece[0] not in "ÂÃ":
        return sure and better.isprintable()
    return sure or piece[1] not in _WEAK
