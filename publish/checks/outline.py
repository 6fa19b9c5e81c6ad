"""The headings of a body and every id that a link may name. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from publish.checks.slugs import heading_id

RULER = re.compile(r"(=+|-+)[ ]*$")
ATTRIBUTES = re.compile(r"\{:?[^{}\n#]{0,200}#([\w:.-]{1,200})[^{}\n]{0,200}\}")
HTML_ID = re.compile(r"""(?<![\w-])(?:id|name)\s*=\s*["']?([^\s"'<>]{1,200})""")
NOTE = re.compile(r"^ {0,3}\[\^([^\[\]\n]{1,100})\]:", re.M)


@dataclass(frozen=True)
class Heading:
    """A heading; ``index`` is its line in the body, from 0; ``id`` the one written after it."""

    index: int
    level: int
    text: str
    id: str


def headings(prose: str) -> tuple[Heading, ...]:
    """ATX and Setext headings, as Python-Markdown takes them: ``#word`` is one too."""
    lines = prose.split("\n")
    found: list[Heading] = []
    before = ""
    for index, line in enumerate(lines):
        if line.startswith("#"):
            level = min(len(line) - len(line.lstrip("#")), 6)
            found.append(_heading(index, level, line[level:].strip().rstrip("#").strip()))
        elif line.strip() and not before.strip() and index + 1 < len(lines):
            ruler = RULER.match(lines[index + 1])
            if ruler and not line.startswith((" ", ">", "|", "-", "*", "+")):
                level = 1 if ruler.group(1)[0] == "=" else 2
                found.append(_heading(index, level, line.strip()))
        before = line
    return tuple(found)


def ids(prose: str, found: tuple[Heading, ...], toc: bool) -> frozenset[str]:
    """What ``#…`` may name in the page; ``toc`` tells whether headings get ids of their own."""
    names = set(ATTRIBUTES.findall(prose)) if "#" in prose else set()
    if "<" in prose:
        names.update(HTML_ID.findall(prose))
    for note in NOTE.findall(prose):
        names |= {f"fn:{note}", f"fnref:{note}"}
    if toc:
        taken = set(names)
        names |= {heading_id(heading.text, taken) for heading in found if not heading.id}
    return frozenset(names)


def _heading(index: int, level: int, text: str) -> Heading:
    name = ""
    if text.endswith("}") and (cut := text.rfind("{")) >= 0:
        attributes = ATTRIBUTES.match(text, cut)
        name = attributes.group(1) if attributes else ""
        text = text[:cut].rstrip().rstrip("#").strip()
    return Heading(index, level, text, name)
