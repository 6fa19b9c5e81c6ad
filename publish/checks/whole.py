"""Rules about files, and about sources taken together. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from publish.checks.addresses import address, aliases, categories, normal
from publish.checks.finding import Finding
from publish.checks.library import Site

REASONS = {
    "empty": ("empty-file", "the file is empty", "write the post, or remove the file"),
    "binary": ("binary-file", "the file is not text", "save it as text (UTF-8)"),
    "utf8": ("bad-utf8", "this line is not UTF-8", "save the file with the encoding UTF-8"),
    "large": ("too-large", "the file has over 2 MB", "split it, or take pasted pictures out"),
    "outside": (
        "outside", "the file is a link that leads out of the content folder",
        "put the file itself here",
    ),
    "unreadable": ("unreadable", "the file cannot be read", "correct its permissions"),
}  # fmt: skip
KEY = re.compile(r"\b[0-9a-f]{32}-[a-z]{2,4}\d{1,3}\b")


def files(site: Site) -> Iterator[Finding]:
    """Files that cannot be read as sources."""
    for fault in site.faults:
        rule, message, remedy = REASONS[fault.reason]
        yield Finding(fault.path, fault.line, rule, "error", message, remedy)


def identity(site: Site) -> Iterator[Finding]:
    """One Uid, one address and one spelling of a category belong to one thing."""
    uids: dict[str, str] = {}
    taken: dict[str, str] = {}
    spelt: dict[str, tuple[str, str]] = {}
    for source in site.sources:
        if source.status == "skip":
            continue
        if uid := source.get("uid").strip():
            if uid in uids:
                yield Finding(
                    source.path, source.line("uid"), "duplicate-uid", "error",
                    f"Uid {uid} is that of {uids[uid]} too", "give the newer post a Uid of its own",
                )  # fmt: skip
            uids.setdefault(uid, source.path)
        here = address(site, source)
        if source.slug and here in taken:
            yield Finding(
                source.path, source.line("slug"), "duplicate-slug", "error",
                f"its address {here} is that of {taken[here]} too", "change the Slug of one",
            )  # fmt: skip
        taken.setdefault(here, source.path)
        for name in categories(source):
            first, where = spelt.setdefault(name.casefold(), (name, source.path))
            if first != name:
                yield Finding(
                    source.path, source.line("category"), "category-case", "error",
                    f"the category {name} is {first} in {where}", f"write {first}",
                )  # fmt: skip
    for source in site.sources:
        for alias in aliases(source):
            there = taken.get(normal(alias))
            if "?" not in alias and there and there != source.path:
                yield Finding(
                    source.path, source.line("aliases"), "alias-taken", "error",
                    f"the alias {alias} is the address of {there}", "remove the alias",
                )  # fmt: skip


def secrets(site: Site) -> Iterator[Finding]:
    """An API key in a file of the site would be public. It is never shown."""
    remedy = "remove it, make the key invalid at Mailchimp, and use MAILCHIMP_API_KEY"
    texts = [(site.settings_file, site.settings_text)]
    texts += [(source.path, source.text) for source in site.sources]
    for path, text in texts:
        for number, line in enumerate(text.split("\n"), 1):
            if KEY.search(line):
                yield Finding(path, number, "secret", "error", "a Mailchimp key is here", remedy)
