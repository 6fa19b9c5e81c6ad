"""A composed issue, as the build left it in ``.publish/issues/SLUG/``."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from publish.errors import Refused

REBUILD = "run `publish build`"


@dataclass(frozen=True)
class Issue:
    """One mailing: what a campaign is made of.

    ``digest`` is of the subject, preheader and both bodies; ``page_digest`` of the article's
    page; ``date`` is the post's, with its zone. ``html_part`` and ``text_part`` are where in the
    bodies the article itself lies (begin and end, in characters); ``posts`` are the keys of the
    posts that a digest joins, ``update_of`` that of the post an update brings again; ``was`` are
    earlier identities of the post: what was mailed under them counts as mailed.
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
    update_of: str = ""
    was: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The key of the post, then those of its earlier identities."""
        return (self.key, *(key_of([uid]) for uid in self.was))

    def record(self) -> dict[str, Any]:
        """What is written beside the bodies when the issue is kept as sent."""
        return {
            "version": 1,
            "key": self.key,
            "uid": self.uid,
            "slug": self.slug,
            "title": self.title,
            "subject": self.subject,
            "preheader": self.preheader,
            "digest": self.digest,
            "page_digest": self.page_digest,
            "url": self.url,
            "source": self.source,
            "date": self.date.isoformat(),
            "categories": list(self.categories),
            "images": list(self.images),
            "parts": {"html": list(self.html_part), "text": list(self.text_part)},
            "posts": list(self.posts),
            "of": self.update_of,
            "was": list(self.was),
        }


def key_of(uids: Iterable[str], update: str = "") -> str:
    """An issue's key: of its posts' identities, never of their content.

    ``update`` is the digest of what an update brings; the same update is the same issue, so
    it too goes out once.
    """
    identity = "\n".join(sorted(uids)) + (f"\nupdate:{update}" if update else "")
    return hashlib.sha256(identity.encode()).hexdigest()[:20]


def digest_of(subject: str, preheader: str, html: str, text: str) -> str:
    """The digest of everything a reader gets."""
    whole = json.dumps([subject, preheader, html, text], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(whole.encode()).hexdigest()


def read(folder: Path) -> Issue:
    """The issue in ``folder``.

    Raises:
        Refused: a file is missing, or the bytes are not those that were composed.
    """
    try:
        record = json.loads((folder / "issue.json").read_bytes())
        html = (folder / "issue.html").read_bytes().decode()
        text = (folder / "issue.txt").read_bytes().decode()
        issue = _issue(record, html, text)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(
            f"{folder.name}: its composed issue cannot be read ({type(error).__name__})", REBUILD
        ) from None
    if digest_of(issue.subject, issue.preheader, html, text) != issue.digest:
        raise Refused(f"{folder.name}: its composed issue was changed by hand", REBUILD)
    return issue


def heads(folder: Path) -> list[Issue]:
    """Every issue composed in ``folder`` without its bodies, oldest first: enough to choose and to
    list.

    Raises:
        Refused: an issue's record cannot be read.
    """
    found = []
    for file in folder.glob("*/issue.json"):
        try:
            found.append(_issue(json.loads(file.read_bytes()), "", ""))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise Refused(
                f"{file.parent.name}: its composed issue cannot be read ({type(error).__name__})",
                REBUILD,
            ) from None
    return sorted(found, key=lambda issue: (issue.date, issue.slug))


def whole(folder: Path, head: Issue) -> Issue:
    """The issue of ``head`` with its bodies out of ``folder``, verified.

    Raises:
        Refused: see ``read``.
    """
    return read(folder / head.slug)


def _issue(record: Mapping[str, Any], html: str, text: str) -> Issue:
    date = datetime.fromisoformat(record["date"])
    if date.tzinfo is None:
        raise ValueError("a date without its zone")
    parts = record.get("parts") or {}
    return Issue(
        key=str(record["key"]),
        uid=str(record["uid"]),
        slug=str(record["slug"]),
        title=str(record["title"]),
        subject=str(record["subject"]),
        preheader=str(record["preheader"]),
        html=html,
        text=text,
        digest=str(record["digest"]),
        page_digest=str(record["page_digest"]),
        url=str(record["url"]),
        source=str(record["source"]),
        date=date,
        categories=tuple(map(str, record["categories"])),
        images=tuple(map(str, record["images"])),
        html_part=tuple(map(int, parts.get("html") or ())),
        text_part=tuple(map(int, parts.get("text") or ())),
        posts=tuple(map(str, record.get("posts") or ())),
        update_of=str(record.get("of") or ""),
        was=tuple(map(str, record.get("was") or ())),
    )
