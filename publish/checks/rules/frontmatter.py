"""Rules about the header: the keys and what they may say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import lru_cache
from itertools import dropwhile, takewhile

from publish.checks.rule import source_rule
from publish.checks.source import Source
from publish.post.diagnostic import Problem, Severity, quoted

KEYS = (
    "Title", "Date", "Modified", "Category", "Tags", "Keywords", "Slug", "Author", "Authors",
    "Summary", "Description", "Status", "Lang", "Translation", "Template", "Save_as", "Url",
    "Image", "Image_alt", "Uid", "Subject", "Preheader", "Newsletter", "Aliases", "Series",
    "Robots", "Was", "Timezone", "Date_format",
)  # fmt: skip
KNOWN = {key.lower(): key for key in KEYS}
STATUSES = ("published", "draft", "hidden", "skip")
NEEDED = frozenset(
    ("title", "date", "modified", "status", "category", "tags", "slug", "uid", "lang", "newsletter",
     "aliases", "image", "author")
)  # fmt: skip
"""Keys that are reported after a header's end; others, such as `Summary:`, may begin a text."""
LOOSE = re.compile(r"""\s*(["']?)([A-Za-z][\w-]*)\1\s*[:=](?:\s|$|["'[{])""")
"""A malformed header line: a blank before its colon, quotes, or TOML."""
ITEM = re.compile(r"\s*[-*+]\s+(\S.*)")
"""An item of a list as YAML or Markdown writes it."""
FENCE = re.compile(r"(?:-{3}|\+{3}|\.{3})\s*$")
LONGEST_SUMMARY = 160
"""Characters; search results and cards cut off what is longer."""


@source_rule("missing-title", "error", "no `Title:` line", "same", any_format=True)
def missing_title(source: Source) -> Iterator[Problem]:
    """Without a title Pelican leaves the file out and says nothing."""
    if not beyond(source) and _lacks(source, "title"):
        yield Problem(source.line("title"), "there is no title", "add a line `Title: …` at the top")
    elif source.post and not source.post.plain_title:
        severity: Severity | None = "warning" if source.kind == "draft" else None
        message, remedy = "the title shows no word", "write it in words"
        yield Problem(source.line("title"), message, remedy, severity=severity)


@source_rule("missing-date", "error", "no `Date:` line", "softer")
def missing_date(source: Source) -> Iterator[Problem]:
    """Without a date Pelican leaves the post out and says nothing."""
    undated = source.post is not None and not source.is_page and source.post.date is None
    empty = not source.get("date") and any(
        said.kind == "bad-date" and not said.parts[0] for said in source.complaints
    )
    if beyond(source):
        return
    if undated or empty or _lacks(source, "date"):
        message = "the year 9999 is no date" if source.get("date") else "there is no date"
        remedy = "add a line such as `Date: 2026-11-16 07:30`"
        yield Problem(source.line("date"), message, remedy)


@source_rule("bad-date", "error", "`Date: 2026-13-45`", "same")
def bad_date(source: Source) -> Iterator[Problem]:
    """A date that Pelican cannot read; it would leave the post out."""
    for said in source.complaints:
        for name in ("date", "modified"):
            field = source.header.field(name)
            if field is None or said.kind not in ("bad-date", "bad-moment"):
                continue
            given, read = " ".join(field.first.split()), " ".join(said.parts[0].split())
            # Pelican replaces underscores by blanks before parsing.
            same = read in (given, " ".join(given.replace("_", " ").split()))
            if (said.kind == "bad-moment" and read == name) or (given and same):
                message = f"{KNOWN[name]} is not a date: {quoted(source.get(name), 40)}"
                yield Problem(source.line(name), message, "write it as 2026-11-16 07:30")
            elif name == "modified" and not given and not read:
                remedy = "write it as 2026-11-16 07:30, or remove the line"
                yield Problem(source.line(name), "Modified is empty", remedy)


def _lacks(source: Source, key: str) -> bool:
    """Whether Pelican skips the source because that key is missing."""
    return any(said.kind == "missing-key" and key in said.parts for said in source.complaints)


@source_rule("unknown-status", "error", "`Status: publised`", "same", any_format=True)
def unknown_status(source: Source) -> Iterator[Problem]:
    """A status other than published, draft, hidden or skip."""
    if source.status not in STATUSES:
        near = get_close_matches(source.status[:40], STATUSES, 1)
        remedy = f"write {near[0]}" if near else f"write one of {', '.join(STATUSES)}"
        message = f"there is no status {quoted(source.status, 40)}"
        fix = (source.get("status"), near[0]) if near else None
        yield Problem(source.line("status"), message, remedy, fix=fix)


@source_rule("missing-status", "warning", "no `Status:` line", "silent")
def missing_status(source: Source) -> Iterator[Problem]:
    """Without a status a post is public the moment its file is in the folder."""
    given = source.get("status") or source.reading.status or not source.header.fields
    given = given or bool(beyond(source))
    if not source.is_page and not given and source.reading.uses("post_identity"):
        remedy = "add a line `Status: published`, or `Status: draft`"
        message = "there is no status, so the post is public"
        yield Problem(source.line("status"), message, remedy, fix=("", "published"))


