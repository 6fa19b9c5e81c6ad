"""Rules about the lines above the text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from publish.checks.addresses import aliases, categories
from publish.checks.finding import Finding
from publish.checks.library import Site
from publish.checks.source import Source, parse_date

KEYS = (
    "Title", "Date", "Modified", "Category", "Tags", "Keywords", "Slug", "Author", "Authors",
    "Summary", "Description", "Status", "Lang", "Translation", "Template", "Save_as", "Url",
    "Image", "Image_alt", "Uid", "Subject", "Preheader", "Newsletter", "Aliases", "Series",
    "Robots",
)  # fmt: skip
STATUSES = ("published", "draft", "hidden", "skip")


def find(site: Site) -> Iterator[Finding]:
    """What is missing, bad or unknown in the front matter."""
    for source in site.sources:
        yield from _needed(source)
        yield from _values(site, source)
        yield from _keys(source)


def _needed(source: Source) -> Iterator[Finding]:
    if not source.get("title"):
        yield _error(source, "title", "missing-title", "there is no title", "add a line `Title: …`")
    if source.kind == "page":
        return
    if not source.get("date"):
        message = "there is no date, so the post would be left out"
        yield _error(source, "date", "missing-date", message, "add a line `Date: 2026-11-30 07:30`")
    if not source.get("uid"):
        message = "there is no Uid, so readers see the post anew if its file moves"
        yield _warn(source, "uid", "missing-uid", message, "add `Uid:` with some 16 hex digits")
    if not source.get("summary"):
        message = "there is no summary for lists, cards and the mail"
        yield _warn(source, "summary", "missing-summary", message, "add a line `Summary: …`")


def _values(site: Site, source: Source) -> Iterator[Finding]:
    for name in ("date", "modified"):
        given = source.get(name)
        if given and parse_date(given) is None:
            message = f"{name.capitalize()} is not a date: {given[:40]!r}"
            yield _error(source, name, "bad-date", message, "write it as 2026-11-30 07:30")
    if source.status not in STATUSES:
        near = get_close_matches(source.status, STATUSES, 1)
        remedy = f"write {near[0]}" if near else f"write one of: {', '.join(STATUSES)}"
        message = f"there is no status {source.get('status')[:40]!r}"
        yield _error(source, "status", "unknown-status", message, remedy)
    slug = source.get("slug")
    if (slug and not re.fullmatch(r"[\w.~-]+(/[\w.~-]+)*", slug)) or ".." in slug:
        message = f"the slug {slug[:60]!r} makes no address"
        yield _error(source, "slug", "bad-slug", message, "use letters, digits and dashes")
    elif slug != slug.lower():
        message = f"the slug {slug} has capitals, which readers mistype"
        yield _warn(source, "slug", "slug-case", message, f"write {slug.lower()}")
    if source.kind == "post" and not categories(source):
        fallback = site.values.get("DEFAULT_CATEGORY", "misc")
        message = f"there is no category, so it goes under {fallback}"
        yield _warn(source, "category", "missing-category", message, "add a line `Category: …`")
    for alias in aliases(source):
        if not alias.startswith("/") or ".." in alias or "://" in alias:
            message = f"the alias {alias[:60]!r} is no address of this site"
            yield _error(source, "aliases", "bad-alias", message, "write it from the root: /old/")
    if source.get("newsletter").lower() not in ("", "yes", "no", "true", "false"):
        message = "Newsletter is neither yes nor no"
        yield _error(source, "newsletter", "bad-newsletter", message, "write yes or no")
    waits = source.kind == "post" and source.date and source.date > site.now
    if waits and source.date and source.status == "published":
        message = f"scheduled: public from {source.date:%Y-%m-%d %H:%M %Z} on, once built then"
        yield _warn(source, "date", "scheduled", message, "nothing to do, if that is meant")
    if len(source.get("summary")) > 200:
        message = f"the summary has {len(source.get('summary'))} characters and will be cut off"
        yield _warn(source, "summary", "long-summary", message, "keep it under 200")


def _keys(source: Source) -> Iterator[Finding]:
    known = {key.lower(): key for key in KEYS}
    for name, value in source.headers.items():
        if name not in known:
            near = get_close_matches(name, known, 1)
            remedy = f"did you mean {known[near[0]]}?" if near else "correct or remove the line"
            message = f"nothing knows the key {name[:40]!r}"
            yield Finding(source.path, value.line, "unknown-key", "warning", message, remedy)


def _error(source: Source, name: str, rule: str, message: str, remedy: str) -> Finding:
    return Finding(source.path, source.line(name), rule, "error", message, remedy)


def _warn(source: Source, name: str, rule: str, message: str, remedy: str) -> Finding:
    return Finding(source.path, source.line(name), rule, "warning", message, remedy)
