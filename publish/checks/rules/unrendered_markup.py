"""Rules about other tools' markup, which Python-Markdown prints literally.

Each searches the markup in the source, and then in the words of the rendered page: it is not there
if an extension of the site handles it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from publish.checks.rule import source_rule
from publish.checks.source import Source
from publish.post.diagnostic import Problem, quoted

ITEM = re.compile(r"( *)([-*+]|\d{1,9}[.)]) +(\w+)")
RULED = re.compile(r"\|?[ ]*:?-{2,}:?[ ]*\|[-:| ]*$")
FENCE = re.compile(r"([ \t]*)(`{3,}|~{3,})")
BLOCK = re.compile(
    r"<(address|article|aside|blockquote|center|details|div|dl|fieldset|figure|footer|form|header"
    r"|main|nav|ol|p|section|table|ul)\b([^<>]{0,500})>", re.I
)  # fmt: skip
INSIDE = re.compile(r"\*\*\w[^*\n]{0,500}\*\*|\[[^\]\n]{1,300}\]\([^()\s]{1,500}\)|^#{2,6} \w|`\w")


class Foreign(NamedTuple):
    """Another tool's markup: its pattern in the source, its text on the page, and the remedy."""

    written: re.Pattern[str]
    seen: str
    name: str
    remedy: str


