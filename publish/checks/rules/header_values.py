"""Rules about header values that Pelican reads differently than the author means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from publish.checks.rule import source_rule
from publish.checks.rules.frontmatter import ITEM, KNOWN
from publish.checks.source import Source
from publish.post.diagnostic import Problem, quoted
from publish.post.frontmatter import KEY, Field

LISTS = ("category", "tags", "keywords", "author", "authors", "aliases")
"""Keys with several values, separated by commas."""
FIRST_LINE = (
    "category", "tags", "author", "authors", "slug", "date", "modified", "status", "save_as",
    "url", "lang", "uid", "newsletter", "template", "image", "translation",
)  # fmt: skip
"""Keys of which Pelican, or our plugin, takes the first line alone."""
WORDS = ("title", "summary", "description", "subject", "preheader", "image_alt")
JUDGED = ("status", "date", "modified", "slug", "aliases", "newsletter")
"""Keys whose own rules already report values in quotes or brackets."""
QUOTED = re.compile(r"([\"'])(?:(?!\1).)*\1$")
COMMENT = re.compile(r"\s#\s")
NOTHING = ("null", "~", "|", ">", "|-", ">-", "|+", ">+")
DAY_OR_TIME = re.compile(
    r"\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*|\d{1,2}:\d\d[\d:.]*(?:\s*[+-]\d{4}\b)?|\d{1,2}\s*[ap]m"
)
ZONE = re.compile(r":\d\d[\d.]*\s*([A-Z]{3,5})$")
"""A time zone's abbreviation; Pelican understands UTC's only."""
SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2}|\d{4})(?!\d)")


@source_rule("repeated-key", "error", "two `Tags:` lines", "same", any_format=True)
def repeated_key(source: Source) -> Iterator[Problem]:
    """A key given twice, or both `Author` and `Authors`: Pelican takes the first of some, and joins
    others to something new. A warning where nothing is known to read the key."""
    first: dict[str, Field] = {}
    for field in source.header:
        before = first.setdefault("authors" if field.name == "author" else field.name, field)
        if before is field:
            continue
        known = field.name in KNOWN or field.name in source.reading.keys
        same = before.name == field.name
        name = KNOWN.get(field.name, quoted(field.key, 40)) if same else "Authors"
        if field.value == before.value:
            remedy = "remove this line"
        elif field.name in LISTS:
            both = ", ".join(part.strip(" ,") for part in (before.value, field.value))
            remedy = f"write one line: `{name}: {quoted(both, 80)}`"
        else:
            remedy = f"keep this line or line {before.line}, not both"
        message = f"{name} is given twice, first in line {before.line}"
        yield Problem(field.line, message, remedy, severity=None if known else "warning")


@source_rule("lost-lines", "error", "`Tags: rest,` with `sleep` on the next line", "same")
def lost_lines(source: Source) -> Iterator[Problem]:
    """A value that goes on over several lines where Pelican takes the first line alone, or a list
    as YAML writes it: the rest would be lost, or printed as text. Or a header line that is
    indented, and so part of the value above it."""
    text = source.text.split("\n")
    yield from _indented(source, text)
    for field in source.header:
        if field.name not in FIRST_LINE or field.value == field.first:
            continue
        lines = [field.first, *(text[field.line : field.last])]
        parts = [ITEM.sub(r"\1", line).strip(" ,") for line in lines]
        name = KNOWN[field.name]
        one = (", " if field.name in LISTS else " ").join(_bare(part) for part in parts if part)
        message = f"only the first line of {name} is read"
        yield Problem(field.line, message, f"write it on one line: `{name}: {quoted(one, 80)}`")
    last = source.header.fields[-1] if source.header.fields else None
    if last and source.header.ended == "text" and not last.value and last.name in KNOWN:
        items = []
        for line in text[source.header.body_line - 1 :][:40]:
            if not (found := ITEM.match(line)):
                break
            items.append(_bare(found[1]))
        if items:
            name = KNOWN[last.name]
            message = f"the list under {name} is not read, and would be printed as text"
            remedy = f"write it on one line: `{name}: {quoted(', '.join(items), 80)}`"
            yield Problem(source.header.body_line, message, remedy)


def _indented(source: Source, text: list[str]) -> Iterator[Problem]:
    """Indented lines with a known key, which therefore continue the value above."""
    for field in source.header:
        for number in range(field.line + 1, field.last + 1):
            found = KEY.match(text[number - 1].strip())
            if found and found[1].lower() in KNOWN and not source.header.field(found[1].lower()):
                name = KNOWN[found[1].lower()]
                message = f"the line is indented, so it is part of {quoted(field.key, 40)}"
                remedy = f"begin the line with `{name}:`, without a blank before it"
                yield Problem(number, message, remedy)


def fails_pelican(source: Source) -> bool:
    """Whether Pelican's whole run fails on the header: `Translation` as a list."""
    given = source.header.all("translation")
    return len(given) > 1 or any(field.last > field.line for field in given)


