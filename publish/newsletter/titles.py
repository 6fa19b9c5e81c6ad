"""Reads and writes a campaign's internal title, which readers never see. Pure.

``settings.title`` holds the subject, shortened if needed, then the marks, the issue's key last: any
machine can read from Mailchimp alone what a campaign is, whether it is held and which hour was
promised. The order and the 100 characters are in docs/exactly-once.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from publish.newsletter.facts import hour_of

LONGEST = 100
"""The most characters that Mailchimp stores of a title."""
MOST_POSTS = 6
"""Posts of a digest whose short keys fit into a title beside ``[held]``."""
SHORT = 8
"""Characters of a short key."""
_KEY = re.compile(r"\[pub:([0-9a-f]+)\]")
_HOUR = re.compile(r"\[at:(\d{4}-\d\d-\d\dT\d\d:\d\dZ)\]")
_OF = re.compile(r"\[of:([0-9a-f]{8})\]")
_POSTS = re.compile(r"\[posts:([0-9a-f]{8}(?:,[0-9a-f]{8})*)\]")
_MARK = re.compile(r"\[(?=(?:held\]|(?:at|of|posts|pub):))", re.I)


@dataclass(frozen=True)
class Marks:
    """The marks of a title. ``hour`` is the promised one, ``of`` the short key of an update's
    post, ``posts`` those of a digest's."""

    key: str = ""
    held: bool = False
    hour: datetime | None = None
    of: str = ""
    posts: tuple[str, ...] = ()


def read(title: str) -> Marks:
    """The marks of ``title``; none where it does not name one key."""
    keys = _KEY.findall(title)
    if len(keys) != 1:
        return Marks()
    found = (pattern.search(title) for pattern in (_HOUR, _OF, _POSTS))
    hour, of, posts = (mark[1] if mark else "" for mark in found)
    digest = tuple(posts.split(",")) if posts else ()
    return Marks(keys[0], "[held]" in title, hour_of(hour), of, digest)


def write(subject: str, marks: Marks) -> str:
    """The title: the marks are kept whole, and the subject is shortened to the room they leave."""
    hour = f"[at:{marks.hour.astimezone(UTC):%Y-%m-%dT%H:%MZ}]" if marks.hour else ""
    posts = f"[posts:{','.join(short(key) for key in marks.posts)}]" if marks.posts else ""
    held, of = "[held]" if marks.held else "", f"[of:{short(marks.of)}]" if marks.of else ""
    tokens = " ".join(filter(None, (held, hour, of, posts, f"[pub:{marks.key}]")))
    # "[held]" in a subject must not count as a mark.
    words = _MARK.sub("(", subject)
    return f"{words[: LONGEST - len(tokens) - 1].rstrip()} {tokens}"


def subject_in(title: str) -> str:
    """The words before the marks."""
    found = re.search(r"\s*\[(?:held\]|(?:at|of|posts|pub):)", title)
    return title[: found.start()] if found else title


def short(key: str) -> str:
    """The abbreviation of a key in another campaign's title."""
    return key[:SHORT]


def holds(posts: Iterable[str], *keys: str) -> bool:
    """Whether ``posts`` (keys or short keys) include a post of one of the ``keys``."""
    return any(post and key.startswith(post) for post in posts for key in keys)