FOREIGN = (
    Foreign(re.compile(r"~~(?=[^\s~])[^~\n]{1,300}~~"), "~~", "a strike-through by ~~",
            "write <del>…</del>"),
    Foreign(re.compile(r"!\[\[[^\]\n]{1,300}\]\]"), "![[", "an embed by ![[…]]",
            "write ![words]({static}/images/…)"),
    Foreign(re.compile(r"(?<!!)\[\[[^\]\n]{1,300}\]\]"), "[[", "a wiki link",
            "write [words]({filename}other-post.md)"),
    Foreign(re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+(\[[ xX]\])\s"), "[", "a task list",
            "write the items without [ ], or use ☐ and ☑"),
    Foreign(re.compile(r"^\s*>\s*(\[![\w-]+\])"), "[!", "a callout by [!…]",
            "write the word in bold: > **Note.** …"),
    Foreign(re.compile(r"\{\{[<%].{0,500}?[%>]\}\}"), "{{", "a Hugo shortcode",
            "put the HTML or the text itself here"),
    Foreign(re.compile(r"\{%.{0,500}?%\}|\{\{[^<%{}].{0,500}?\}\}"), "{", "a Liquid or Jinja tag",
            "put the HTML or the text itself here"),
    Foreign(re.compile(r"%%.{0,500}?%%|^\s*%%\s*$"), "%%", "a comment by %%", "write <!-- … -->"),
    Foreign(re.compile(r"(?<![\w=])==(?=[^\s=])[^=\n]{1,300}(?<=\S)==(?![\w=])"), "==",
            "a highlight by ==", "write <mark>…</mark>"),
    Foreign(re.compile(r"(?<![\w~])\w{1,10}~(?=\w)[^~\s]{1,20}~(?!~)"), "~", "a subscript by ~",
            "write <sub>…</sub>"),
    Foreign(re.compile(r"\^\[[^\]\n]{1,500}\]"), "^[", "a footnote by ^[…]",
            "write [^1] here and [^1]: … below"),
    Foreign(re.compile(r"(?<![\w:]):[a-z][a-z_]{2,30}:(?![\w:])"), ":", "an emoji by its name",
            "write the sign itself"),
    Foreign(re.compile(r"\$\$[^$\n]{1,500}\$\$"), "$$", "a formula by $$",
            "write it in words and signs, or show a picture"),
)  # fmt: skip


@source_rule("foreign-markup", "warning", "`~~gone~~`, `[[Other post]]`, `- [ ] do it`")
def foreign_markup(source: Source) -> Iterator[Problem]:
    """Markup of Obsidian, GitHub, Hugo or Jekyll that this site's Markdown prints as it stands."""
    if source.post is None:
        return
    maths = any("math" in plugin for plugin in source.reading.plugins)
    likely = [
        foreign for foreign in FOREIGN
        if foreign.seen in source.post.text and not (maths and foreign.seen == "$$")
    ]  # fmt: skip
    for line, text in source.prose_lines if likely else ():
        for foreign in likely:
            found = foreign.written.search(text)
            if found and _seen(found.group(found.lastindex or 0), source.post.text):
                markup = quoted(found.group().strip(), 40)
                message = f"{foreign.name} is shown as it stands: {markup}"
                yield Problem(line, message, foreign.remedy)
                break


@source_rule("block-in-paragraph", "warning", "`- one` in the line after a sentence")
def block_in_paragraph(source: Source) -> Iterator[Problem]:
    """A list or table without an empty line before it, which becomes part of the paragraph."""
    if source.post is None:
        return
    lines = source.prose_lines
    before, told = "", False
    for number, (line, text) in enumerate(lines):
        after = lines[number + 1][1] if number + 1 < len(lines) else ""
        inside = before.strip() and text.strip() and not ITEM.match(before)
        what = ""
        if inside and _begins_list(before, text, after, source.post.text):
            what = "list"
        elif inside and RULED.match(text) and "|" in before and "| " in source.post.text:
            what = "table"
        if what and not told:
            at = line if what == "list" else line - 1
            message = f"the {what} has no empty line before it, so it is part of the paragraph"
            yield Problem(at, message, "put an empty line there")
        told = bool(inside) and (told or bool(what))
        before = text


def _begins_list(before: str, line: str, after: str, shown_text: str) -> bool:
    """Whether a line is meant to begin a list, and is printed literally."""
    item = ITEM.match(line)
    if item is None or f"{item.group(2)} {item.group(3)}" not in shown_text:
        return False
    # A sentence may continue in a new line with "2026. It was" or "- as said -".
    mark, follower = item.group(2), ITEM.match(after)
    goes_on = follower is not None and follower.group(2)[-1] == mark[-1]
    return goes_on or before.rstrip().endswith(":") or mark in ("*", "+", "1.", "1)")


@source_rule("shallow-list", "warning", "`- one` and under it, by two spaces, `- two`")
def shallow_list(source: Source) -> Iterator[Problem]:
    """A list in a list that is indented by less than four spaces: it is not nested at all."""
    if "tab_length" in str(source.reading.markdown):
        return
    depth = -1
    for line, text in source.prose_lines:
        item = ITEM.match(text.expandtabs(4))
        if item:
            indent = len(item.group(1))
            if 0 <= depth < indent and indent // 4 == depth // 4:
                message = f"a list in a list is indented by {indent - depth} spaces only"
                yield Problem(line, message, "indent it by four")
                continue
            depth = indent
        elif text.strip() and not text.startswith((" ", "\t")):
            depth = -1


@source_rule("indented-fence", "warning", "a fence of ``` inside a list")
def indented_fence(source: Source) -> Iterator[Problem]:
    """Code between fences that do not begin their line: Markdown reads it as words."""
    if "superfences" in str(source.reading.markdown):
        return
    opened, in_list, blank = "", False, True
    for line, text in enumerate(source.body.split("\n"), source.header.body_line):
        found = FENCE.match(text)
        if opened:
            bare = text.strip()
            if bare.startswith(opened) and not bare.strip(opened[0]):
                opened = ""
        elif found:
            opened = found.group(2)
            wide = len(found.group(1).expandtabs(4))
            # Outside a list four spaces make it an indented code block, with its fence.
            if wide and (in_list or wide < 4 or not blank):
                message = "the fence does not begin its line, so what follows is no code"
                yield Problem(line, message, "indent the code by eight spaces instead of a fence")
        elif ITEM.match(text):
            in_list = True
        elif text.strip() and not text.startswith((" ", "\t")) and blank:
            in_list = False
        blank = not text.strip()


@source_rule("markdown-in-html", "warning", "`<div>` and in it `**bold**`")
def markdown_in_html(source: Source) -> Iterator[Problem]:
    """Markdown inside a block of HTML, where it is shown as it stands."""
    if source.post is None or "<" not in source.body:
        return
    opened = ""
    for line, text in source.prose_lines:
        block = BLOCK.match(text)
        if block and not opened and "markdown" not in block.group(2).lower():
            opened = block.group(1).lower()
        if not opened:
            continue
        found = INSIDE.search(text)
        if found and _seen(found.group(), source.post.text):
            message = f"Markdown in <{opened}> is shown as it stands: {quoted(found.group(), 40)}"
            yield Problem(line, message, f'write <{opened} markdown="1">, or HTML inside it')
        if f"</{opened}" in text.lower():
            opened = ""


def _seen(markup: str, text: str) -> bool:
    """Whether the page shows the markup, ignoring typographic changes of quotes and dashes."""
    parts = [re.escape(part) for part in re.split(r"[\s\"'.-]+", markup.strip()) if part]
    return re.search(r"\W{0,8}".join(parts), text) is not None if parts else False
