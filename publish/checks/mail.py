"""Rules about what the mail will say. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from publish.checks.finding import Finding
from publish.checks.library import Site

LONGEST = 78
"""Characters of a subject that a mail program may show; RFC 5322, 2.1.1."""


def find(site: Site) -> Iterator[Finding]:
    """Subjects and preheaders that do not work."""
    for source in site.sources:
        if source.kind == "page" or source.get("newsletter").lower() in ("no", "false"):
            continue
        if "subject" in source.headers and not source.get("subject"):
            yield Finding(
                source.path, source.line("subject"), "empty-subject", "error",
                "the subject is empty", "write it, or remove the line to use the title",
            )  # fmt: skip
        name = "subject" if source.get("subject") else "title"
        subject, line = source.get(name), source.line(name)
        if len(subject) > LONGEST:
            yield Finding(
                source.path, line, "long-subject", "warning",
                f"the mail's subject has {len(subject)} characters and will be cut off",
                f"add a `Subject:` of at most {LONGEST}",
            )  # fmt: skip
        if len(subject) > 5 and subject.isupper():
            yield Finding(
                source.path, line, "shouting-subject", "warning",
                "the mail's subject is all capitals, as spam is", "write it in small letters",
            )  # fmt: skip
        if not source.get("preheader") and not source.get("summary"):
            yield Finding(
                source.path, line, "missing-preheader", "warning",
                "the mail has no line to show after the subject",
                "add a `Preheader:` or a `Summary:`",
            )  # fmt: skip
