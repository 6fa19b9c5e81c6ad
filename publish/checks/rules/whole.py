"""Rules about the site as a whole: its categories, and what must never be in it."""

from __future__ import annotations

from collections.abc import Iterator

from publish.checks.rule import site_rule
from publish.checks.site import Site
from publish.post.diagnostic import Problem, shown


@site_rule("category-case", "error", "`Category: Career` here, `Category: career` there")
def category_case(site: Site) -> Iterator[Problem]:
    """Two spellings of one category that differ by case would fight for one address."""
    first: dict[str, tuple[str, str]] = {}
    for source in sorted(site.sources, key=lambda s: s.file):
        for name in source.named_categories:
            spelling, file = first.setdefault(name.casefold(), (name, source.file))
            if spelling != name:
                message = f"the category {shown(name)} is spelled {shown(spelling)} in {file}"
                remedy = f"write {shown(spelling)}, or change it there"
                yield Problem(source.line("category"), message, remedy, source.file)


LEAK = (
    "a secret key is here",
    "remove it, revoke it where it came from, and keep the new one in the environment",
)
"""What is wrong with a key, wherever it is found, and what to do about it."""


@site_rule("secret", "error", "a Mailchimp key in `pelicanconf.py`", "same")
def secret(site: Site) -> Iterator[Problem]:
    """Something shaped like a key in settings, content, theme or built site. It is never shown."""
    for source in site.sources:
        for line in source.secrets:
            yield Problem(line, *LEAK, source.file)
    for trouble in site.troubles:
        if trouble.rule == "secret":
            yield Problem(trouble.line, *LEAK, trouble.file)


RULES = (category_case, secret)
