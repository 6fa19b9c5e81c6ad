"""The act ``rename``: a post gets another address, and its old one leads there."""

from __future__ import annotations

import hashlib

from publish.errors import ConfigError, Refused
from publish.office.question import Changed, Done, Line, Question, bind
from publish.office.room import Office

ACT = "rename"


def ask(office: Office, act: str = ACT, *, post: str, new: str) -> Question:
    """The address that ``post``, a slug or a path, would get.

    Raises:
        ConfigError: there is no such post, or ``new`` makes no address or is taken.
        Refused: it has that address.
    """
    from publish.post.slug import slugify
    from publish.site.posts import find, refuse_taken

    if not new or slugify(new, office.settings.values) != new:
        raise ConfigError(f"{new!r} makes no address", "use small letters, digits and dashes")
    source = find(office.settings, post)
    if source.slug == new:
        raise Refused(f"the post is at /{new}/ already", "choose another address")
    refuse_taken(office.settings, new, source.lang, but=source.file)
    return Question(
        ACT,
        (Line("post", f"“{source.header.get('title')}”"), Line("was", f"/{source.slug}/"),
         Line("now", f"/{new}/")),
        "Change the address", False,
        bind(hashlib.sha256(source.data).hexdigest(), source.slug, new),
        {"post": post, "new": new},
    )  # fmt: skip


def do(office: Office, question: Question) -> Done | Changed:
    """Change it.

    Raises:
        ConfigError: the file cannot be written.
    """
    from publish.site.rename import rename

    again = ask(office, **question.wish)
    if again.bound != question.bound:
        return Changed(again)
    rename(office.settings, question.wish["post"], question.wish["new"])
    return Done(ACT, (f"the post is at /{question.wish['new']}/ with the next upload",), ({},))
