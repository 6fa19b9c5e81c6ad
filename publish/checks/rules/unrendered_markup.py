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
from publish.post.text import INLINE

ITEM = re.compile(r"( *)([-*+]|\d{1,9}[.)]) +(\w+)")
TABBED = re.compile(r"\s*([-*+]|\d{1,9}[.)])\t")
TYPED = re.compile(
    r"\s{0,3}(?:(?P<bullet>[•●▪■◦○‣·§➢✓☐–])|o(?P<circle>\t)|(?P<number>\(?(?:\d{1,3}|@)\))"
    r"|(?P<letter>\(?(?:[a-z]|[ivx]{2,4})\)|(?:[a-z]|[ivx]{2,4})\.))\s*\S"
)
RULED = re.compile(r"\|?[ ]*:?-+:?[ ]*\|[-:| ]*$")
FENCE = re.compile(r"([ \t]*)(`{3,}|~{3,})[ \t]*\{?\.?(\w*)")
DRAWN = frozenset(("mermaid", "plantuml", "graphviz", "dataview", "math"))
"""Languages of code that GitHub, GitLab or Obsidian draw."""
BLOCK = re.compile(
    r"<(address|article|aside|blockquote|center|details|div|dl|fieldset|figure|footer|form|header"
    r"|main|nav|ol|p|section|table|ul)\b([^<>]{0,500})>",
    re.I,
)
OPENED = re.compile(r"(?<!\]\()<([a-zA-Z]\w*)(\s[^<>]*)?(?<!/)>")
CLOSED = re.compile(r"</([a-z]\w*)")
VALUE = re.compile(r"""=\s*(?:"[^"\n]*"|'[^'\n]*')|(?<=\]\()\S+\s+"[^"\n]*"(?=\))""")
"""An attribute's value, or a link with its title: no element begins in it."""
UNCLOSED = frozenset((
    "body", "colgroup", "dd", "dt", "head", "html", "li", "optgroup", "option", "p", "rp", "rt",
    "tbody", "td", "tfoot", "th", "thead", "tr",
))  # fmt: skip
"""Elements that need no end tag."""
SWALLOWED = re.compile(r"<([a-zA-Z]\w*)((?:\s+[\w.,;-]+)*)\s*>")
NEWER = frozenset(("bdi", "dialog", "main", "picture"))
"""Elements of HTML that lxml does not list."""
INSIDE = re.compile(r"\*\*\w[^*\n]{0,500}\*\*|\[[^\]\n]{1,300}\]\([^()\s]{1,500}\)|^#{2,6} \w|`\w")


INSIDE_PARAGRAPH = "the {} has no empty line before it, so it is part of the paragraph"


class Foreign(NamedTuple):
    """Another tool's markup: its pattern in the source, its text on the page, and the remedy."""

    written: re.Pattern[str]
    seen: str
    name: str
    remedy: str


