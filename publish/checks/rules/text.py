"""Rules about the words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from publish.checks.rule import source_rule
from publish.checks.source import Source
from publish.post import starter
from publish.post.diagnostic import Problem, quoted

PLACEHOLDER = re.compile(r"\b(?:TK(?:TK)*|[Ll]orem [Ii]psum|LOREM IPSUM)\b")
UNMERGED = re.compile(r"(<{7}|>{7})(?:\s|$)")
"""Git's conflict marks, at the beginning of a line."""
MERGE_TAG = re.compile(r"\*\|[A-Za-z0-9_:=,. -]{1,60}\|\*")
CURLY = "“”‘’"
STRAIGHT = re.compile(r"""(?<![\w=])"(?=\w)|(?<=[^\W\d])'(?=[^\W\d])|(?<=[^\W\d][.,!?])"(?!\w)""")
NO_PROSE = re.compile(
    r"<[^<>]{0,2000}>|\]\([^()\n]{0,1000}\)|\{[^{}\n]{0,500}\}|https?://\S{1,2000}"
)
SPOKEN = ("title", "summary", "subject", "preheader", "image_alt")


def _spoken(source: Source) -> Iterator[tuple[int, str]]:
    for name in SPOKEN:
        if value := source.get(name):
            yield source.line(name), value


@source_rule("empty-body", "warning", "a header and nothing under it", "silent")
def empty_body(source: Source) -> Iterator[Problem]:
    """A post without a text would be sent as an empty mail."""
    if not source.is_page and not source.body.strip():
        yield Problem(source.header.body_line, "there is no text under the header", "write it")


@source_rule("unmerged", "error", "`<<<<<<< HEAD`")
def unmerged(source: Source) -> Iterator[Problem]:
    """Two versions that a merge left side by side: readers would get both."""
    for number, line in enumerate(source.text.split("\n"), 1):
        if found := UNMERGED.match(line):
            yield Problem(
                number,
                f"a merge left both versions here (`{found[1]}`)",
                "keep one of them, and remove the lines <<<<<<<, ======= and >>>>>>>; where they "
                "are meant, put a blank before them",
            )


@source_rule("placeholder", "warning", "`The dose is TK mg.`", "silent")
def placeholder(source: Source) -> Iterator[Problem]:
    """TK or “lorem ipsum”: a place that was to be filled in later."""
    for line, text in (*_spoken(source), *source.prose_lines):
        likely = "TK" in text or "orem" in text or "OREM" in text
        if likely and (found := PLACEHOLDER.search(text)):
            yield Problem(line, f"“{found.group()}” is a placeholder", "write the words")


@source_rule("merge-tag", "warning", "`Hello *|FNAME|*`")
def merge_tag(source: Source) -> Iterator[Problem]:
    """Mailchimp's merge tags are the mail template's; in a post they stay text for all to see."""
    for line, text in (*_spoken(source), *source.prose_lines):
        if "*|" in text and (found := MERGE_TAG.search(text)):
            message = f"{quoted(found.group())} stays as it is, on the page and in the mail"
            yield Problem(line, message, "remove it, or put it between backticks to show it")


@source_rule("mixed-quotes", "warning", '`“one” and "two"`', "silent")
def mixed_quotes(source: Source) -> Iterator[Problem]:
    """Straight quotation marks in a text that has curly ones."""
    if not any(sign in source.prose for sign in CURLY):
        return
    for line, text in source.prose_lines:
        if '"' not in text and "'" not in text:
            continue
        if STRAIGHT.search(NO_PROSE.sub(" ", text)):
            message = "straight quotation marks or apostrophes in a text with curly ones"
            yield Problem(line, message, "use “ ” and ’ throughout")
            return


@source_rule("starter-text", "error", "the text that `publish new` wrote, still there", "silent")
def starter_text(source: Source) -> Iterator[Problem]:
    """What `publish new` writes for its author to replace, or a part of it."""
    for line in starter.left_over(source.body):
        message = "the text that a new post begins with is still here"
        remedy = "write your own words instead, or delete it"
        yield Problem(source.header.body_line + line, message, remedy)
