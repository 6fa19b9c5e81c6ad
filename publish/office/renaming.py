"""The act ``rename``: a post gets another address, and its old one redirects there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publish.errors import Refused
from publish.office.context import Office
from publish.office.question import Done, Line, Question, fingerprint_of

if TYPE_CHECKING:
    from publish.site.rename import Renaming

ACT = "rename"


def ask(office: Office, *, post: str, new: str) -> Question:
    """The effects of renaming ``post``, a slug or a path.

    Raises:
        ConfigError: there is no such post, or ``new`` makes no address or is taken.
        Refused: it has that address.
    """
    from publish.site.rename import renaming

    made = renaming(office.settings, post, new)
    if not made.changed:
        raise Refused(f"the post has the address {new} already", "choose another one")
    source = made.post
    lines = [Line("post", f"“{source.title}”")]
    for one in (made, *made.translations):
        was, now = (one.post.address(slug) or slug for slug in (source.slug, new))
        lines += [Line("was", was), Line("now", now)]
    digests = [one.post.digest for one in (made, *made.translations)]
    facts = fingerprint_of(digests, source.slug, new)
    return Question(
        ACT, tuple(lines), "Change the address", facts, {"post": post, "new": new}, made
    )


def do(office: Office, question: Question) -> Done | Question:
    """Change it.

    Raises:
        OSError: the file cannot be written.
    """
    again = ask(office, **question.wish)
    if again.fingerprint != question.fingerprint:
        return again
    made: Renaming = again.plan
    made.write()
    every = (made, *made.translations)
    return Done(
        ACT,
        tuple(part for one in every for part in one.leads()),
        ({"post": question.wish["post"]},),
    )
