"""Finds endings that many posts share (share strips, sign-ups, buttons), since the theme has its
own.

Pure. A shared ending without a call to action (a disclaimer, a signature) stays.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Container, Sequence
from typing import NamedTuple

from publish.importer.tree import El

MOST = 12
"""Blocks at a post's end that are examined."""
FEWEST = 3
SHARE = re.compile(
    r"facebook\.com/(?:sharer|share|dialog)|(?:twitter|x)\.com/(?:intent|share|home\?)|linkedin\.com/(?:share|sharing|cws)"
    r"|pinterest\.\w+/pin/create|wa\.me/\?|api\.whatsapp\.com/send|mailto:\?|reddit\.com/submit|t\.me/share"
    r"|getpocket\.com/(?:save|edit)|bsky\.app/intent|plus\.google\.com/share|addtoany\.com|tumblr\.com/(?:share|widgets/share)"
    r"|list-manage\.com|mailchi\.mp|eepurl\.com|convertkit|feedburner\.google|feedblitz|[?&]share=",
    re.I,
)
CALL = re.compile(
    r"\b(?:subscri\w*|sign[- ]?up|newsletter|letter|share (?:this|it|on|with|via)|share:"
    r"|follow (?:me|us|my|our)|join (?:me|us|our|my|the)|inbox|mailing list"
    r"|enjoy(?:ed)? (?:this|the)"
    r"|like(?:d)? (?:this|the|what)|spread the word|free (?:guide|download|e-?book)|never miss"
    r"|get (?:the|my|our|new|more|updates)|stay in touch|pass it on|tell a friend"
    r"|teilen|abonnier\w*|suscr\w*|compart\w*|partage\w*|abonne\w*)",
    re.I,
)
SOBER = re.compile(
    r"\b(?:disclaimer|medical advice|informational purposes|copyright|all rights reserved"
    r"|affiliate|not intended|consult|opinions?|views)\b|©",
    re.I,
)


class Last(NamedTuple):
    """One of the last blocks: its shape, its words, and whether it is a call to action."""

    sign: str
    tag: str
    words: str
    call: bool
    group: str


def tail(root: El) -> list[Last]:
    """The last blocks of a post, in the order of the text."""
    return [_last(kid) for kid in root.elements[-MOST:]]


def _last(el: El) -> Last:
    words = " ".join(el.text().split())
    pictures = [k.get("src").rsplit("/", 1)[-1] for k in el.walk() if k.tag == "img"]
    links = [k.get("href") for k in el.walk() if k.tag == "a" and k.get("href")]
    call = "call" in el.attrs or any(SHARE.search(link) for link in links)
    plain = f"{el.tag} {words} {pictures} {len(links)}"
    sign = hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()[:16]
    return Last(sign, el.tag, words[:400], call, el.get("group"))


def shared(counts: Counter[int], posts: int) -> set[int]:
    """The endings that at least a third of the posts have."""
    least = max(FEWEST, -(-posts // 3))
    return {digest for digest, count in counts.items() if count >= least}


def ends(one: Sequence[Last]) -> list[int]:
    """A digest of the last block, of the last two, and so on; 0 without a call to action. 64-bit
    numbers save memory, as there are twelve of them per post."""
    out, sofar, call = [], b"", False
    for last in reversed(one):
        sofar = hashlib.sha256(sofar + last.sign.encode()).digest()[:8]
        call = call or last.call
        out.append(int.from_bytes(sofar, "big") if call else 0)
    return out


def dropped(root: El, common: Container[int]) -> list[El]:
    """The blocks of a post's end to remove; see ``shared``."""
    one = tail(root)
    lengths = [n for n, digest in enumerate(ends(one), 1) if digest and digest in common]
    end = one[len(one) - max(lengths, default=0) :]
    return [root.elements[place - len(end)] for place in sorted(_calls(end))]


def _calls(end: Sequence[Last]) -> set[int]:
    groups = {last.group for last in end if last.call and last.group}
    gone = {
        place
        for place, last in enumerate(end)
        if last.call or (last.group in groups and not SOBER.search(last.words))
    }
    for place in sorted(gone):
        # Also what leads up to it: a heading with a call, and blocks in between.
        for back in range(place - 1, max(-1, place - 5), -1):
            last = end[back]
            if SOBER.search(last.words):
                break
            if last.tag.startswith("h") and last.tag != "hr":
                if CALL.search(last.words):
                    gone |= set(range(back, place))
                break
            if last.tag == "p" and CALL.search(last.words) and back + 1 in gone:
                gone.add(back)
    for place, last in enumerate(end):
        beside = place + 1 in gone or place - 1 in gone
        if (
            beside
            and (last.tag in ("hr", "mark-form") or (last.tag == "p" and CALL.search(last.words)))
            and not SOBER.search(last.words)
        ):
            gone.add(place)
    if gone and min(gone) > 0 and end[min(gone) - 1].tag == "hr":
        gone.add(min(gone) - 1)
    return gone
