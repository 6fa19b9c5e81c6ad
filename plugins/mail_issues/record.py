"""What is written down of an issue: its key, its digest, its facts. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .parts import Part

VERSION = 1
NAMES = ("issue.html", "issue.txt", "issue.json")


@dataclass(frozen=True)
class Issue:
    """One composed issue: the finished bodies, and what a tool that mails must know of them.

    ``html_bytes`` is the size of ``html`` in UTF-8. ``images`` are absolute addresses.
    ``html_part`` and ``text_part`` are where the article's own part lies (see :mod:`parts`).
    """

    uid: str
    slug: str
    title: str
    subject: str
    preheader: str
    html: str
    text: str
    url: str
    source: str
    date: str
    page_digest: str
    categories: tuple[str, ...]
    images: tuple[str, ...]
    html_part: Part | None = None
    text_part: Part | None = None

    @property
    def html_bytes(self) -> int:
        """Bytes of the HTML, as Gmail counts before Mailchimp's own rewriting."""
        return len(self.html.encode())

    def files(self) -> dict[str, bytes]:
        """What lies in its folder, by name; the record last."""
        record = json.dumps(self.record(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        texts = (self.html, self.text, record)
        return {name: text.encode() for name, text in zip(NAMES, texts, strict=True)}

    def record(self) -> dict[str, Any]:
        """The content of ``issue.json``."""
        return {
            "version": VERSION,
            "key": key([self.uid]),
            "uid": self.uid,
            "slug": self.slug,
            "title": self.title,
            "subject": self.subject,
            "preheader": self.preheader,
            "digest": digest(self.subject, self.preheader, self.html, self.text),
            "page_digest": self.page_digest,
            "url": self.url,
            "source": self.source,
            "date": self.date,
            "categories": list(self.categories),
            "images": list(self.images),
            "newsletter": True,
            "parts": {"html": _offsets(self.html_part), "text": _offsets(self.text_part)},
            "html_bytes": self.html_bytes,
        }


def _offsets(part: Part | None) -> list[int] | None:
    return None if part is None else list(part)


def key(uids: Iterable[str]) -> str:
    """20 hex digits of the posts' identities: the same whatever the posts say."""
    return hashlib.sha256("\n".join(sorted(uids)).encode()).hexdigest()[:20]


def digest(subject: str, preheader: str, html: str, text: str) -> str:
    """64 hex digits over everything a reader gets."""
    whole = json.dumps([subject, preheader, html, text], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(whole.encode()).hexdigest()
