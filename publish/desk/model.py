"""The desk's state at a moment; pages are drawn from it and from nothing else. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from publish.newsletter.report import Figures
from publish.post.diagnostic import Diagnostic

UTC = ZoneInfo("UTC")
Kind = Literal["draft", "scheduled", "public"]


@dataclass(frozen=True)
class Post:
    """A post as its file says it is.

    ``name`` is the file below the content folder, ``file`` below the site's. ``digest`` is of its
    bytes: a write is made only onto the bytes that were shown. ``pattern`` is the address that the
    settings' patterns give it; ``""`` where they do not tell.
    """

    name: str
    file: str
    digest: str
    kind: Kind
    title: str
    slug: str
    saved: datetime
    pattern: str = ""
    words: int = 0
    date: datetime | None = None
    uid: str = ""
    summary: str = ""
    subject: str = ""
    preheader: str = ""
    categories: tuple[str, ...] = ()
    status: str = ""
    mailed: bool = True

    @property
    def address(self) -> str:
        """Where readers find it once it is public, from the site's root on."""
        return self.pattern or f"/{self.slug}/"


LetterState = Literal["scheduled", "sending", "sent", "held", "unknown", "incomplete"]


@dataclass(frozen=True)
class Letter:
    """A letter that is on its way or out. ``uid`` is of its post, ``at`` its hour.

    ``held`` was taken back; of ``unknown`` an answer is missing. ``changes`` are the words that
    differ from the post's present ones, each ``(before, gone, come, behind)``.
    """

    key: str
    state: LetterState
    subject: str
    uid: str = ""
    slug: str = ""
    at: datetime | None = None
    readers: int = 0
    figures: Figures | None = None
    changes: tuple[tuple[str, str, str, str], ...] = ()
    several: bool = False
    update: bool = False
    why: str = ""


@dataclass(frozen=True)
class Choice:
    """What ``publish send`` does about a post if none is named: a ``Verdict`` of
    ``newsletter.selection`` by its value, and why."""

    verdict: str
    why: str = ""


@dataclass(frozen=True)
class Newsletter:
    """The letters' side of Mailchimp at a moment: ``asked`` is when it was looked at.

    ``trouble`` says why it could not be looked at; then the rest is what was last seen.
    """

    asked: datetime | None = None
    letters: tuple[Letter, ...] = ()
    audience: str = ""
    readers: int | None = None
    sender: str = ""
    trouble: str = ""
    choices: Mapping[str, Choice] = field(default_factory=dict)
    """By the Uids of the posts that are composed."""


@dataclass(frozen=True)
class Site:
    """The site's pages: what was made, and what readers see. ``waiting`` are pages that differ
    from what was uploaded, None where nothing tells; ``targets`` are the places to upload to.
    ``trouble`` says why one could not be asked."""

    made: datetime | None = None
    uploaded: datetime | None = None
    waiting: tuple[str, ...] | None = None
    targets: tuple[str, ...] = ()
    trouble: str = ""


@dataclass(frozen=True)
class Snapshot:
    """All of it. ``number`` grows with every change; ``findings`` are by file; None before the
    first check. ``acts`` tells whether acts are allowed, ``live`` whom they reach."""

    number: int = 0
    name: str = ""
    address: str = ""
    zone: ZoneInfo = UTC
    live: bool = False
    acts: bool = True
    posts: tuple[Post, ...] = ()
    findings: Mapping[str, tuple[Diagnostic, ...]] | None = None
    newsletter: Newsletter = Newsletter()
    site: Site = Site()
    preview: str = ""
    inbox: str = ""
    trouble: str = ""

    def post(self, name: str) -> Post | None:
        """The post of that file."""
        return next((post for post in self.posts if post.name == name), None)

    def of(self, letter: Letter) -> Post | None:
        """The post of a letter; None if its file is gone."""
        return next((s for s in self.posts if letter.uid and s.uid == letter.uid), None)

    def choice(self, post: Post) -> Choice | None:
        """What `send` does about a post; None before that is known."""
        return self.newsletter.choices.get(post.uid)

    def letter(self, post: Post) -> Letter | None:
        """The letter of a post, the last of several; a letter of several posts is none's."""
        mine = [m for m in self.newsletter.letters if m.uid == post.uid and not m.several]
        return mine[-1] if mine and post.uid else None