MATHS = "write it in words and signs, or show a picture"
FOREIGN = tuple(Foreign(re.compile(pattern), *rest) for pattern, *rest in (
    (r"\\[~=^$@:<&%]", "\\", "a backslash before a sign that needs none", "remove the backslash"),
    (r"~~(?=[^\s~])[^~\n]{1,300}~~", "~~", "a strike-through by ~~", "write <del>…</del>"),
    (r"(?<![\w~])~(?=[^\s~])[^~\n]{1,100}(?<=\S)~(?![\w~])", "~", "a strike-through by ~",
     "write <del>…</del>"),
    (r"!\[\[[^\]\n]{1,300}\]\]", "![[", "an embed by ![[…]]",
     "write ![words]({static}/images/…)"),
    (r"!\[([^\[\]\n]{0,300}\|\d{1,4}(?:x\d{1,4})?)\]", "|", "a picture's width by |",
     "remove it: the page and the mail set the width"),
    (r"(?<!!)\[\[[^\]\n]{1,300}\]\]", "[[", "a wiki link",
     "write [words]({filename}other-post.md)"),
    (r"(?<!\w)!?\[[^\[\]\n]{0,300}\]\[[^\[\]\n]{1,300}\]", "][",
     "a link or picture whose address is missing", "write [words](address)"),
    (r"\[\^[^\]\s]{1,100}\](?!:)", "[^", "a footnote without its text",
     "write [^1]: … in a line of its own"),
    (r"^\s*(?:[-*+]|\d+[.)])\s+(\[[ xX>/!?-]\])\s", "[", "a task list",
     "write the items without [ ], or use ☐ and ☑"),
    (r"^\s*>\s*(\[![\w-]+\])", "[!", "a callout by [!…]",
     "write the word in bold: > **Note.** …"),
    (r"^((?:!!!|\?\?\?\+?|===) +[\w\"“]+)", "", "a note or tab by !!!, ??? or ===",
     "write the word in bold: > **Note.** …"),
    (r"\{\{[<%].{0,500}?[%>]\}\}", "{{", "a Hugo shortcode",
     "put the HTML or the text itself here"),
    (r"\{%.{0,500}?%\}|\{\{[^<%{}].{0,500}?\}\}", "{", "a Liquid or Jinja tag",
     "put the HTML or the text itself here"),
    (r"\[[a-z][\w-]*(?: +[\w-]+=[\"“][^\]\n]{0,300})\]|\[/[a-z][\w-]*\]|\[gallery\]", "[",
     "a WordPress shortcode or forum tag", "put the HTML or the text itself here"),
    (r"(?<!\\)\{:[^{}\n]{1,200}\}|(?<=\])\{[.#][^{}\n]{1,200}\}", "{", "a list of attributes",
     "remove it, or write HTML: <span class=…>"),
    (r"%%.{0,500}?%%|^\s*%%\s*$", "%%", "a comment by %%", "write <!-- … -->"),
    (r"(?<![\w=])==(?=[^\s=])[^=\n]{1,300}(?<=\S)==(?![\w=])", "==", "a highlight by ==",
     "write <mark>…</mark>"),
    (r"(?<![\w+])\+\+(?=[^\s+])[^+\n]{1,100}(?<=\S)\+\+(?![\w+])", "++", "an insertion by ++",
     "write <ins>…</ins>"),
    (r"(?<![\w~])\w{1,10}~(?=\w)[^~\s]{1,20}~(?!~)", "~", "a subscript by ~", "write <sub>…</sub>"),
    (r"(?<=\w)\^[^\s^]{1,20}\^", "^", "a superscript by ^", "write <sup>…</sup>"),
    (r"(?<=\s)(\^[\w-]{4,40})\s*$", "^", "the name of a block by ^", "remove it"),
    (r"\^\[[^\]\n]{1,500}\]", "^[", "a footnote by ^[…]", "write [^1] here and [^1]: … below"),
    (r"\[[^\[\]\n]{0,100}(?<!\w)@\w[^\[\]\n]{0,300}\](?!\()", "@", "a citation by [@…]",
     "write [^1] here and [^1]: … below"),
    (r"(?<![\w:]):[a-z+-][\w+-]{1,30}:(?![\w:])", ":", "an emoji by its name",
     "write the sign itself"),
    (r"\$\$[^$\n]{1,500}\$\$|^\s*\$\$\s*$", "$$", "a formula by $$", MATHS),
    (r"(?<![\w$])\$(?=[^\s$])[^$\n]{0,200}[\\^_=][^$\n]{0,200}(?<=[^\s$])\$(?![\w$])", "$",
     "a formula by $", MATHS),
    (r"\\\(([^()\n]{0,200}[\\^_][^()\n]{0,200})\\\)", "(", "a formula by \\( and \\)", MATHS),
    (r"\\[a-zA-Z]{3,20}\{[^{}\n]{0,200}\}", "\\", "a LaTeX command", MATHS),
    (r"(\w[.,;:!?]?\\)\s*$", "\\", "a line break by \\", "end the line with two blanks"),
    (r"^\s*(\+(?:[-=:]{3,}\+)+)\s*$", "+", "a table by +---+", "write it with | and ---"),
    (r"(?<!\]\()(?<![\w<>\"'=/:.])(?:https?://|www\.)\w[^\s<>]{3,300}", "", "an address",
     "write [words](address)"),
))  # fmt: skip


