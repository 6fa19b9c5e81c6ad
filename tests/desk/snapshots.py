"""Snapshots for the views, and how to change one thing in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from publish.desk.model import Choice, Letter, Newsletter, Post, Site, Snapshot
from publish.newsletter.report import Figures
from publish.post.diagnostic import Diagnostic

YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 28, 10, 24, tzinfo=YORK).astimezone(UTC)
TUESDAY = datetime(2026, 12, 1, 7, 30, tzinfo=YORK).astimezone(UTC)
CHANGE = ("On the first", "Tusday", "Tuesday", "of March")


def a_report(recipients: int, bounces: int, opens: int, clicks: int, left: int) -> Figures:
    return Figures("", "", "post", "", "", recipients, opens, clicks, left, bounces)


def a_post(name: str = "posts/quit.md", **more: Any) -> Post:
    stem = name.rsplit("/", 1)[-1].removesuffix(".md")
    known: dict[str, Any] = {
        "file": f"content/{name}",
        "digest": "d" * 32,
        "kind": "public",
        "title": stem.title(),
        "slug": stem,
        "saved": NOW - timedelta(minutes=4),
        "words": 1004,
        "uid": f"uid-{stem}",
        "date": NOW - timedelta(days=2),
        "categories": ("Career",),
        "status": "published",
        "address": f"/{more.get('slug', stem)}/",
    }
    return Post(name, **known | more)


def a_letter(of: Post, state: Any = "scheduled", **more: Any) -> Letter:
    known: dict[str, Any] = {
        "subject": f"Subject of {of.title}",
        "uid": of.uid,
        "at": TUESDAY,
        "readers": 412,
    }
    return Letter(f"key-{of.slug}-{state}", state, **known | more)


def sent(of: Post, days: int = 40, figures: Figures | None = None) -> Letter:
    found = figures or a_report(403, 2, 253, 68, 1)
    return a_letter(of, "sent", at=NOW - timedelta(days=days), readers=403, figures=found)


def a_finding(of: Post, line: int = 12, severity: Any = "error", **more: Any) -> Diagnostic:
    known: dict[str, Any] = {
        "rule": "broken-link",
        "message": "nothing is at /x/",
        "remedy": "correct the address",
    }
    return Diagnostic(of.file, line, severity=severity, **known | more)


def chosen(now: Snapshot, **verdicts: str) -> Snapshot:
    """The snapshot with other verdicts on posts, by their slugs."""
    new = {
        p.uid: Choice(verdicts[p.slug], f"why {p.slug}") for p in now.posts if p.slug in verdicts
    }
    return replace(now, newsletter=replace(now.newsletter, choices=now.newsletter.choices | new))


def a_snapshot(*posts: Post, letters: tuple[Letter, ...] = (), **more: Any) -> Snapshot:
    newsletter = Newsletter(
        NOW,
        letters,
        "Happy readers",
        412,
        "Nora <n@example.com>",
        choices={post.uid: Choice("send", "new") for post in posts if post.kind == "public"},
    )
    known: dict[str, Any] = {
        "number": 1,
        "name": "Creating Happy Pharmacists",
        "address": "https://happy.example",
        "zone": YORK,
        "posts": posts,
        "findings": {},
        "newsletter": newsletter,
        "site": Site(made=NOW),
    }
    return Snapshot(**known | more)