@source_rule("cut-header", "error", "a line without a colon between `Title:` and `Date:`", "same")
def cut_header(source: Source) -> Iterator[Problem]:
    """The header ends before its last line (or never begins), so the rest would be printed as
    text: an empty line, a blank before a colon, a quoted key, TOML."""
    header = source.header
    if not beyond(source):
        return
    line = source.header.body_line - (source.header.ended == "blank")
    text = source.text.split("\n")[line - 1].strip()
    if ITEM.match(text) and header.fields and not header.fields[-1].value:
        return  # a YAML list, which another rule reports
    if not text and line == 1:
        message, remedy = "the header does not begin on the first line", "remove the empty line"
    elif not text:
        message = "an empty line ends the header here, yet more of its lines follow"
        remedy = "remove the empty line"
    elif text.startswith("+++"):
        message = "a header between +++ is not read"
        remedy = "write its lines as `Key: value`, between --- or without any"
    elif text.startswith("{"):
        message = "a header in JSON is not read"
        remedy = "write its lines as `Key: value`, between --- or without any"
    elif found := LOOSE.match(text):
        message = "the header ends here, for this is no header line"
        name = KNOWN.get(found[2].lower(), found[2])
        remedy = f"write the key bare and its colon at once: `{quoted(name, 40)}: …`"
    else:
        message = "the header ends here, yet more of its lines follow"
        remedy = "begin the line with a key and a colon, or indent it by four spaces"
    yield Problem(line, message, remedy)


@lru_cache(maxsize=64)
def beyond(source: Source) -> frozenset[str]:
    """The keys right after the header's end, which would be printed as text."""
    header, lines = source.header, source.text.split("\n")
    if header.ended == "file":
        return frozenset()
    after = lines[header.body_line - 1 : header.body_line + 40]
    if header.ended == "blank":
        closed = lines[header.body_line - 2].strip() if header.body_line > 1 else ""
        if closed:
            return frozenset()
    block = list(takewhile(str.strip, dropwhile(lambda line: not line.strip(), after)))
    if header.ended == "blank" and block and FENCE.match(block[0]):
        block = list(takewhile(lambda line: not FENCE.match(line), block[1:]))
    found = [match for line in block if not FENCE.match(line) for match in [LOOSE.match(line)]]
    names = {match[2].lower() for match in found if match} & KNOWN.keys()
    if header.ended == "text":
        fenced = header.fenced and any(FENCE.match(line) for line in block)
        if not header.fields and not (names & NEEDED) and block[:1] not in (["+++"], ["{"]):
            return frozenset()
        return frozenset(names) or frozenset(["text"] if fenced else [])
    # A paragraph such as "Place: Leeds" is text; a block of lines that are all keys, one of them
    # missing in the header, is not.
    new = names & NEEDED - {field.name for field in header}
    return frozenset(names) if new and all(found) else frozenset()


@source_rule("missing-category", "warning", "no `Category:` line", "silent")
def missing_category(source: Source) -> Iterator[Problem]:
    """A post without a category goes under the site's default one."""
    if source.is_page or source.header.field("category") or beyond(source):
        return
    if not source.reading.by_folder:
        fallback = quoted(source.reading.category)
        message = f"there is no category, so the post goes under {fallback}"
        yield Problem(1, message, "add a line `Category: …`")


@source_rule("empty-category", "error", "`Category: Career,, Network`")
def empty_category(source: Source) -> Iterator[Problem]:
    """A Category line with nothing in it, or with nothing between two commas."""
    field = source.header.field("category")
    if field is None:
        return
    parts = field.value.split(",") if source.reading.commas else [field.value]
    if any(not part.strip() for part in parts):
        what = "a category is empty" if field.value else "the Category line is empty"
        yield Problem(field.line, what, "name the category, or remove the comma or the line")


@source_rule("missing-summary", "warning", "no `Summary:` line", "silent")
def missing_summary(source: Source) -> Iterator[Problem]:
    """Lists, cards and search results would show the first words of the post."""
    if not source.is_page and not source.get("summary") and not beyond(source):
        remedy = "add a line `Summary: …` of one or two sentences"
        yield Problem(source.line("summary"), "there is no summary", remedy)


@source_rule("long-summary", "warning", "`Summary:` with 200 characters", "silent")
def long_summary(source: Source) -> Iterator[Problem]:
    """Cards and search results cut a summary off after 160 characters."""
    if (length := len(source.get("summary"))) > LONGEST_SUMMARY:
        message = f"the summary has {length} characters and will be cut off"
        yield Problem(source.line("summary"), message, f"use at most {LONGEST_SUMMARY}")


@source_rule(
    "scheduled", "warning", "`Date:` next week, `Status: published`", "silent", time_dependent=True
)
def scheduled(source: Source) -> Iterator[Problem]:
    """The date is still to come: a notice that explains why the post is not public."""
    if source.is_page or source.date is None or source.kind not in ("post", "scheduled"):
        return
    if source.date > source.reading.now:
        when = f"{source.date:%Y-%m-%d %H:%M} {source.date.tzname() or ''}".strip()
        message = f"scheduled: it is not public before {when}"
        remedy = "nothing to do if that is meant; build the site again after that time"
        yield Problem(source.line("date"), message, remedy)
