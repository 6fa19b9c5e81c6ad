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
    from publish.site import sources

    if not new or slugify(new, office.settings.values) != new:
        raise ConfigError(f"{new!r} makes no address", "use small letters, digits and dashes")
    file = office.settings.content / post
    if not file.is_file():
        raise ConfigError(f"{post}: there is no such post", "name it by its path")
    before = sources.slug_of(file, office.settings)
    if before == new:
        raise Refused(f"the post is at /{new}/ already", "choose another address")
    sources.refuse_taken(office.settings, new, but=file)
    head = sources.headers(file)
    return Question(
        ACT,
        (Line("post", f"“{head.get('title', '')}”"), Line("was", f"/{before}/"),
         Line("now", f"/{new}/")),
        "Change the address", False,
        bind(hashlib.sha256(file.read_bytes()).hexdigest(), before, new),
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
