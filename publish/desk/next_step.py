"""The one next step of a post, for its row on the first page and for its own page. Pure.

Which letters are due is the office's to say: the same choice that ``publish send`` makes.
"""

from __future__ import annotations

from publish.desk import parts
from publish.desk.model import Post, Snapshot
from publish.desk.parts import Button

DUE = ("send", "overdue")
"""Choices that mean: its letter has not gone, and readers may expect it."""


def is_due(now: Snapshot, post: Post) -> bool:
    """Whether the letter of a public post should have gone, or would go with the next send."""
    choice = now.choice(post)
    waits = post.kind == "public" and post.mailed and now.letter(post) is None
    return waits and choice is not None and choice.verdict in DUE


def act(now: Snapshot, post: Post) -> Button | None:
    """What can be done about the post's publication or its letter; None if there is nothing."""
    if post.kind == "draft":
        return parts.ask("Publish…", "publish", post)
    if post.kind != "public" or not post.mailed or not now.newsletter.asked:
        return None
    letter, choice = now.letter(post), now.choice(post)
    if letter and letter.state == "scheduled":
        return parts.ask("Take the letter back…", "undo", post)
    if letter is None and choice and choice.verdict == "done":
        return None
    if letter is None or letter.state == "held":
        return parts.ask("Send the letter…", "send", post)
    return None


def is_likely(now: Snapshot, post: Post) -> bool:
    """Whether ``act`` is what the author will want next, and nothing stops the post."""
    found = act(now, post)
    return (
        found is not None and found.to != "/ask/undo" and parts.healthy(parts.findings(now, post))
    )
