"""Blocks for one medium only: ``::: email-only`` … ``:::`` and ``::: web-only`` … ``:::``.

The body is parsed once. Then it is split: ``article._content`` is what the web shows (pages, feeds,
summaries), ``article.email_content_source`` what the mail shows, its links unresolved.
"""

from __future__ import annotations

import logging
from typing import Any

from pelican import signals

INCREMENTAL = True

log = logging.getLogger(__name__)


def read_blocks(pelican: Any) -> None:
    """Add the extension to Markdown's settings."""
    from .marks import OnlyBlocks

    markdown = pelican.settings["MARKDOWN"]
    # A new list: the one in the settings may be shared by two builds of one process.
    others = [e for e in markdown.get("extensions", ()) if not isinstance(e, OnlyBlocks)]
    markdown["extensions"] = [*others, OnlyBlocks()]


def split(content: Any) -> None:
    """Split the body into the web's and the mail's as soon as an article or page is created.
    Everything that reads the body later (digest, summary, feed) reads the web's."""
    from pelican.contents import Article, Page

    from publish.post.contents import place_of
    from publish.post.diagnostic import Complaint

    from .marks import marked, surface, unbalanced

    body = content._content
    if not isinstance(content, Article | Page) or not body or not marked(body):
        return
    if unbalanced(body):
        remedy = "end it with a line of :::"
        Complaint("a ::: block is not closed", place_of(content), remedy=remedy).log(log)
    if isinstance(content, Article):
        content.email_content_source = surface(body, "email")
    content._content = surface(body, "web")


def register() -> None:
    """Called by Pelican."""
    signals.initialized.connect(read_blocks)
    signals.content_object_init.connect(split)