@source_rule("yaml-value", "error", '`Tags: ["rest", "sleep"]`', "same")
def yaml_value(source: Source) -> Iterator[Problem]:
    """A value written as YAML writes it: its brackets and quotes would be part of a name or an
    address. Around words that are only shown, quotes may be meant: a warning."""
    for field in source.header:
        if field.name not in KNOWN or field.name in JUDGED:
            continue
        name, value = KNOWN[field.name], field.first
        if value in NOTHING:
            remedy = f"write `{name}: …` on one line, or remove the line"
            yield Problem(field.line, f"{name} would read {quoted(value)}", remedy)
        elif field.name in WORDS:
            if QUOTED.match(value) and len(value) > 2:
                remedy = f"write `{name}: {quoted(_bare(value), 80)}` if they are not meant"
                message = f"the quotes around {name} will be shown"
                yield Problem(field.line, message, remedy, severity="warning")
        elif comment := COMMENT.search(value):
            message = f"a comment in the line would be part of {name}"
            remedy = f"write `{name}: {quoted(value[: comment.start()], 80)}`"
            yield Problem(field.line, message, remedy)
        elif bare := _plain(field.name, value):
            message = f"the brackets or quotes of {name} would be part of it"
            yield Problem(field.line, message, f"write `{name}: {quoted(bare, 80)}`")
        elif field.name in ("tags", "keywords") and re.search(r"(?:^|[,;]\s*)#\w", value):
            bare = re.sub(r"(^|[,;]\s*)#", r"\1", value)
            message = "a tag begins with #, which would be shown"
            remedy = f"write `{name}: {quoted(bare, 80)}`"
            yield Problem(field.line, message, remedy, severity="warning")


def _plain(name: str, value: str) -> str:
    """The value without YAML's quotes and brackets; ``""`` if it has none."""
    listed = re.fullmatch(r"\[(.*)\],?", value)
    if listed is None and name not in LISTS:
        return _bare(value) if QUOTED.fullmatch(value) and len(value) > 1 else ""
    parts = [part.strip() for part in (listed[1] if listed else value).split(",")]
    bare = ", ".join(filter(None, (_bare(part.strip("[]")) for part in parts)))
    return bare or "…" if listed or any(QUOTED.fullmatch(part) for part in parts) else ""


def _bare(value: str) -> str:
    return value[1:-1].strip() if len(value) > 1 and QUOTED.fullmatch(value) else value


@source_rule("ambiguous-date", "error", "`Date: 05/11/2026`", "same", any_format=True)
def ambiguous_date(source: Source) -> Iterator[Problem]:
    """A date whose day and month cannot be told apart: Pelican takes the first number for the
    month, so the post would be months away from where its author wants it. A warning where it
    leaves out a part, names a zone by letters that nothing reads, or is of a year before 1970."""
    for name in ("date", "modified"):
        given, line = source.header.get(name), source.line(name)
        found = SLASHED.match(given)
        one, two, year = (int(part) for part in found.groups()) if found else (0, 0, 0)
        year += 2000 if year < 100 else 0
        moment = getattr(source.post, name, None)
        if found and one != two and max(one, two) <= 12:
            message = f"{KNOWN[name]} {found.group()} is read as month, then day"
            days = f"{year}-{two:02}-{one:02} or {year}-{one:02}-{two:02}"
            yield Problem(line, message, f"write {days}")
        elif moment and given and _parts(given) < 3:
            message = f"{KNOWN[name]} has no day, month or year: each build takes today's"
            yield Problem(line, message, f"write it as {moment:%Y-%m-%d %H:%M}", severity="warning")
        elif moment and found and len(found[3]) == 2:
            message = f"{KNOWN[name]} {found.group()} is read as {moment:%Y-%m-%d}"
            yield Problem(line, message, "write the year with four digits", severity="warning")
        elif moment and (letters := ZONE.search(given)) and _misread(letters[1], moment):
            message = f"the zone {letters[1]} is not read: the hour is {moment:%H:%M %z}"
            remedy = "write an offset, such as +02:00, instead of its letters"
            yield Problem(line, message, remedy, severity="warning")
        elif moment and moment.year < 1970:
            message = f"{KNOWN[name]} is of the year {moment.year}, which few feed readers read"
            yield Problem(line, message, "correct it, if that is not meant", severity="warning")


def _misread(letters: str, moment: datetime) -> bool:
    """Whether the abbreviation of a zone differs from that of the parsed date; GMT is read as
    UTC."""
    return letters != moment.tzname() and not (letters == "GMT" and not moment.utcoffset())


def _parts(date: str) -> int:
    """How many of day, month and year a date names."""
    if re.search(r"\d{8}|\d{6}(?!\d)", date):
        return 3
    return len(re.findall(r"\d+|[a-z]{3,}", re.sub(DAY_OR_TIME, " ", date.lower())))


@source_rule(
    "odd-modified", "error", "`Modified:` in the year 2062", time_dependent=True, any_format=True
)
def odd_modified(source: Source) -> Iterator[Problem]:
    """A Modified still to come: every feed would say that it was written then, and readers would
    take no newer one. Before the post's own Date it is a warning: pages and sitemap show it."""
    changed = source.post.modified if source.post else None
    if changed is None:
        return
    line = source.line("modified")
    scheduled = source.date is not None and source.date > source.reading.now
    if changed > source.reading.now + timedelta(days=1) and not scheduled:
        message = f"Modified, {changed:%Y-%m-%d}, is still to come"
        yield Problem(line, message, "write the day of the last change, or remove the line")
    elif source.date and changed < source.date:
        message = f"Modified, {changed:%Y-%m-%d}, lies before Date"
        yield Problem(line, message, "correct one of the two", severity="warning")
