"""The desk's state at a moment, from which alone pages are drawn. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from publish.newsletter.changes import Change
from publish.newsletter.report import Figures
from publish.post.diagnostic import Diagnostic

UTC = ZoneInfo("UTC")
Kind = Literal["draft", "scheduled", "public"]


@dataclass(frozen=True)
class Post:
    """A post according to its file. ``name`` is the path below the content folder, ``file`` below
    the site's. ``digest`` is of its bytes: a write replaces only the bytes that were shown.
    ``address`` is where readers find it once it is public, from the site's root on."""

    name: str
    file: str
    digest: str
    title: str
    slug: str
    saved: datetime
    kind: Kind = "draft"
    address: str = ""
    words: int = 0
    date: datetime | None = None
    uid: str = ""
    summary: str = ""
    categories: tuple[str, ...] = ()
    status: str = ""
    mailed: bool = True


LetterState = Literal["scheduled", "sending", "sent", "held", "unknown", "incomplete"]


@dataclass(frozen=True)
class Letter:
    """A letter. ``uid`` is its post's, ``at`` its hour. State ``held``: it was taken back;
    ``unknown``: an answer is missing. ``changes`` are the differences from the post's present
    words. ``several``: it is of several posts; ``update``: it corrects an earlier one; ``orphan``:
    it waits although one of its posts is not public any more."""

    key: str
    state: LetterState
    subject: str
    uid: str = ""
    at: datetime | None = None
    readers: int = 0
    figures: Figures | None = None
    changes: tuple[Change, ...] = ()
    several: bool = False
    update: bool = False
    orphan: bool = False
    why: str = ""


@dataclass(frozen=True)
class Choice:
    """The decision of ``publish send`` about a post, without names: the value of a ``Verdict`` of
    ``newsletter.selection``, and the reason."""

    verdict: str
    why: str = ""


@dataclass(frozen=True)
class Newsletter:
    """Mailchimp's state at a moment: ``asked`` is when it was read. ``trouble`` is why it could not
    be read; then the rest is from the last reading."""

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
    """The site's pages, as built and as uploaded. ``waiting`` are pages that differ from the
    uploaded ones, None if unknown; ``targets`` are the deploy targets. ``trouble`` is why one could
    not be read. ``changed``: a picture, page, template or setting did since they were made."""

    made: datetime | None = None
    uploaded: datetime | None = None
    waiting: tuple[str, ...] | None = None
    targets: tuple[str, ...] = ()
    trouble: str = ""
    changed: bool = False


@dataclass(frozen=True)
class Snapshot:
    """The whole state. ``number`` grows with every change; ``findings`` are by file, None before
    the first check. ``acts``: whether acts are allowed; ``live``: whether they reach readers."""

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
        """The decision of `send` about a post; None while unknown."""
        return self.newsletter.choices.get(post.uid)

    def letter(self, post: Post) -> Letter | None:
        """The letter of a post, or the last update of it; a digest does not count, nor an update
        that was taken back, as only a new one goes out."""
        mine = [
            m
            for m in self.newsletter.letters
            if m.uid == post.uid and not m.several and not (m.update and m.state == "held")
        ]
        return mine[-1] if mine and post.uid else None
