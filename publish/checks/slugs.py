"""How a title becomes a slug with Pelican's stock settings, and a heading an id. Pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# What decomposing leaves as it is, and a reader would still write in plain letters.
PLAIN = str.maketrans(
    {
        "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O",
        "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ł": "l", "Ł": "L", "ı": "i",
        "–": "-", "—": "--", "‐": "-", "‑": "-",
    }
)  # fmt: skip


@lru_cache(maxsize=2048)
def slugify(title: str) -> str:
    """The slug of a title, category, tag or author; ``""`` if no letter of it can be kept."""
    text = re.sub(r"<[^<>]*>", "", title).translate(PLAIN)
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    text = re.sub(r"[^\w\s-]", "", text).strip()
    return re.sub(r"[-\s]+", "-", text).lower()


def heading_id(text: str, taken: set[str]) -> str:
    """The id Python-Markdown's table of contents gives a heading; added to ``taken``."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^\w\s-]", "", plain).strip().lower()
    base = re.sub(r"[-\s]+", "-", plain)
    name, count = base, 0
    while name in taken or not name:
        count += 1
        name = f"{base}_{count}"
    taken.add(name)
    return name
