"""Rules about the shape of a text: headings, lists, blocks for one surface."""

from __future__ import annotations

import re
from collections.abc import Iterator

from publish.checks.rule import source_rule
from publish.checks.source import Source
from publish.post.diagnostic import Problem, quoted

BLOCKS = ("email-only", "web-only")
INSIDE = re.compile(r"[ \t>*+-]+:::\s*(?:email|web)-only\b")
NOTE = re.compile(r" {0,3}\[\^([^\]]+)\]:")
ITEM = re.compile(r" {0,3}(\d{1,9})\.[ \t]+\S")


@source_rule("heading-jump", "warning", "`##` and then `####`", any_format=True)
def heading_jump(source: Source) -> Iterator[Problem]:
    """Heading levels that skip one; readers who move by headings think they missed something."""
    last = 1
    for line, heading in source.headings:
        if heading.level > last + 1:
            message = f"the heading jumps from level {last} to level {heading.level}"
            yield Problem(line, message, f"use {'#' * (last + 1)}")
        last = heading.level


@source_rule("h1-in-body", "warning", "`# Introduction`", any_format=True)
def h1_in_body(source: Source) -> Iterator[Problem]:
    """A heading of the first level; the page's title is that already."""
    for line, heading in source.headings:
        if heading.level == 1:
            message = f"“{quoted(heading.words)}” is a heading of the first level"
            yield Problem(line, message, "begin it with ##, or write \\# for the sign itself")


@source_rule("unclosed-block", "error", "`::: email-only` without `:::`", "same")
def unclosed_block(source: Source) -> Iterator[Problem]:
    """A block for one surface that is not closed, or closed and never opened: what comes after
    it would be missing, or be shown where it should not."""
    opened = 0
    for line, name in _marks(source):
        if name and opened:
            message = "the block is not closed before the next"
            yield Problem(opened, message, "end it with a line :::")
        elif not name and not opened:
            yield Problem(line, "this ::: closes nothing", "remove it, or open a block above")
        opened = line if name else 0
    if opened:
        yield Problem(opened, "the block is not closed", "end it with a line :::")


@source_rule("unknown-block", "error", "`::: mail-only`", "same")
def unknown_block(source: Source) -> Iterator[Problem]:
    """A block of another name, or in a list or a quotation, would be shown everywhere, its marks
    too."""
    for line, text in source.prose_lines if source.reading.uses("only_blocks") else ():
        if INSIDE.match(text):
            message = "this ::: does not begin its line, so the block is shown everywhere"
            yield Problem(line, message, "begin the line with it, outside of lists and quotations")
    for line, name in _marks(source):
        if name and name not in BLOCKS:
            message = f"there is no block {quoted(name, 40)}"
            yield Problem(line, message, f"write ::: {BLOCKS[0]} or ::: {BLOCKS[1]}")


@source_rule("doubled-footnote", "warning", "`[^1]: One.` and below it `[^1]: Two.`")
def doubled_footnote(source: Source) -> Iterator[Problem]:
    """A second footnote of one name: it takes the place of the first, which is shown nowhere."""
    first: dict[str, int] = {}
    for line, text in source.prose_lines if "[^" in source.body else ():
        if (note := NOTE.match(text)) and first.setdefault(note[1], line) != line:
            message = f"this footnote takes the place of that in line {first[note[1]]}"
            yield Problem(line, message, "give it another name")


@source_rule("list-restart", "warning", "`1.`, a paragraph, `1.`", "silent")
def list_restart(source: Source) -> Iterator[Problem]:
    """A numbered list that a paragraph interrupts begins at 1 again, though it meant to go on."""
    keeps = source.reading.sane_lists
    number = paragraphs = 0
    before = ""
    last_text = ""
    for line, text in source.prose_lines:
        begins = not before.strip()
        before = text
        if not text.strip() or text.startswith((" ", "\t")):
            continue
        item = ITEM.match(text)
        if item:
            given = int(item.group(1))
            interrupted = begins and number > 0 and paragraphs > 0
            if interrupted and (given == 1 or not keeps) and not last_text.rstrip().endswith(":"):
                if given == 1:
                    remedy = f"write {number + 1}. if the list goes on, else put a heading between"
                else:
                    remedy = "indent the paragraph by four spaces, or use the extension sane_lists"
                yield Problem(line, "the list begins at 1 again after a paragraph", remedy)
            number = number + 1 if given == 1 and not interrupted else given
            paragraphs = 0
        elif text.startswith(("#", "---", "***", "* * *", ":::")):
            number = paragraphs = 0
        elif begins and number:
            paragraphs += 1
            last_text = text
            # A number far from its list does not continue it.
            number = number if paragraphs < 4 else 0
        else:
            last_text = text


def _marks(source: Source) -> Iterator[tuple[int, str]]:
    # Without the plugin, three colons may belong to another Markdown extension.
    for line, text in source.prose_lines:
        if text.startswith(":::") and source.reading.uses("only_blocks"):
            yield line, text[3:].strip()
