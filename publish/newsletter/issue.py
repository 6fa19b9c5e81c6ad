"""Reads composed issues from ``.publish/issues/SLUG/``, and joins several into a digest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from publish.errors import Refused
from publish.newsletter.titles import MOST_POSTS
from publish.post.issue import LONGEST, Issue, digest_of, from_record, key_of
from publish.post.text import shorten

REBUILD = "run `publish build`"
BETWEEN_HTML = '<hr style="border:0;border-top:1px solid #8d8577;margin:48px 0">'
BETWEEN_TEXT = "\n\n" + "* " * 12 + "\n\n"


def read(folder: Path) -> Issue:
    """The issue in ``folder``.

    Raises:
        Refused: a file is missing or was changed since.
    """
    issue = _composed(folder, *(folder / name for name in ("issue.html", "issue.txt")))
    if digest_of(issue.subject, issue.preheader, issue.html, issue.text) != issue.digest:
        raise Refused(f"{folder.name}: its composed issue was changed by hand", REBUILD)
    return issue


def list_issues(folder: Path) -> list[Issue]:
    """Every issue composed in ``folder``, without its bodies, oldest first: enough for selecting
    and listing.

    Raises:
        Refused: an issue's record cannot be read.
    """
    found = (_composed(file.parent) for file in folder.glob("*/issue.json"))
    return sorted(found, key=lambda issue: (issue.date, issue.slug))


def _composed(folder: Path, *bodies: Path) -> Issue:
    try:
        record = json.loads((folder / "issue.json").read_bytes())
        return from_record(record, *(file.read_bytes().decode() for file in bodies))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(
            f"{folder.name}: its composed issue cannot be read ({type(error).__name__})", REBUILD
        ) from None


def join(issues: Sequence[Issue]) -> Issue:
    """A digest of several issues (``--digest``), newest first; its key is derived from all their
    identities. The frame (head, brand, footer) is the newest post's; the parts are taken over as
    composed, so the words are the previewed ones.

    Raises:
        Refused: fewer than two posts, more than a campaign's title can name, or an issue does not
            say where its part lies.
    """
    if len(issues) < 2:
        raise Refused("a digest needs two posts or more", "name them, or leave --digest out")
    if len(issues) > MOST_POSTS:
        raise Refused(
            f"a digest holds at most {MOST_POSTS} posts, not {len(issues)}",
            "name fewer: the campaign's title in Mailchimp has to name its posts",
        )
    ordered = sorted(issues, key=lambda i: (i.date, i.slug), reverse=True)
    for issue in ordered:
        if not issue.html_part or not issue.text_part:
            raise Refused(f"{issue.slug}: its issue cannot be joined", "run `publish build --full`")
    first = ordered[0]
    html = _joined([(i.html, i.html_part) for i in ordered], BETWEEN_HTML)
    text = _joined([(i.text, i.text_part) for i in ordered], BETWEEN_TEXT)
    others = ", ".join(i.title for i in ordered[1:])
    more = f", and {len(ordered) - 1} more"
    subject = shorten(first.subject, LONGEST - len(more)) + more
    preheader = shorten(f"Also in this letter: {others}", LONGEST)
    key = key_of(i.uid for i in ordered)
    return replace(
        first,
        key=key,
        uid="+".join(sorted(i.uid for i in ordered)),
        slug=f"digest-{key[:8]}",
        title=subject,
        subject=subject,
        preheader=preheader,
        html=html,
        text=text,
        digest=digest_of(subject, preheader, html, text),
        categories=tuple(dict.fromkeys(c for i in ordered for c in i.categories)),
        images=tuple(dict.fromkeys(p for i in ordered for p in i.images)),
        posts=tuple(i.key for i in ordered),
    )


def _joined(bodies: Sequence[tuple[str, tuple[int, ...]]], between: str) -> str:
    """The first of the ``bodies``, with the parts of all in the place of its own."""
    whole, (begin, end) = bodies[0]
    parts = between.join(body[start:stop] for body, (start, stop) in bodies)
    return whole[:begin] + parts + whole[end:]