@source_rule("foreign-markup", "warning", "`~~gone~~`, `[[Other post]]`, `- [ ] do it`")
def foreign_markup(source: Source) -> Iterator[Problem]:
    """Markup of Obsidian, Pandoc or WordPress that this site's Markdown prints literally."""
    if source.post is None:
        return
    handled = f"{source.reading.plugins}{source.reading.markdown}"
    post = source.post
    alts = (link.words or "" for link in source.links if link.image)
    shown = "\n".join((post.text, post.plain_summary, *alts))
    likely = [
        foreign
        for foreign in FOREIGN
        if foreign.seen in shown and not ("math" in handled and foreign.remedy == MATHS)
    ]
    linked = {link.written for link in source.links}
    for line, text in (*source.summary, *source.prose_lines) if likely else ():
        for foreign in likely:
            found = foreign.written.search(text)
            markup = found.group(found.lastindex or 0) if found else ""
            if markup.rstrip(".,;:!?)") in linked:
                continue  # an extension of the site makes links of addresses
            if found and _seen(markup, shown):
                markup = quoted(found.group().strip(), 40)
                message = f"{foreign.name} is shown as it stands: {markup}"
                yield Problem(line, message, foreign.remedy)
                break
    for line, _, fence in _unfenced(source):
        if fence and fence[3] in DRAWN and fence[3] not in handled:
            message = f"the code of {fence[3]} is shown as it stands, and not drawn"
            yield Problem(line, message, "show a picture of it: ![words]({static}/images/…)")


@source_rule("swallowed-words", "warning", "`if pH<pKa and pH>7`, `Dear <name>`")
def swallowed_words(source: Source) -> Iterator[Problem]:
    """Words between `<` and `>` that are taken for an element of HTML, and not shown; or one that
    is never closed, so that all that follows on the page is in it."""
    body = source.body
    lines = (*source.summary, *(source.prose_lines if "<" in body else ()))
    if source.post is None or not lines or "<svg" in body or "<math" in body:
        return
    from lxml.html.defs import empty_tags, tags

    closed = {name for _, text in lines for name in CLOSED.findall(text.lower())}
    closed |= empty_tags | UNCLOSED
    for line, written in lines:
        text = VALUE.sub('=""', written)
        for found in OPENED.finditer(text):
            name = found[1].lower()
            if name in tags - closed and "markdown" not in (found[2] or ""):
                message = f"<{name}> is never closed, so all that follows on the page is in it"
                yield Problem(line, message, f"write </{name}> after it, or &lt; for the sign <")
        for found in SWALLOWED.finditer(text):
            name = found[1].lower()
            if name not in tags | NEWER or (found[2] and name in INLINE):
                message = f"{quoted(found.group(), 40)} is taken for HTML, so it is not shown"
                yield Problem(line, message, "write &lt; for the sign <")


@source_rule("block-in-paragraph", "warning", "`- one` in the line after a sentence")
def block_in_paragraph(source: Source) -> Iterator[Problem]:
    """A list or table without an empty line before it, which becomes part of the paragraph."""
    if source.post is None:
        return
    lines = source.prose_lines
    before, reported = "", False
    for number, (line, text) in enumerate(lines):
        after = lines[number + 1][1] if number + 1 < len(lines) else ""
        above = lines[number - 2][1] if number > 1 else ""
        inside = before.strip() and text.strip() and not ITEM.match(before)
        found: tuple[int, str, str] | None = None
        if inside and _begins_list(before, text, after, source.post.text):
            found = line, INSIDE_PARAGRAPH.format("list"), "put an empty line there"
        elif inside and RULED.match(text) and "|" in before and _seen(before, source.post.text):
            if above.strip():
                found = line - 1, INSIDE_PARAGRAPH.format("table"), "put an empty line there"
            elif _columns(before) != _columns(text):
                message = "the table's first two lines differ in columns, so it is no table"
                found = line - 1, message, "write as many | in both"
        if found and not reported:
            yield Problem(*found)
        reported = bool(inside) and (reported or bool(found))
        before = text


