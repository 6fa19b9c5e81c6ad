"""The file of a new post, and the test whether its starter text was replaced. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

TEXT = "Write here. The lines above end at the first empty line; leave Uid as it is."
PARTS = (
    r"write here\.(?=\s|$)",
    r"the lines above end at the first empty line",
    r"leave uid as it is",
)
"""Any remaining part counts: an author may have deleted only some."""
LEFT = re.compile("|".join(part.replace(" ", r"\s+") for part in PARTS), re.I)


def draft(
    title: str,
    slug: str,
    uid: str,
    date: datetime,
    *,
    author: str = "",
    categories: Sequence[str] = (),
    tags: Sequence[str] = (),
) -> str:
    """The file of a new post."""
    lines = [f"Title: {title}", f"Date: {date:%Y-%m-%d %H:%M}"]
    for name, values in (("Category", categories), ("Tags", tags)):
        if values:
            lines.append(f"{name}: {', '.join(value.strip() for value in values)}")
    lines += [f"Slug: {slug}", f"Author: {author}".rstrip(), "Summary:", "Status: draft"]
    return "\n".join([*lines, f"Uid: {uid}", "", TEXT, ""])


def left_over(body: str) -> Iterator[int]:
    """The lines of ``body``, from 0, at which a part of the starter text still stands.

    ``Write here.`` counts where it begins a line: elsewhere it is a sentence like another.
    """
    last = -1
    for found in LEFT.finditer(body):
        begins = not body[body.rfind("\n", 0, found.start()) + 1 : found.start()].strip()
        line = body.count("\n", 0, found.start())
        if line != last and (begins or not found.group().lower().startswith("write")):
            last = line
            yield line
