"""Mailchimp fills ``*|TAG|*`` for each reader, whoever typed it: an author's must be inert."""

from __future__ import annotations

import re

TEMPLATE_TAGS = frozenset({"UNSUB", "LIST:ADDRESSLINE", "ARCHIVE", "MC:SUBJECT", "MC_PREVIEW_TEXT"})
TAG = re.compile(r"\*\|(.*?)\|\*", re.S)
JOINER = "\u2060"
"""U+2060 WORD JOINER: without width, and no mark between the two any more."""


def in_html(markup: str) -> str:
    """Serialised HTML: a comment parts the two characters."""
    return markup.replace("*|", "*<!-- -->|").replace("|*", "|<!-- -->*")


def in_text(text: str) -> str:
    """Subject, preheader, attribute or plain text."""
    return text.replace("*|", f"*{JOINER}|").replace("|*", f"|{JOINER}*")


def in_url(url: str) -> str:
    """An address."""
    return url.replace("*|", "%2A%7C").replace("|*", "%7C%2A")


def foreign(body: str) -> set[str]:
    """The tags in a finished body that are not the template's own."""
    return set(TAG.findall(body)) - TEMPLATE_TAGS
