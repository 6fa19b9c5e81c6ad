"""Rules about the post as a mail."""

from __future__ import annotations

from collections.abc import Iterator

from publish.checks.rule import site_rule, source_rule
from publish.checks.site import IssueSizes, Site
from publish.checks.source import Source
from publish.post.diagnostic import Problem
from publish.post.frontmatter import yes_no
from publish.post.issue import LARGE
from publish.post.text import plain_title

LONGEST = 78
"""Characters of a subject; mail programs show even less."""


def _subject(source: Source) -> tuple[int, str]:
    name = "subject" if source.get("subject") else "title"
    return source.line(name), source.get(name)


@source_rule("empty-subject", "error", "`Subject:` with nothing after it")
def empty_subject(source: Source) -> Iterator[Problem]:
    """A Subject line with nothing in it."""
    if source.mailed and source.header.field("subject") and not plain_title(source.get("subject")):
        remedy = "write it, or remove the line to use the title"
        yield Problem(source.line("subject"), "the subject is empty", remedy)


@source_rule("long-subject", "warning", "a subject of 100 characters", "silent")
def long_subject(source: Source) -> Iterator[Problem]:
    """A subject of over 78 characters is cut off in every mail program."""
    line, subject = _subject(source)
    if source.mailed and len(subject) > LONGEST:
        message = f"the mail’s subject has {len(subject)} characters and will be cut off"
        yield Problem(line, message, f"write a `Subject:` of at most {LONGEST}")


@source_rule("shouting-subject", "warning", "`Subject: READ THIS NOW`", "silent")
def shouting_subject(source: Source) -> Iterator[Problem]:
    """All capitals, as in spam; filters think so too."""
    line, subject = _subject(source)
    if source.mailed and subject.isupper() and sum(c.isalpha() for c in subject) > 5:
        yield Problem(line, "the mail’s subject is all capitals", "write it in small letters")


@source_rule("missing-preheader", "warning", "neither `Preheader:` nor `Summary:`", "silent")
def missing_preheader(source: Source) -> Iterator[Problem]:
    """Mail programs would show the first words they find after the subject."""
    if not source.post or not source.mailed:
        return
    if not source.get("preheader") and not source.get("summary"):
        message = "the mail has no line to follow the subject"
        yield Problem(source.line("preheader"), message, "add `Preheader:` or `Summary:`")


@source_rule("bad-newsletter", "error", "`Newsletter: perhaps`", "same", any_format=True)
def bad_newsletter(source: Source) -> Iterator[Problem]:
    """Newsletter says neither yes nor no, so it is unknown whether the post is to be mailed."""
    field = source.header.field("newsletter")
    if field and yes_no(field.value) is None:
        what = "is neither yes nor no" if field.value else "is empty"
        yield Problem(field.line, f"Newsletter {what}", "write yes or no, or remove the line")


@site_rule("heavy-mail", "warning", "a composed issue of 120 kB")
def heavy_mail(site: Site) -> Iterator[Problem]:
    """The composed mail has over 80 kB; Gmail cuts off what comes after about 100 kB."""
    for source, issue in _mailed(site):
        if issue.html > LARGE:
            message = f"the mail has {issue.html // 1000} kB and may be cut off"
            remedy = "put a part of it between ::: web-only and :::"
            yield Problem(1, message, remedy, source.file)


@site_rule("no-plain-text", "warning", "an `issue.txt` of 0 bytes")
def no_plain_text(site: Site) -> Iterator[Problem]:
    """The composed mail has no plain text, which some readers and all spam filters look for."""
    for source, issue in _mailed(site):
        if not issue.text:
            yield Problem(1, "the mail has no plain text", "run `publish build`", source.file)


def _mailed(site: Site) -> Iterator[tuple[Source, IssueSizes]]:
    """The composed issues, each with its post."""
    posts = {source.slug: source for source in reversed(site.sources) if source.mailed}
    return ((posts[issue.slug], issue) for issue in site.issues if issue.slug in posts)