@source_rule("lost-cells", "warning", "a row of three cells in a table of two columns")
def lost_cells(source: Source) -> Iterator[Problem]:
    """A table's row with more cells than its head: Markdown leaves out the last ones."""
    if source.post is None or "|" not in source.body:
        return
    columns, before = 0, ""
    for line, text in source.prose_lines:
        if not text.strip():
            columns = 0
        elif columns and any(map(str.strip, _cells(text)[columns:])):
            message = f"the row has more cells than the {columns} of the table's head"
            yield Problem(
                line, f"{message}: the last are left out", "write \\| for the sign | itself"
            )
        elif RULED.match(text) and _columns(text) == _columns(before) and "|" in before:
            columns = 0 if _seen(before, source.post.text) else _columns(text)
        before = text


def _cells(row: str) -> list[str]:
    return re.split(r"(?<!\\)\|", row.strip().strip("|"))


def _columns(row: str) -> int:
    return len(_cells(row))


def _begins_list(before: str, line: str, after: str, shown_text: str) -> bool:
    """Whether a line is meant to begin a list, and is printed literally."""
    item = ITEM.match(line)
    if item is None or f"{item.group(2)} {item.group(3)}" not in shown_text:
        return False
    # A sentence may continue in a new line with "2026. It was" or "- as said -".
    mark, follower = item.group(2), ITEM.match(after)
    goes_on = follower is not None and follower.group(2)[-1] == mark[-1]
    return goes_on or before.rstrip().endswith(":") or mark in ("*", "+", "1.", "1)")


@source_rule("typed-list", "warning", "`• one` and in the next line `• two`")
def typed_list(source: Source) -> Iterator[Problem]:
    """Lines that begin with the bullet or letter of a word processor, or have its tabs: they run
    together in one paragraph."""
    if source.post is None:
        return
    before: tuple[object, ...] = ()
    reported = False
    for line, text in source.prose_lines:
        typed = TYPED.match(text)
        tabs = "\t" in text and not TABBED.match(text)
        cells = [cell.strip() for cell in text.strip().split("\t")] if tabs else []
        kind = ("list", typed.lastgroup) if typed else ("table", len(cells)) if cells[1:] else ()
        reported = reported and kind == before
        if kind and kind == before and not reported and _seen(text, source.post.text):
            message = f"the lines of this {kind[0]} run together in one paragraph"
            remedy = "begin each with `- ` or `1. `" if typed else "write it with | and ---"
            yield Problem(line - 1, message, remedy)
            reported = True
        before = kind


@source_rule("shallow-list", "warning", "`- one` and under it, by two spaces, `- two`")
def shallow_list(source: Source) -> Iterator[Problem]:
    """A list or paragraph in a list that is indented by less than four spaces: it is not in it."""
    if "tab_length" in str(source.reading.markdown):
        return
    depth, blank = -1, False
    for line, text in source.prose_lines:
        item = ITEM.match(text.expandtabs(4))
        if blank and depth >= 0 and not item and 0 < _indent(text) < 4:
            message = f"the text under a list's item is indented by {_indent(text)} spaces only"
            yield Problem(line, message, "indent it by four")
            depth = -1
        blank = not text.strip()
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
    in_list, blank = False, True
    for line, text, found in _unfenced(source):
        if found:
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


def _unfenced(source: Source) -> Iterator[tuple[int, str, re.Match[str] | None]]:
    """The lines of the body outside code between fences, each with its number; with the line that
    opens one, its fence."""
    opened = ""
    for line, text in enumerate(source.body.split("\n"), source.header.body_line):
        if opened:
            bare = text.strip()
            if bare.startswith(opened) and not bare.strip(opened[0]):
                opened = ""
            continue
        found = FENCE.match(text)
        opened = found.group(2) if found else ""
        yield line, text, found


def _indent(text: str) -> int:
    wide = text.expandtabs(4)
    return len(wide) - len(wide.lstrip()) if wide.strip() else 0


def _seen(markup: str, text: str) -> bool:
    """Whether the page shows the markup, ignoring typographic changes of quotes and dashes."""
    parts = [re.escape(part) for part in re.split(r"[\s\"'.-]+", markup.strip()) if part]
    return re.search(r"\W{0,8}".join(parts), text) is not None if parts else False
