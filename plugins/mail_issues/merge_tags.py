"""Makes merge tags in an author's text inert: Mailchimp replaces every ``*|TAG|*`` for each
reader."""

from __future__ import annotations

import re
from collections import Counter

OWN = frozenset({"UNSUB", "LIST:ADDRESSLINE", "ARCHIVE", "MC:SUBJECT", "MC_PREVIEW_TEXT"})
"""The tags that a template may use."""
NEEDED = frozenset({"UNSUB", "LIST:ADDRESSLINE"})
"""Without these Mailchimp puts a footer of its own under the mail."""
TAG = re.compile(r"\*\|(.*?)\|\*", re.S)
MARK = re.compile(r"\*(?=\|)|\|(?=\*)")
JOINER = "\u2060"
"""U+2060 WORD JOINER: invisible, and breaks the tag's mark."""


def in_html(markup: str) -> str:
    """Inert serialised HTML, whose attributes already are: an empty comment separates the two
    characters."""
    return MARK.sub(r"\g<0><!-- -->", markup)


def in_text(text: str) -> str:
    """An inert subject, preheader, attribute value or plain text."""
    return MARK.sub(rf"\g<0>{JOINER}", text)


def in_url(url: str) -> str:
    """An address."""
    return url.replace("*|", "%2A%7C").replace("|*", "%7C%2A")


def fault(body: str, allowed: Counter[str], needed: frozenset[str] = NEEDED) -> str:
    """What is wrong with the tags of a finished body; ``""`` if nothing is.

    ``allowed`` counts the tags of the template: one tag more is one that an author typed.
    """
    found = tags(body)
    for name in sorted(found - allowed):
        return f"the merge tag *|{name}|* got into the mail — remove it from the post"
    for name in sorted(set(found) - OWN):
        return f"the mail's template holds *|{name}|*, which is not one of its tags — remove it"
    for name in sorted(needed - set(found)):
        return f"the mail's template lacks *|{name}|* — put it in"
    if len(MARK.findall(body)) != 2 * found.total():
        return "half a merge tag got into the mail — part each *| and |* in the post"
    return ""


def tags(body: str) -> Counter[str]:
    """The names of the tags in a text, counted."""
    return Counter(TAG.findall(body))
