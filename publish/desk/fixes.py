"""Automatic fixes for findings with a certain remedy: from a file's bytes to the fixed bytes. Pure.

A fix is shown as a difference and written after confirmation. One that finds nothing to change at
the line returns None.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from publish.post import frontmatter
from publish.post.diagnostic import Diagnostic

Fix = Callable[[bytes, Diagnostic], bytes | None]
"""A fix: from bytes and finding to the fixed bytes, or None."""


def apply_fix(data: bytes, finding: Diagnostic) -> bytes | None:
    """``data`` with the finding fixed; None if there is no automatic fix."""
    made = FIXES.get(finding.rule, _line(_suggested))(data, finding)
    return None if made == data else made


def difference(before: bytes, after: bytes) -> list[tuple[int, str, str]]:
    """The lines that differ: number, old and new text of each."""
    from difflib import SequenceMatcher

    a, b = (
        [line.decode("utf-8", "replace") for line in data.splitlines()] for data in (before, after)
    )
    found = []
    for kind, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind != "equal":
            found.append((i + 1, "\n".join(a[i:j]), "\n".join(b[k:m])))
    return found


def _line(change: Callable[[str, Diagnostic], str]) -> Fix:
    """A fix that changes the finding's own line."""

    def fix(data: bytes, finding: Diagnostic) -> bytes | None:
        lines = data.splitlines(keepends=True)
        at = finding.line - 1
        if not 0 <= at < len(lines):
            return None
        text = lines[at].decode("utf-8", "surrogateescape")
        lines[at] = change(text, finding).encode("utf-8", "surrogateescape")
        return b"".join(lines)

    return fix


def _deeper(text: str, finding: Diagnostic) -> str:
    return re.sub(r"^(\s{0,3})#(?!#)", r"\1##", text)


def _curly(text: str, finding: Diagnostic) -> str:
    """Straight quotation marks made curly, outside code, tags and link titles."""
    if re.search(r"[`<]|\]\([^)]*\"", text):
        return text
    text = re.sub(r'(^|[\s(\[—–-])"', r"\1“", text).replace('"', "”")
    text = re.sub(r"(^|[\s(\[—–“-])'(?=\S)", r"\1‘", text)
    return text.replace("'", "’")


def _suggested(text: str, finding: Diagnostic) -> str:
    """The wrong text in the finding replaced by its suggestion."""
    wrong, meant = finding.fix or ("", "")
    return text.replace(wrong, meant, 1) if wrong else text


def _key(key: str) -> Fix:
    """A fix that gives the header's ``key`` the finding's suggestion: among several names, in the
    place of the wrong one."""

    def fix(data: bytes, finding: Diagnostic) -> bytes | None:
        if not finding.fix:
            return None
        wrong, meant = finding.fix
        given = frontmatter.read(data).get(key.lower())
        parts = [given] if given == wrong else frontmatter.names(given)
        if wrong not in parts:
            return None
        made = ", ".join(meant if part == wrong else part for part in parts)
        return frontmatter.set_key(data, key, made)

    return fix


def _closed(data: bytes, finding: Diagnostic) -> bytes | None:
    """An unclosed ``:::`` block closed before the next block or heading, else at the end."""
    if "not closed" not in finding.message:
        return None
    ending = b"\r\n" if b"\r\n" in data else b"\n"
    lines = data.splitlines(keepends=True)
    at = finding.line
    end = next((n for n in range(at, len(lines)) if re.match(rb":::|#", lines[n])), len(lines))
    while end > at and not lines[end - 1].strip():
        end -= 1
    if end and not lines[end - 1].endswith((b"\n", b"\r")):
        lines[end - 1] += ending
    return b"".join([*lines[:end], ending, b":::" + ending, *lines[end:]])


FIXES: Mapping[str, Fix] = {
    "h1-in-body": _line(_deeper),
    "mixed-quotes": _line(_curly),
    "missing-uid": _key("Uid"),
    "missing-slug": _key("Slug"),
    "unknown-status": _key("Status"),
    "missing-status": _key("Status"),
    "category-case": _key("Category"),
    "unclosed-block": _closed,
}
"""By rule; any other finding may have a suggestion for its own line."""
