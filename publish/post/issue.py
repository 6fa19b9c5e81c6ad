"""One issue of the newsletter: what a campaign is made of, its key, digest and record. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

VERSION = 1
NAMES = ("issue.html", "issue.txt", "issue.json")
TEXTS = (
    "key", "uid", "slug", "title", "subject", "preheader", "digest", "page_digest", "url", "source",
)  # fmt: skip
LISTS = ("categories", "images")
LATER = ("posts", "was")
"""Lists that the record of an early issue may lack."""
LONGEST = 150
"""Characters of a subject or a preheader that Mailchimp takes."""
CLIPPED = 100_000
"""Bytes of HTML from which on an issue is refused: Gmail clips at ``GMAIL``, and Mailchimp's own
rewriting of links adds to it."""
LARGE = 80_000
"""Bytes of HTML from which on the author is warned."""
GMAIL = 102 * 1024
"""Bytes of HTML after which Gmail shows no more."""


@dataclass(frozen=True)
class Issue:
    """One mailing.

    ``digest`` is of the subject, preheader and both bodies; ``page_digest`` of the article's page;
    ``date`` is the post's, with its zone; ``images`` are absolute addresses. ``html_part`` and
    ``text_part`` are where in the bodies the article itself lies (begin and end, in characters;
    empty where that is not known); ``posts`` are the keys of the posts that a digest joins,
    ``update_of`` the key of the post that an update repeats; ``was`` are earlier Uids of the post,
    under which a mailing counts too. ``picture_bytes`` is the size of the site's own pictures in
    it.
    """

    key: str
    uid: str
    slug: str
    title: str
    subject: str
    preheader: str
    html: str
    text: str
    digest: str
    page_digest: str
    url: str
    source: str
    date: datetime
    categories: tuple[str, ...]
    images: tuple[str, ...]
    html_part: tuple[int, ...] = ()
    text_part: tuple[int, ...] = ()
    posts: tuple[str, ...] = ()
    picture_bytes: int = 0
    update_of: str = ""
    was: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The key of the post, then those of its earlier identities."""
        return (self.key, *(key_of([uid]) for uid in self.was))

    @property
    def html_bytes(self) -> int:
        """Bytes of the HTML, as Gmail counts before Mailchimp's own rewriting."""
        return len(self.html.encode())

    def record(self) -> dict[str, Any]:
        """The content of ``issue.json``, which lies beside the bodies."""
        return {
            "version": VERSION,
            **{name: getattr(self, name) for name in TEXTS},
            **{name: list(getattr(self, name)) for name in (*LISTS, *LATER)},
            "date": self.date.isoformat(),
            "newsletter": True,
            "parts": {"html": list(self.html_part), "text": list(self.text_part)},
            "of": self.update_of,
            "html_bytes": self.html_bytes,
            "picture_bytes": self.picture_bytes,
        }

    def files(self) -> dict[str, bytes]:
        """The files of its folder, by name; the record last."""
        record = json.dumps(self.record(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        texts = (self.html, self.text, record)
        return {name: text.encode() for name, text in zip(NAMES, texts, strict=True)}


def from_record(record: Mapping[str, Any], html: str = "", text: str = "") -> Issue:
    """The issue of an ``issue.json`` and its bodies; without the bodies, enough for selecting and
    listing.

    Raises:
        KeyError, TypeError, ValueError: it is no such record.
    """
    date = datetime.fromisoformat(record["date"])
    if date.tzinfo is None:
        raise ValueError("a date without its zone")
    parts = record.get("parts") or {}
    texts: dict[str, Any] = {name: str(record[name]) for name in TEXTS}
    lists: dict[str, Any] = {name: tuple(map(str, record[name])) for name in LISTS}
    lists |= {name: tuple(map(str, record.get(name) or ())) for name in LATER}
    return Issue(
        **texts,
        **lists,
        html=html,
        text=text,
        date=date,
        html_part=tuple(map(int, parts.get("html") or ())),
        text_part=tuple(map(int, parts.get("text") or ())),
        picture_bytes=int(record.get("picture_bytes") or 0),
        update_of=str(record.get("of") or ""),
    )


def key_of(uids: Iterable[str], update: str = "") -> str:
    """An issue's key, 20 hex digits: of its posts' identities, never of their content.

    ``update`` is the digest of an update: the same update has the same key, so it too goes out
    once.
    """
    identity = "\n".join(sorted(uids)) + (f"\nupdate:{update}" if update else "")
    return hashlib.sha256(identity.encode()).hexdigest()[:20]


def digest_of(subject: str, preheader: str, html: str, text: str) -> str:
    """64 hex digits over everything that a reader gets: subject, preheader and both bodies."""
    whole = json.dumps([subject, preheader, html, text], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(whole.encode()).hexdigest()
