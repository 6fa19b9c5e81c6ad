"""The list of all rules. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from publish.checks import frontmatter, images, links, mail, text, whole
from publish.checks.finding import Finding
from publish.checks.library import Site


@dataclass(frozen=True)
class Rule:
    """A subject's findings; ``find`` is pure."""

    subject: str
    find: Callable[[Site], Iterable[Finding]]


RULES = (
    Rule("files", whole.files),
    Rule("front matter", frontmatter.find),
    Rule("identity", whole.identity),
    Rule("links", links.find),
    Rule("images", images.find),
    Rule("text", text.find),
    Rule("mail", mail.find),
    Rule("secrets", whole.secrets),
)
