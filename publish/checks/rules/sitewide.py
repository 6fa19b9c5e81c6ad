"""Rules about the site as a whole: its categories, and what must never be in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from unicodedata import normalize
from urllib.parse import unquote

from publish.checks.rule import site_rule
from publish.checks.site import Site
from publish.checks.source import Source
from publish.post.diagnostic import Problem, Severity, quoted
from publish.post.slug import slugify
from publish.post.urls import folded, normal


@site_rule("category-case", "error", "`Category: Career` here, `Category: career` there")
def category_case(site: Site) -> Iterator[Problem]:
    """Two spellings of one category that differ by case would fight for one address. A warning
    for two names that differ by more and have one address all the same, and for tags and authors:
    one list, under one of the names, has the posts of both."""
    first: dict[tuple[str, str], tuple[str, str]] = {}
    slugs = {kind: _slugs(site, kind) for kind in KEYS}
    for source in sorted(site.sources, key=lambda s: s.file):
        for kind, name in _named(site, source):
            slug = slugs[kind](name).casefold()
            spelling, file = first.setdefault((kind, slug), (name, source.file))
            if spelling == name or not slug:
                continue
            by_case = spelling.casefold() == name.casefold()
            has = "is spelled" if by_case else "has the address of"
            yield Problem(
                source.line(*KEYS[kind]),
                f"the {kind} {quoted(name)} {has} {quoted(spelling)} in {file}",
                f"write {quoted(spelling)}, or change it there"
                if by_case
                else "give one of them a name of other letters",
                source.file,
                None if by_case and kind == "category" else "warning",
                (name, spelling) if by_case and kind == "category" else None,
            )


KEYS = {"category": ("category",), "tag": ("tags",), "author": ("author", "authors")}
"""The keys that name what has a list of its own."""


def _named(site: Site, source: Source) -> Iterator[tuple[str, str]]:
    """What a post's header names that has a page with a list: its kind and its name."""
    for kind, keys in KEYS.items():
        if kind == "category":
            names = source.named_categories
        elif source.post and site.values.get(f"{kind.upper()}_SAVE_AS", True):
            names = getattr(source.post, f"{kind}s")
        else:
            continue
        if not source.is_page and any(source.get(key) for key in keys):
            # `yaml-value` reports a name in quotes or brackets.
            plain = (name for name in names if name.strip("[]\"'") == name)
            yield from ((kind, normalize("NFC", name)) for name in plain)


def _slugs(site: Site, kind: str) -> Callable[[str], str]:
    """A function from a name to the last part of its list's address."""
    own = site.values.get(f"{kind.upper()}_REGEX_SUBSTITUTIONS")
    values = {**site.values, **({"SLUG_REGEX_SUBSTITUTIONS": own} if own is not None else {})}
    return cache(partial(slugify, values=values))


@site_rule("taken-list", "error", "`Category: All`, whose feed would be the site's own")
def taken_list(site: Site) -> Iterator[Problem]:
    """A category, tag or author whose page or feed would be that of another list."""
    claimed = {
        normal(value)
        for key, value in site.values.items()
        if key.startswith("FEED_ALL") and not key.endswith("_URL") and isinstance(value, str)
    }
    for kind, slugs in sorted(site.library.terms.items()):
        patterns = [
            value
            for key, value in site.values.items()
            if (key == f"{kind.upper()}_SAVE_AS" or key.startswith(f"{kind.upper()}_FEED_"))
            and not key.endswith("_URL")
            and isinstance(value, str)
            and "{slug}" in value
        ]
        for slug in sorted(slugs):
            places = {normal(pattern.replace("{slug}", slug)) for pattern in patterns}
            if both := sorted(places & claimed):
                yield from _of_term(site, kind, slug, f"{both[0]} would be that of another list")
            claimed |= places


def _of_term(site: Site, kind: str, slug: str, message: str) -> Iterator[Problem]:
    """The problem at each source that names a category, tag or author of that slug."""
    slug_of = _slugs(site, kind)
    for source in site.sources:
        post = source.post
        names = getattr(post, {"category": "categories"}.get(kind, f"{kind}s")) if post else ()
        for name in names:
            if slug_of(name) == slug and source.public:
                yield Problem(
                    source.line(*KEYS[kind]),
                    f"of the {kind} {quoted(name)}, {message}",
                    f"give the {kind} another name",
                    source.file,
                )


@site_rule("easy-going-names", "warning", "`Slug: Calm` here, `Slug: calm` there")
def easy_going_names(site: Site) -> Iterator[Problem]:
    """Two addresses that differ by case alone, or by how an accent is put together: on a Mac or on
    Windows they are one file, and one of the two is lost."""
    places: dict[str, dict[str, str]] = {}
    files = [(s.post.save_as, s.file) for s in site.sources if s.post and s.public]
    files += ((unquote(a), site.file_of(path)) for path, a in site.library.addresses.items())
    for place, file in files:
        places.setdefault(folded(place), {}).setdefault(place, file)
    for same in places.values():
        first, *others = sorted(same.values())
        for file in dict.fromkeys(others) if len(same) > 1 else ():
            owner = site.by_file.get(file)
            line = owner.address_line if owner else 1
            message = f"its address differs from that of {first} by case or accent only"
            yield Problem(line, message, "give one of them another name", file)


LISTS = (
    "index", "archives", "period_archives", "category", "categories", "tag", "tags", "author",
    "authors",
)  # fmt: skip
"""Pelican's own templates that show no single post."""


@site_rule("missing-template", "error", "`Template: no_such_template`", "same")
def missing_template(site: Site) -> Iterator[Problem]:
    """A template that neither the theme nor Pelican has, or that is another kind of page's: the
    post cannot be rendered. Of a draft the kind alone is a warning: a template that is not there
    fails all the same."""
    for source in site.sources:
        name = source.get("template").lower()
        mail = name.startswith("email/")
        if name in LISTS or mail or name == ("article" if source.is_page else "page"):
            kind = "pages" if source.is_page else "posts"
            what = f"the template {quoted(name)} is not made for {kind}"
            severity: Severity | None = "warning" if source.kind == "draft" else None
            yield Problem(source.line("template"), what, "remove the line", source.file, severity)
    for path, name in site.library.no_template.items():
        if path in ("DIRECT_TEMPLATES", "TEMPLATE_PAGES"):
            what = f"the theme has no template {quoted(name)}, which {path} names"
            remedy = f"take it out of {path}, or correct THEME"
            yield site.of_setting(path, what, remedy)
        elif (found := site.by_path.get(path)) is not None:
            what = f"there is no template {quoted(name)}" if name else "Template is empty"
            remedy = "remove the line, or name a file of the theme without its ending"
            yield Problem(found.line("template"), what, remedy, found.file)


LEAK = (
    "a secret key is here",
    "remove it, revoke it where it came from, and keep the new one in the environment",
)
"""Message and remedy for a key, wherever it is found."""


@site_rule("secret", "error", "a Mailchimp key in `pelicanconf.py`", "same")
def secret(site: Site) -> Iterator[Problem]:
    """Something shaped like a key in settings, content, theme or built site. It is never shown."""
    for source in site.sources:
        for line in source.secrets:
            yield Problem(line, *LEAK, source.file)
    yield from site.met("secret", *LEAK)
