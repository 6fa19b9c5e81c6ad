"""The act ``rename``: a post gets another address, and its old one leads there."""

from __future__ import annotations

import hashlib

from publish.errors import ConfigError, Refused
from publish.office.context import Office
from publish.office.question import Changed, Done, Line, Question, fingerprint_of
from publish.post.text import plain_title

ACT = "rename"


def ask(office: Office, *, post: str, new: str) -> Question:
    """The address that ``post``, a slug or a path, would get.

    Raises:
        ConfigError: there is no such post, or ``new`` makes no address or is taken.
        Refused: it has that address.
    """
    from publish.post.slug import slugify
    from publish.site import posts

    if not new or slugify(new, office.settings.values) != new:
        raise ConfigError(f"{new!r} makes no address", "use small letters, digits and dashes")
    source = posts.find(office.settings, post)
    if source.slug == new:
        raise Refused(f"the post has the address {new} already", "choose another one")
    posts.refuse_taken(office.settings, new, source.lang, but=source.file)
    title = plain_title(source.header.get("title"))
    return Question(
        ACT,
        (Line("post", f"“{title}”"),
         Line("was", source.address(source.slug) or source.slug),
         Line("now", source.address(new) or new)),
        "Change the address", False,
        fingerprint_of(hashlib.sha256(source.data).hexdigest(), source.slug, new),
        {"post": post, "new": new},
    )  # fmt: skip


def do(office: Office, question: Question) -> Done | Changed:
    """Change it.

    Raises:
        ConfigError: the file cannot be written.
    """
    from publish.site.rename import rename

    again = ask(office, **question.wish)
    if again.fingerprint != question.fingerprint:
        return Changed(again)
    done = rename(office.settings, question.wish["post"], question.wish["new"])
    lines = [f"the post is at {done.address or question.wish['new']} with the next upload"]
    lines += [f"{before} will lead there" for before in done.before]
    return Done(ACT, tuple(lines), ({"post": question.wish["post"]},))
